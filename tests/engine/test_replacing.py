"""`replace` gives what the one of `dataclasses` gives, and touches nothing else."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.events import Left
from ivr.engine.journey import Journey
from ivr.engine.replacing import replace


@given(st.from_type(Journey))
def test_a_journey_is_replaced_as_dataclasses_do_it(journey: Journey) -> None:
    as_it_was = dataclasses.replace(journey)
    found = replace(journey, turn=journey.turn + 1, agent="Kim")
    assert found == dataclasses.replace(journey, turn=journey.turn + 1, agent="Kim")
    assert journey == as_it_was
    assert replace(journey) == journey


def test_what_is_taken_by_name_only_is_replaced_too() -> None:
    left = Left(id="1", at=2.0, contact="c", reason="caller", detail="")
    assert replace(left, detail="x") == dataclasses.replace(left, detail="x")


@dataclass(frozen=True)
class Checked:
    size: int
    double: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "double", 2 * self.size)


def test_a_class_that_works_its_fields_out_does_so_again() -> None:
    assert replace(Checked(1), size=4).double == 8


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises((KeyError, TypeError)):
        replace(Journey("j", "m", "1"), colour="red")  # type: ignore[call-arg]
