"""What was said, to what it may mean for a slot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.engine import parsing
from ivr.engine.flow import SlotSpec
from ivr.engine.locale.words import Words
from ivr.engine.spoken.agreement import agreed
from ivr.engine.spoken.amounts import money, number
from ivr.engine.spoken.clock import times
from ivr.engine.spoken.days import days
from ivr.engine.spoken.digits import digits
from ivr.engine.spoken.letters import spelled


@dataclass(frozen=True, slots=True)
class Reading:
    """A value in canonical form (see `journey.Slot`). `sure`: the words leave no other choice."""

    value: str
    sure: bool = True


def readings(spec: SlotSpec, text: str, words: Words, at: float) -> tuple[Reading, ...]:
    """Likeliest first, of any size: whoever takes one looks whether it is within the slot's limits. Empty where only
    what is typed is understood (choices)."""
    match spec.type:
        case "digits":
            return _sure(digits(text, words))
        case "number":
            return _sure([number(text, words) or parsing.number(text, words)])
        case "money":
            if (told := parsing.money(text, words)) is not None:
                return (Reading(told),)
            found, sure = money(text, words)
            return tuple(Reading(amount, sure) for amount in (found[:1] if sure else found))
        case "date":
            told = parsing.day(text, words, at)
            found = [told] if told else days(text, words, at)
            return tuple(Reading(day, len(found) == 1) for day in found)
        case "time":
            found = times(text, words)
            return tuple(Reading(time, len(found) == 1) for time in found)
        case "yes_no":
            return _sure([agreed(text, words)])
        case "text":
            return _sure([spelled(text, words), text.strip()])
        case "choice":
            return ()


def _sure(values: Iterable[str | None]) -> tuple[Reading, ...]:
    """Of those that fit a slot, the first is meant."""
    return tuple(Reading(value) for value in values if value)
