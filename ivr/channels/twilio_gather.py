"""What a question takes, as a Gather. Reference: twilio.com/docs/voice/twiml/gather."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain

from ivr.channels.twilio_xml import attributes_of
from ivr.engine.actions import Collect, Keys, Option, SlotType

HINTS, HINT = 500, 100  # most hints, and the most characters of one
LONGEST = 60  # seconds
TYPES: Mapping[str, tuple[str, ...]] = {  # what callers say to a question of that type; tokens of the Gather's hints
    "digits": ("$OOV_CLASS_DIGIT_SEQUENCE",),
    "number": ("$OPERAND",),
    "money": ("$MONEY",),
    "date": ("$DAY", "$MONTH", "$YEAR"),
    "time": ("$TIME",),
}


def gather(wait: Collect, action: str, model: str, says: str) -> str:
    """`says`: XML, which may be interrupted; `model`: of speech recognition, empty: Twilio's default."""
    by_ear = wait.speech and not wait.secret
    pieces = wait.keys, wait.timeout, wait.options, wait.always, wait.type, wait.language, wait.interdigit
    asked = f"<Gather{attributes_of({'action': action})}{_means(model, by_ear, *pieces)}"
    return f"{asked}>{says}</Gather>" if says else f"{asked} />"


@lru_cache(maxsize=1024)
def _means(
    model: str,
    by_ear: bool,
    keys: Keys,
    timeout: float,
    options: tuple[Option, ...],
    always: tuple[Option, ...],
    type_: SlotType | None,
    language: str,
    pause: float,
) -> str:
    """All attributes of a Gather but its action, which comes first and is another one each time. One value is Twilio's
    time for the first key and between keys: the longer. An empty answer comes back too."""
    single = keys.max == 0 and all(len(option) == 1 for option in keys.options)
    attributes = {
        "actionOnEmptyResult": "true",
        "input": "dtmf speech" if by_ear else "dtmf",
        "method": "POST",
        "timeout": str(min(LONGEST, max(1, math.ceil(timeout)))),
        "finishOnKey": "" if single else keys.terminator,
    }
    if single or keys.max:
        attributes["numDigits"] = "1" if single else str(keys.max)
    if by_ear:
        attributes |= {"language": language, "profanityFilter": "false", "speechTimeout": "auto"}
        if model:  # it wants to be told when the speaker has finished (warning 13335)
            attributes |= {"speechModel": model, "speechTimeout": str(math.ceil(pause))}
        if hints := _hints(options, always, type_):
            attributes["hints"] = hints
    return attributes_of(attributes)


def _hints(options: tuple[Option, ...], always: tuple[Option, ...], type_: SlotType | None) -> str:
    phrases = chain.from_iterable((o.label, *o.phrases) for o in (*options, *always))
    words = dict.fromkeys(phrase.replace(",", " ")[:HINT].strip() for phrase in phrases)
    return ",".join([*TYPES.get(type_ or "", ()), *(word for word in words if word)][:HINTS])
