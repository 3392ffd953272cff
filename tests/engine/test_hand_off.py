"""A person takes over: what they are told, and what becomes of a journey when they come, do not come, or hand it on."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Enqueue, Hangup
from ivr.engine.data import replace
from ivr.engine.events import Left, Passed, QueueLeft
from ivr.engine.steps import Handoff
from tests.engine.flows import SUPPORT_STEPS, Talk, voice, with_steps


def test_a_hand_off_tells_the_agent_all_but_secrets() -> None:
    talk = Talk().arrive(customer_name="Ann").press("1").press("123456").invoke_fails()
    assert talk.said == ["I cannot find it.", "I connect you."]
    assert talk.journey.status == "queued"
    assert talk.enqueue == Enqueue(
        turn=4,
        step="person",
        queue="support",
        skills=("orders",),
        whisper="Ann, order 123456, PIN unknown. Chose track a parcel; gave order number 123456.",
        why="Chose track a parcel; gave order number 123456.",
        timeout=120.0,
    )
    talk = voice().press("2").press("4217").invoked()
    assert "PIN ••••" in talk.enqueue.whisper
    assert "4217" not in talk.enqueue.whisper + talk.enqueue.why


def test_the_talk_with_an_agent_ends_the_journey() -> None:
    talk = voice().press("0")
    wait = talk.last
    assert talk.agent_joins("Ben").actions == (wait,)
    assert (talk.journey.status, talk.journey.agent) == ("with_agent", "Ben")
    assert talk.queue_left("done").actions == (Hangup("finished"),)
    assert talk.journey.status == "finished"


@pytest.mark.parametrize("outcome", ["unavailable", "timeout"])
def test_when_nobody_comes_the_flow_goes_on(outcome: str) -> None:
    talk = voice().press("0").send(QueueLeft, outcome=outcome)
    assert talk.said[:2] == ["Nobody is free.", "Welcome to Acme."]
    assert talk.journey.status == "live"


def test_a_hand_off_may_go_on_after_the_talk() -> None:
    person = SUPPORT_STEPS["person"]
    assert isinstance(person, Handoff)
    assert voice(with_steps(person=replace(person, done="bye"))).press("0").agent_joins("Ben").queue_left(
        "done"
    ).said == ["Goodbye."]


def test_an_agent_who_does_not_come_leaves_the_customer_in_the_queue() -> None:
    talk = voice().press("0")
    first = talk.enqueue
    talk.agent_joins("Ben").requeued()
    assert (talk.journey.status, talk.journey.agent) == ("queued", "")
    assert talk.enqueue == replace(first, turn=first.turn + 1)
    assert talk.send(QueueLeft, outcome="done", turn=first.turn).journey.status == "queued"  # of the talk that was not
    assert talk.requeued().journey.status == "queued"


def test_an_agent_hands_the_customer_on_with_a_note() -> None:
    passed = Passed("Ben", "Wants a refund.", queue="billing")
    talk = voice().press("0").agent_joins("Ben").requeued(passed)
    assert (talk.enqueue.queue, talk.journey.passed) == ("billing", passed)
    talk.agent_joins("Anna").requeued()
    assert (talk.enqueue.queue, talk.journey.passed) == ("billing", passed)
    assert talk.agent_joins("Anna").queue_left("done").journey.passed is None


def test_what_an_agent_wrote_is_not_for_another_queue_of_the_menu() -> None:
    talk = voice().press("0").agent_joins("Ben").requeued(Passed("Ben", "A note", queue="billing"))
    talk.queue_left("unavailable").press("0")
    assert (talk.enqueue.queue, talk.journey.passed) == ("support", None)


@pytest.mark.parametrize(
    ("joined", "reason", "status"),
    [
        (False, "caller", "paused"),
        (False, "dropped", "dropped"),
        (True, "caller", "finished"),
        (True, "dropped", "dropped"),
        (True, "moved", "paused"),
    ],
)
def test_hanging_up_on_the_queue_is_no_end_but_hanging_up_on_the_agent_is(
    joined: bool, reason: str, status: str
) -> None:
    talk = voice().press("0")
    if joined:
        talk.agent_joins("Ben")
    assert talk.send(Left, reason=reason).journey.status == status
    if status != "finished":
        assert isinstance(talk.arrive("call-2", resume="continue").last, Enqueue)
