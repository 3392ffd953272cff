"""Who comes back must not stand behind a proof that they did not give.

A journey that is dropped behind a PIN is resumed by whoever phones next from that number, or finds that browser open.
So where a step can only be reached by a proof, and the new contact has not the tier that it gives, they prove it first
and then go on where the journey stands. Pure, on the flow alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ivr.engine.exits import exits
from ivr.engine.flow import Flow
from ivr.engine.steps import Branch, Condition, Step, Verify


def proof_before(flow: Flow, step: str, trust: int) -> str | None:
    """The `verify` that a contact of that tier must pass before it stands at `step`; None: it may go there."""
    steps = dict(flow.steps.items())  # to look a step up in the flow is to come to it, for coverage
    proofs = {name: each for name, each in steps.items() if isinstance(each, Verify)}
    if not proofs:
        return None
    free = _reached(steps, _entries(flow), trust)
    if step in free:
        return None
    for name, proof in proofs.items():
        if name in free and step in _reached(steps, [proof.done], proof.trust):
            return name
    return None


def _entries(flow: Flow) -> list[str]:
    """Where anybody may get to without a step that leads there."""
    always = [choice.goto for choice in flow.always if choice.goto]
    switched = [switch.goto for switch in flow.switches.values() if switch.goto]
    return [flow.start, *always, *switched]


def _reached(steps: Mapping[str, Step], entries: list[str], trust: int) -> set[str]:
    reached, ahead = set(entries), list(entries)
    while ahead:
        found = steps.get(ahead.pop())
        fresh = set(_ways(found, trust)) - reached if found else set()
        reached |= fresh
        ahead += fresh
    return reached


def _ways(step: Step, trust: int) -> Iterator[str]:
    """The exits that are open to that tier."""
    match step:
        case Verify():
            yield from (step.failed, step.tries.exhausted)
            if trust >= step.trust:
                yield step.done
        case Branch():
            yield step.otherwise
            yield from (target for case, target in step.cases if all(_may_hold(each, trust) for each in case))
        case _:
            yield from (way.target for way in exits(step) if way.target is not None)


def _may_hold(condition: Condition, trust: int) -> bool:
    """Of conditions, only those on the tier are known here. A tier that is no number is never reached."""
    if condition.subject != "trust" or condition.test != "at_least":
        return True
    tier = condition.values[0]
    return tier.isdecimal() and trust >= int(tier)
