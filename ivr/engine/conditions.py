"""Which way a branch or a split goes: the declared conditions of a menu, tried on a journey, and shares of journeys."""

from __future__ import annotations

import hashlib
from collections.abc import Set
from decimal import Decimal, InvalidOperation

from ivr.engine.flow import Flow
from ivr.engine.hours import state_at
from ivr.engine.journey import Journey
from ivr.engine.steps import Branch, Condition, Split


def chosen(flow: Flow, journey: Journey, branch: Branch, at: float, switches: Set[str]) -> str:
    """The first step whose conditions all hold, at that time and with these switches on."""

    def fits(case: tuple[Condition, ...]) -> bool:
        return all(_holds(_subject(flow, journey, c.subject, at, switches), c) for c in case)

    return next((target for case, target in branch.cases if fits(case)), branch.otherwise)


def drawn(journey: Journey, name: str, split: Split) -> str:
    """The way of this journey at the split `name`: no dice, so it is the same each time and anybody can check it."""
    digest = hashlib.sha256(f"{journey.id} {name}".encode(errors="replace")).digest()
    lot = int.from_bytes(digest[:8], "big") / 2**64 * 100
    below = 0.0
    for percent, target in split.ways:
        below += percent
        if lot < below:
            return target
    return split.ways[-1][1]


def _subject(flow: Flow, journey: Journey, subject: str, at: float, switches: Set[str]) -> str | None:
    contact = journey.contact
    match subject:
        case "channel":
            return contact.channel if contact else None
        case "trust":
            return str(contact.trust) if contact else None
        case "language":
            return flow.language  # the engine has it in the customer's
    kind, _, name = subject.partition(".")
    if kind == "hours" and name in flow.hours:
        return state_at(flow.hours[name], at)
    if kind == "switch" and name in flow.switches:
        return "on" if name in switches else "off"
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
