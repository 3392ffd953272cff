"""Whether a branch is taken: the declared conditions of a menu, tried on a journey."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from ivr.engine.flow import Branch, Condition, Flow
from ivr.engine.journey import Journey


def chosen(flow: Flow, journey: Journey, branch: Branch) -> str:
    """The first step whose conditions all hold."""
    fits = (target for case, target in branch.cases if all(_holds(_subject(flow, journey, c.subject), c) for c in case))
    return next(fits, branch.otherwise)


def _subject(flow: Flow, journey: Journey, subject: str) -> str | None:
    contact = journey.contact
    match subject:
        case "channel":
            return contact.channel if contact else None
        case "trust":
            return str(contact.trust) if contact else None
        case "language":
            return flow.language  # the engine has it in the customer's
        case _:
            slot = journey.slots.get(subject)
            return slot.value if slot else None


def _holds(value: str | None, condition: Condition) -> bool:
    """An unknown value is nothing: not `is`, not `in`, neither at least nor at most anything; it `is_not` all."""
    match condition.test:
        case "known":
            return (value is not None) == (condition.values != ("no",))
        case "is" | "in":
            return value in condition.values
        case "is_not":
            return value not in condition.values
        case "at_least":
            return value is not None and _compare(value, condition.values[0]) >= 0
        case "at_most":
            return value is not None and _compare(value, condition.values[0]) <= 0


def _compare(one: str, other: str) -> int:
    """As numbers where both are; else as texts, which puts ISO dates in order."""
    try:
        a, b = Decimal(one), Decimal(other)
        return (a > b) - (a < b)
    except InvalidOperation:
        return (one > other) - (one < other)
