"""How long it takes to hear a template, in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ivr.engine.flow import Flow
from ivr.engine.steps import Ref, Template

# Words a minute of a voice on the telephone, somewhat slower than people talk to each other. English: 150 is what
# prompt writers reckon with. Languages with longer words have fewer of them in a minute: the ratios are those of the
# IReST texts (Trauzettel-Klosinski, Dietz 2012: English 228, German 179, Spanish 218, French 195, Italian 188 read).
WORDS_A_MINUTE: Final[Mapping[str, int]] = {"en": 150, "de": 120, "es": 145, "fr": 130, "it": 125}
OTHERS: Final = 125
CHARACTERS_A_MINUTE: Final = 250  # of scripts without blanks (IReST: Chinese 255)
UNSPACED: Final = {"zh", "ja", "th"}
BREAK: Final = re.compile(r"""<break\s[^>]*time=["'](\d+(?:\.\d+)?)(ms|s)["'][^>]*>""")
MARK: Final = re.compile(r"<[^>]*>")
A_VALUE: Final = 2  # words of a slot whose length nobody knows
A_DATE: Final = 4


def seconds(flow: Flow, template: Template) -> float:
    text = "".join(part for part in template if isinstance(part, str))
    base = flow.language.partition("-")[0]
    plain = MARK.sub(" ", text)
    if base in UNSPACED:
        spoken = 60 * len(plain.replace(" ", "")) / CHARACTERS_A_MINUTE
    else:
        spoken = 60 * len(plain.split()) / WORDS_A_MINUTE.get(base, OTHERS)
    values = sum(_words(flow, part) for part in template if isinstance(part, Ref))
    return spoken + 60 * values / WORDS_A_MINUTE.get(base, OTHERS) + sum(pauses(text))


def pauses(text: str) -> list[float]:
    """The lengths of its breaks, in seconds."""
    return [float(length) / (1000 if unit == "ms" else 1) for length, unit in BREAK.findall(text)]


def _words(flow: Flow, ref: Ref) -> int:
    spec = flow.slots.get(ref.name)
    if ref.format in {"digits", "spell"} and spec:
        return min(spec.max_length, 12)
    return A_DATE if ref.format in {"date", "money"} else A_VALUE
