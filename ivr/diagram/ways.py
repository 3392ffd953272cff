"""All ways that lead away from a step, by its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias, assert_never

from ivr.engine.flow import Flow
from ivr.engine.steps import (
    AskSlot,
    Branch,
    CallbackStep,
    Choice,
    Condition,
    End,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    RecordStep,
    SayStep,
    SendStep,
    SetStep,
    Split,
    Step,
    TransferStep,
    Verify,
)

# next: without a word; choice: the customer's; case: of a branch or split; failed: something went wrong;
# exhausted: nobody understood the answers; link: where a sent link leads.
EdgeKind = Literal["next", "choice", "case", "failed", "exhausted", "link"]
Way: TypeAlias = tuple[EdgeKind, str, str]  # kind, label, target


def ways(flow: Flow, step: Step, name: str) -> Iterator[Way]:  # noqa: C901  # one case for each kind of step
    """All that lead away from a step, but for the always-choices."""
    match step:
        case Menu():
            yield from _choices(flow, step, name)
            yield "exhausted", "no answer", step.tries.exhausted
        case AskSlot():
            yield "next", "", step.next
            for channel, target in step.fallback.items():
                yield "case", channel, target
            yield "exhausted", "no answer", step.tries.exhausted
        case SayStep() | SetStep():
            yield "next", "", step.next
        case InvokeStep() | Verify():
            yield "next", "done", step.done
            yield "failed", "failed", step.failed
        case RecordStep() | CallbackStep():
            yield "next", "", step.next
            yield "failed", "failed", step.failed
        case SendStep():
            yield "next", "", step.next
            if step.failed:
                yield "failed", "failed", step.failed
            if step.to_step:
                yield "link", "link", step.to_step
        case Handoff():
            if step.done:
                yield "next", "done", step.done
            yield "failed", "unavailable", step.unavailable
        case TransferStep():
            if step.done:
                yield "next", "done", step.done
            yield "failed", "unanswered", step.unanswered
        case Branch():
            yield from _cases(step)
        case Split():
            for percent, target in step.ways:
                yield "case", f"{percent:g} %", target
        case Goto():
            yield "next", "", step.target
        case End():
            pass
        case _:
            assert_never(step)


def _choices(flow: Flow, menu: Menu, name: str) -> Iterator[Way]:
    for choice in menu.choices:
        target = choice.goto or (flow.start if choice.do == "start_over" else name)
        yield "choice", " ".join(filter(None, (choice.key, label_of(choice)))), target


def _cases(branch: Branch) -> Iterator[Way]:
    for conditions, target in branch.cases:
        yield "case", " and ".join(map(_condition, conditions)), target
    yield "case", "else", branch.otherwise


TESTS = {"is": "=", "is_not": "≠", "in": "in", "known": "known", "at_least": "≥", "at_most": "≤"}


def _condition(condition: Condition) -> str:
    values = ", ".join(condition.values)
    if condition.test == "known":
        return f"{condition.subject} {'unknown' if condition.values == ('no',) else 'known'}"
    return f"{condition.subject} {TESTS[condition.test]} {values}"


def label_of(choice: Choice) -> str:
    return choice.label or (choice.phrases[0] if choice.phrases else choice.do or choice.goto or "")
