"""What callers say in words of their own: the files in `paraphrases`, and how many of them are understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from ivr.engine.events import Alternative
from recognition.listen import Hints
from recognition.meaning import understand

FOLDER = Path(__file__).parent / "paraphrases"
HEARD = 0.9  # how sure the recognizer was of each text
ACCEPT, CONFIRM = 0.8 * HEARD, 0.5 * HEARD


@dataclass(frozen=True, slots=True)
class Score:
    """In shares of all texts. The rest was put back to the customer as not understood."""

    accepted: float
    confirmed: float
    wrongly_accepted: float
    wrongly_confirmed: float

    @property
    def right(self) -> float:
        return self.accepted + self.confirmed

    @property
    def wrong(self) -> float:
        return self.wrongly_accepted + self.wrongly_confirmed


def score(name: str, part: str) -> Score:
    """`part`: `meant`, `misheard` or `nothing`, where any option is wrong."""
    hints, texts = questions(name), list(_texts(name, part))
    found = [(option, understand([Alternative(text, HEARD)], hints)[0]) for option, text in texts]

    def share(right: bool, least: float, below: float) -> float:
        counted = (
            best.option is not None and (best.option == option) is right and least <= best.confidence < below
            for option, best in found
        )
        return sum(counted) / len(texts)

    return Score(
        share(True, ACCEPT, 2), share(True, CONFIRM, ACCEPT), share(False, ACCEPT, 2), share(False, CONFIRM, ACCEPT)
    )


def questions(name: str) -> Hints:
    options = _read(name)["options"]
    return Hints("options", "en-US", {option: tuple(phrases) for option, phrases in options.items()})


def _texts(name: str, part: str) -> Iterator[tuple[str | None, str]]:
    """Each with the option that is meant."""
    said = _read(name)[part]
    for option, texts in said.items() if isinstance(said, dict) else [(None, said)]:
        for text in texts:
            yield option, text


def _read(name: str) -> dict[str, dict[str, list[str]]]:
    read: dict[str, dict[str, list[str]]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return read
