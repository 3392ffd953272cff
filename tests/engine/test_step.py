"""What customers hear, turn by turn: the support line played through its story, and events that come late or twice."""

from __future__ import annotations

from ivr.engine.actions import Hangup, Invoke, Say, Send
from ivr.engine.data import replace
from ivr.engine.events import AgentJoined, Input, Invoked, Left, NoInput, QueueLeft
from ivr.engine.journey import Journey, Visit
from ivr.engine.step import current_wait, step, summary
from ivr.engine.steps import Goto, SayStep, SendStep
from tests.engine.flows import FOUND, NOON, SUPPORT, SUPPORT_STEPS, Talk, prompt, voice, with_steps


def test_a_call_from_the_welcome_to_a_link() -> None:
    talk = Talk().arrive(reach={"sms": "+15550100"})
    assert talk.said == [
        "Welcome to Acme.",
        "To track a parcel, press 1.",
        "To change a card, press 2.",
        "To leave a message, press 3.",
    ]
    assert talk.press("1").said == ["Your order number, please."]
    assert talk.press("123456").said == ["One moment."]
    assert talk.invoke.arguments == {"order": "123456"}
    talk.invoked(**FOUND)
    assert talk.said == [
        "Order 1 2 3 4 5 6 is shipped. It comes on December 1, 2026.",
        "Shall I send you a link?",
        "Press 1 for yes, 2 for no.",
    ]
    talk.press("1")
    assert talk.actions == (
        Send("sms", "Follow it here: {link}", "tell", link=True),
        Say("It is on its way.", fixed=True),
        Say("Goodbye.", fixed=True),
        Hangup("finished"),
    )
    assert talk.journey.status == "finished"


def test_an_event_at_a_step_that_the_flow_does_not_know_hangs_up_and_changes_nothing() -> None:
    talk = voice().press("1")
    before = talk.journey
    talk.flow = replace(SUPPORT, steps={"welcome": SUPPORT_STEPS["welcome"]})
    assert talk.press("123456").actions == (Hangup("broken"),)
    assert talk.journey == before


def test_a_late_or_repeated_event_repeats_the_current_wait() -> None:
    talk = voice().press("1")
    before, wait = talk.journey, current_wait(SUPPORT, talk.journey)
    assert wait[-1] == talk.last
    for event in (
        Input(id="new", at=NOON, contact="call-1", text="1", mode="keys", turn=1),
        Input(id="e1", at=NOON, contact="call-1", text="123456", mode="keys"),
        NoInput(id="new", at=NOON, contact="call-1", turn=1),
        Invoked(id="new", at=NOON, contact="call-1", turn=before.turn),
        AgentJoined(id="new", at=NOON, contact="call-1"),
        QueueLeft(id="new", at=NOON, contact="call-1", outcome="done"),
    ):
        assert step(SUPPORT, before, event) == (before, wait)


def test_an_input_during_an_invoke_or_in_the_queue_changes_nothing_and_says_nothing() -> None:
    for talk in (voice().press("1").press("123456"), voice().press("0")):
        before, wait = talk.journey, talk.last
        assert talk.press("1").actions == (wait,)
        assert talk.silence().actions == (wait,)
        assert talk.journey == before


def test_events_after_the_end_are_answered_by_a_hang_up() -> None:
    talk = voice().leave()
    before = talk.journey
    assert talk.press("1").actions == (Hangup("finished"),)
    assert talk.leave().actions == (Hangup("finished"),)
    assert talk.journey == before
    assert current_wait(SUPPORT, Journey("j", "support", "v1")) == (Hangup("finished"),)


def test_a_flow_that_runs_in_circles_ends_the_call_sends_nothing_and_keeps_the_answer() -> None:
    flow = with_steps(look_up=SendStep("sms", ("Again!",), None, "circle"), circle=SayStep(prompt("Round."), "look_up"))
    talk = Talk(flow).arrive(reach={"sms": "+15550100"}).press("1").press("123456")
    assert talk.actions == (Say("Something is wrong on our side.", fixed=True), Hangup("broken"))
    assert (talk.journey.status, talk.journey.step) == ("paused", "track")
    assert talk.journey.slots["order"].value == "123456"
    talk.leave()
    talk.flow = SUPPORT
    assert isinstance(talk.arrive("call-2", resume="continue").last, Invoke)


def test_a_flow_that_runs_in_circles_from_its_start_can_be_tried_again() -> None:
    talk = Talk(with_steps(welcome=Goto("welcome"))).arrive()
    assert talk.last == Hangup("broken")
    talk.leave().flow = SUPPORT
    assert talk.arrive("call-2", resume="continue").said[0] == "Welcome to Acme."


def test_leaving_is_recorded() -> None:
    talk = voice().later(9).send(Left, reason="ours", detail="cause 44\0" + "x" * 1000)
    journey = talk.journey
    assert (journey.status, journey.left, journey.left_at) == ("paused", "ours", NOON + 9)
    assert journey.left_detail.startswith("cause 44xxx")
    assert len(journey.left_detail) <= 200


def test_the_path_says_where_the_customer_was_and_what_they_chose() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND)
    assert talk.journey.path == (
        Visit("welcome", "voice", NOON, "track a parcel"),
        Visit("track", "voice", NOON),
        Visit("look_up", "voice", NOON),
        Visit("tell", "voice", NOON),
        Visit("ask_link", "voice", NOON),
    )
    assert summary(SUPPORT, talk.journey) == "Chose track a parcel; gave order number 123456."


def test_a_journey_does_not_grow_for_ever() -> None:
    talk = voice()
    for n in range(300):
        talk.leave().arrive(f"call-{n}", resume="continue").press("*")
    journey = talk.journey
    assert (len(journey.path), len(journey.ledger), len(journey.seen)) == (1, 200, 32)
    for n in range(60):
        talk.leave().arrive(f"back-{n}", resume="continue")
    assert len(talk.journey.path) == 50
