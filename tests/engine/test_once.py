"""What follows from a flow alone is found once; from an equal flow, once more."""

from __future__ import annotations

import gc

import pytest

from ivr.engine import once as module
from ivr.engine.data import replace
from ivr.engine.once import once
from ivr.engine.steps import SayStep
from tests.engine.flows import prompt


def test_the_same_part_of_a_flow_is_looked_at_once() -> None:
    looked: list[SayStep] = []

    @once
    def words(step: SayStep) -> str:
        looked.append(step)
        return str(step.prompt)

    step = SayStep(prompt("Hello."), "on")
    assert words(step) == words(step)
    assert looked == [step]
    assert words(replace(step, next="off")) == words(step)  # another one, however like it
    assert len(looked) == 2


def test_what_comes_later_is_never_taken_for_what_was_there() -> None:
    """An object that is gone leaves its identity to the next one."""

    @once
    def next_of(step: SayStep) -> str:
        return step.next

    for n in range(2000):
        assert next_of(SayStep(prompt("Hello."), f"step{n}")) == f"step{n}"
        gc.collect(0)


def test_it_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    looked: list[str] = []

    @once
    def next_of(step: SayStep) -> str:
        looked.append(step.next)
        return step.next

    first = SayStep(prompt("Hello."), "first")
    for step in [first, *(SayStep(prompt("Hello."), str(n)) for n in range(10)), first]:
        next_of(step)
    assert looked.count("first") == 2
