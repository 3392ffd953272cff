"""What journeys, events and actions are made of."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import Invoke
from ivr.engine.data import replace
from ivr.engine.events import Input, Left, NoInput
from ivr.engine.journey import Journey


@given(st.from_type(Journey))
def test_a_journey_is_replaced_and_stays_as_it_was(journey: Journey) -> None:
    as_it_was = replace(journey)
    found = replace(journey, turn=journey.turn + 1, agent="Kim")
    assert (found.turn, found.agent) == (journey.turn + 1, "Kim")
    assert replace(found, turn=journey.turn, agent=journey.agent) == journey == as_it_was


def test_what_is_taken_by_name_only_is_replaced_too() -> None:
    left = Left(id="1", at=2.0, contact="c", reason="caller")
    assert replace(left, detail="x") == Left(id="1", at=2.0, contact="c", reason="caller", detail="x")


def test_nothing_of_it_changes_in_place() -> None:
    with pytest.raises(AttributeError):
        Journey("j", "m", "1").turn = 2  # type: ignore[misc]


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError):
        replace(Journey("j", "m", "1"), colour="red")  # type: ignore[call-arg]


def test_events_of_two_kinds_are_never_the_same() -> None:
    assert NoInput(id="1", at=2.0, contact="c") != Left(id="1", at=2.0, contact="c", reason="caller")
    assert Input(id="1", at=2.0, contact="c", text="1", mode="keys") != NoInput(id="1", at=2.0, contact="c")


def test_an_asking_is_the_same_wait_whether_it_is_the_first_or_not() -> None:
    first = Invoke(3, "look", "orders", {"number": "4217"}, 5.0, "j:3", again=False)
    assert first == replace(first, again=True)
    assert first != replace(first, arguments={"number": "4218"})


@dataclass(frozen=True)
class Plain:
    size: int


def test_parts_of_a_flow_are_replaced_by_the_same_name() -> None:
    assert replace(Plain(1), size=4) == Plain(4)
