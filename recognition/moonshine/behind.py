"""Values that are told in one breath with an option: `track order four two one seven from Tuesday`.

As free speech the network writes "for to one-seven"; held to this it writes the digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ivr.engine.actions import Behind
from recognition.moonshine import readings, slots
from recognition.moonshine.automaton import Automaton, Pattern, either, sequence, word
from recognition.moonshine.phrases import LEADS, PAUSE, any_of, before, plain, then

MOST = 2  # values that are told at once; each makes the grammar larger
LINKS = ("number", "the number", "for", "for number", "from", "from the", "of", "with", "with number")
LINK = re.compile(rf"^\W*(?:(?:{'|'.join(sorted((*LINKS, *LEADS), key=len, reverse=True))})\b[\s,.]*)*")


def pattern(told: Sequence[Behind]) -> Pattern:
    """A pause behind the words for an option, and one value at least."""
    first, *others = map(_value, told[:MOST])
    values = either(sequence(first, then(others[0], PAUSE)), others[0]) if others else first
    return sequence(either(PAUSE, word("? ")), values)


def split(text: str, option: str, told: Sequence[Behind], automaton: Automaton) -> tuple[str, str] | None:
    """The words for an option, and the values behind them, as the menu's engine reads them. `automaton`: accepts these
    words alone. None: the values make no sense."""
    words = text.split()
    for at in range(len(words) - 1, 0, -1):
        beginning = " ".join(words[:at])
        if option in automaton.tags(beginning) and (found := _read([word.lower() for word in words[at:]], told[:MOST])):
            return beginning.rstrip(" ,.?!"), " ".join(found)
    return None


def _value(one: Behind) -> Pattern:
    links = any_of(*LINKS, *LEADS, *(words for words in map(_frame, one.say) if words))
    value = {
        "digits": lambda: slots.digits(one.min, min(one.max, slots.LONGEST)),
        "date": slots.date,
        "time": slots.time,
        "money": slots.money,
    }[one.type]()
    return sequence(before(links, PAUSE), value)


def _read(words: Sequence[str], told: Sequence[Behind]) -> list[str] | None:
    """The values in their order, some of which may not be there. The longest of each."""
    if not words:
        return []
    for n, one in enumerate(told):
        for end in range(len(words), 0, -1):
            value = _text(one, " ".join(words[:end]))
            rest = _read(words[end:], told[n + 1 :]) if value else None
            if value and rest is not None:
                return [value, *rest]
    return None


def _text(one: Behind, said: str) -> str | None:
    """A value in figures; in its frame, where it was said in one."""
    for frame in filter(None, map(_frame, one.say)):
        words, length = plain(said), len(plain(frame))
        if words[:length] == plain(frame) and (value := _alone(one, " ".join(said.split()[length:]))):
            return f"{frame} {value}"
    return _alone(one, LINK.sub("", said))


def _alone(one: Behind, said: str) -> str | None:
    match one.type:
        case "digits":
            return readings.digits(said, one.min, one.max)
        case "date":
            return readings.date(said)
        case "time":
            return readings.time(said)
        case "money":
            return next(iter(filter(None, readings.amounts(said))), None)
        case _:
            return None


def _frame(say: str) -> str:
    """What leads to the value."""
    return " ".join(plain(say.partition("{}")[0]))
