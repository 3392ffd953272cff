"""The named exits of a step: every way on that its author wrote, in the order in which people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from ivr.engine.steps import (
    AskSlot,
    Branch,
    CallbackStep,
    Choice,
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


@dataclass(frozen=True, slots=True)
class Exit:
    """`name` is unique in its step: `1 track an order` (a choice), `next`, `done`, `case 1`, `else`. `target` None: a
    choice that asks again or starts over. `path` leads to it in the step's mapping of the file."""

    name: str
    target: str | None
    path: tuple[str | int, ...]


def exits(step: Step) -> tuple[Exit, ...]:
    return tuple(_exits(step))


def choice_exit(choice: Choice, *path: str | int) -> Exit:
    return Exit(" ".join(filter(None, (choice.key, choice.label or choice.id))), choice.goto, path)


def _exits(step: Step) -> Iterator[Exit]:  # noqa: C901  # one case for each kind of step
    match step:
        case Menu():
            for n, choice in enumerate(step.choices):
                yield choice_exit(choice, "menu", "choices", n)
            yield Exit("exhausted", step.tries.exhausted, ("menu", "exhausted"))
        case AskSlot():
            yield Exit("next", step.next, ("next",))
            for channel, target in step.fallback.items():
                yield Exit(f"fallback {channel}", target, ("ask", "fallback", channel))
            yield Exit("exhausted", step.tries.exhausted, ("ask", "exhausted"))
        case SayStep() | SetStep():
            yield Exit("next", step.next, ("next",))
        case InvokeStep() | Verify():
            yield Exit("done", step.done, ("done",))
            yield Exit("failed", step.failed, ("failed",))
        case SendStep():
            yield Exit("next", step.next, ("next",))
            if step.failed is not None:
                yield Exit("failed", step.failed, ("failed",))
        case RecordStep() | CallbackStep():
            yield Exit("next", step.next, ("next",))
            yield Exit("failed", step.failed, ("failed",))
        case Handoff():
            yield Exit("unavailable", step.unavailable, ("unavailable",))
            if step.done is not None:
                yield Exit("done", step.done, ("done",))
        case TransferStep():
            yield Exit("unanswered", step.unanswered, ("unanswered",))
            if step.done is not None:
                yield Exit("done", step.done, ("done",))
        case Branch():
            for n, (_, target) in enumerate(step.cases):
                yield Exit(f"case {n + 1}", target, ("branch", n))
            yield Exit("else", step.otherwise, ("branch", len(step.cases)))
        case Split():
            for n, (percent, target) in enumerate(step.ways):
                yield Exit(f"way {n + 1} ({percent:g} %)", target, ("split", n))
        case Goto():
            yield Exit("goto", step.target, ("goto",))
        case End():
            return
        case _:
            assert_never(step)


def rewired(step: Step, lead: Callable[[Exit], str]) -> Step:  # noqa: C901  # one case for each kind of step
    """The step with other targets behind its exits. Choices that ask again or start over lead somewhere then."""
    to = {way.name: lead(way) for way in exits(step)}
    match step:
        case Menu():
            choices = tuple(rewired_choice(choice, to[choice_exit(choice).name]) for choice in step.choices)
            return replace(step, choices=choices, tries=replace(step.tries, exhausted=to["exhausted"]))
        case AskSlot():
            fallback = {channel: to[f"fallback {channel}"] for channel in step.fallback}
            tries = replace(step.tries, exhausted=to["exhausted"])
            return replace(step, next=to["next"], fallback=fallback, tries=tries)
        case SayStep() | SetStep():
            return replace(step, next=to["next"])
        case InvokeStep():
            return replace(step, done=to["done"], failed=to["failed"])
        case Verify():
            tries = replace(step.tries, exhausted=to["failed"])
            return replace(step, done=to["done"], failed=to["failed"], tries=tries)
        case SendStep():
            return replace(step, next=to["next"], failed=to.get("failed"))
        case RecordStep() | CallbackStep():
            return replace(step, next=to["next"], failed=to["failed"])
        case Handoff():
            return replace(step, unavailable=to["unavailable"], done=to.get("done"))
        case TransferStep():
            return replace(step, unanswered=to["unanswered"], done=to.get("done"))
        case Branch():
            cases = tuple((ifs, to[f"case {n + 1}"]) for n, (ifs, _) in enumerate(step.cases))
            return replace(step, cases=cases, otherwise=to["else"])
        case Split():
            targets = [to[way.name] for way in exits(step)]
            return Split(tuple((percent, goto) for (percent, _), goto in zip(step.ways, targets, strict=True)))
        case Goto():
            return Goto(to["goto"])
        case End():
            return step
        case _:
            assert_never(step)


def rewired_choice(choice: Choice, target: str) -> Choice:
    return replace(choice, goto=target, do=None)
