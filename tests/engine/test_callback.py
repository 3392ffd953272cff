"""Callbacks: to which number, and what happens without one."""

from __future__ import annotations

from ivr.engine.actions import BookCallback
from ivr.engine.data import replace
from ivr.engine.flow import Flow
from ivr.engine.steps import CallbackStep, Choice, End, Menu, Ref
from tests.engine.flows import SUPPORT, SUPPORT_STEPS, Talk, prompt, tries

PROMISE = CallbackStep("support", (), ("after ", Ref("note")), prompt("We will call you."), "bye", "no_number")
PHONE = {"sms": "+15550100"}


def flow(**changes: object) -> Flow:
    steps = {
        **SUPPORT_STEPS,
        "welcome": Menu(prompt("Hello."), (Choice("call", "1", "be called", goto="call_me"),), tries()),
        "call_me": replace(PROMISE, **changes),  # type: ignore[arg-type]
        "no_number": End(prompt("I have no number.")),
    }
    return replace(SUPPORT, steps=steps)


def booked(talk: Talk) -> list[BookCallback]:
    return [action for action in talk.actions if isinstance(action, BookCallback)]


def test_we_call_the_number_that_they_came_with() -> None:
    talk = Talk(flow()).arrive(reach=PHONE).press("1")
    expected = BookCallback("call_me", "+15550100", "support", "after unknown", "Chose be called.")
    assert booked(talk) == [expected]
    assert talk.said == ["We will call you.", "Goodbye."]
    assert "call_me" in [visit.step for visit in talk.journey.path]


def test_who_gave_no_other_number_is_called_at_the_one_they_came_with() -> None:
    talk = Talk(flow(number=(Ref("order"),))).arrive(reach=PHONE).press("1")
    assert [action.number for action in booked(talk)] == ["+15550100"]


def test_we_call_the_number_that_they_gave_even_if_they_may_not_hear_it() -> None:
    private = flow(number=(Ref("order"),))
    talk = Talk(private).arrive(reach=PHONE).at("track").press("4155550134").leave()
    talk.arrive("c2", "voice", step="call_me")
    assert [action.number for action in booked(talk)] == ["4155550134"]


def test_without_a_number_nothing_is_promised() -> None:
    for talk in (Talk(flow()).arrive(), Talk(flow(number=(Ref("note"),))).arrive()):
        talk.press("1")
        assert talk.said == ["I have no number."]
        assert booked(talk) == []


def test_a_press_that_is_told_twice_books_once() -> None:
    talk = Talk(flow(next="welcome")).arrive(reach=PHONE)
    talk.press("1", id="twice")
    assert len(booked(talk)) == 1
    assert booked(talk.press("1", id="twice")) == []


def test_who_comes_back_behind_the_promise_is_not_promised_again() -> None:
    talk = Talk(flow(next="track")).arrive(reach=PHONE).press("1").leave("dropped")
    talk.arrive("c2", "voice", "continue", reach=PHONE)
    assert booked(talk) == []
    assert talk.collect.step == "track"


def test_a_flow_that_runs_in_circles_books_nothing() -> None:
    talk = Talk(flow(next="call_me")).arrive(reach=PHONE).press("1")
    assert booked(talk) == []
    assert talk.journey.status == "paused"
