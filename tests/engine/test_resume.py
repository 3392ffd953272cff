"""Who was away comes back: where they go on, what they hear first, what they are offered, where a link leads."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Hangup
from ivr.engine.data import replace
from ivr.engine.events import Arrived, Expired, Left
from ivr.engine.journey import Slot
from tests.engine.flows import DAY, FOUND, MINUTE, NOON, Talk, voice


def test_a_dropped_call_goes_on_at_the_same_question_with_the_same_answers_and_tries() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).silence()
    slots, counted = talk.journey.slots, talk.journey.noinputs
    talk.leave("dropped")
    assert (talk.journey.status, talk.journey.contact, talk.last) == ("dropped", None, Hangup())
    talk.later(5 * MINUTE).arrive("call-2", resume="continue")
    assert talk.said == ["We were cut off.", "Shall I send you a link?", "Press 1 for yes, 2 for no."]
    assert (talk.journey.slots, talk.journey.noinputs) == (slots, counted)
    assert (talk.journey.status, talk.collect.slot) == ("live", "wants_link")


def test_the_chat_goes_on_where_the_call_was_and_the_call_is_told_that_it_moved() -> None:
    talk = voice().press("1")
    talk.later(10).arrive("chat-1", "chat", resume="continue")
    assert talk.said == ["Welcome back.", "Order number?"]
    talk.contact = "call-1"
    before = talk.journey
    assert talk.press("123456").actions == (Hangup("moved"),)
    assert talk.journey == before
    talk.contact = "chat-1"
    assert talk.write("123-456").invoke.arguments == {"order": "123456"}


def test_who_phones_again_before_the_lost_line_was_noticed_was_cut_off() -> None:
    talk = voice().press("1")
    talk.later(10).arrive("call-2", resume="continue")
    assert talk.said == ["We were cut off.", "Your order number, please."]


def test_a_repeated_arrival_of_the_contact_that_was_left_takes_nothing_back() -> None:
    arrival = Arrived(id="a1", at=NOON, contact="call-1", channel="voice")
    talk = Talk().happens(arrival).press("1").arrive("chat-1", "chat", resume="continue")
    before = talk.journey
    assert talk.happens(arrival).actions == (Hangup("moved"),)
    assert talk.journey == before


@pytest.mark.parametrize(
    ("left", "away", "lead_in"),
    [
        ("dropped", 10 * MINUTE, "We were cut off."),
        ("dropped", 11 * MINUTE, "Let us go on where we were."),
        ("caller", 11 * MINUTE, "Welcome back."),
        ("ours", 8 * DAY, "Let us go on where we were."),
    ],
)
def test_the_lead_in_fits_how_and_when_the_customer_left(left: str, away: float, lead_in: str) -> None:
    talk = voice().press("1").send(Left, reason=left).later(away).arrive("call-2", resume="continue")
    assert talk.said == [lead_in, "Your order number, please."]


def test_a_step_that_was_reached_by_coming_back_has_its_own_tries() -> None:
    talk = voice().press("1").silence()
    known = {"order": Slot("123456", None, None, NOON)}
    talk.journey = replace(talk.journey, slots=known)
    talk.leave().arrive("call-2", resume="continue")
    assert (talk.journey.step, talk.journey.noinputs) == ("look_up", 0)


def test_a_fresh_arrival_and_one_after_the_end_begin_anew() -> None:
    assert voice().press("1").leave().arrive("call-2").said[0] == "Welcome to Acme."
    ended = voice().press("1").press("123456").invoked(**FOUND).press("2")
    for resume in ("continue", "offer"):
        talk = replace(ended).leave().arrive("call-2", resume=resume)
        assert talk.said[0] == "Welcome to Acme."
        assert talk.journey.slots == {}


def test_a_link_leads_to_its_step_and_opens_a_finished_journey_again() -> None:
    talk = voice().press("1").press("123456").invoked(**FOUND).press("2").leave()
    talk.arrive("chat-1", "chat", resume="continue", step="note")
    assert talk.said == ["Welcome back.", "What is it about?"]
    assert talk.journey.status == "live"
    assert "order" in talk.journey.slots


def test_a_link_to_a_step_that_is_gone_leads_to_where_the_journey_stands() -> None:
    talk = voice().press("1").leave().arrive("chat-1", "chat", resume="continue", step="gone")
    assert talk.collect.slot == "order"


def test_an_expired_journey_can_be_opened_again() -> None:
    talk = voice().press("1").leave().send(Expired)
    assert talk.journey.status == "expired"
    assert talk.arrive("call-2", resume="continue").collect.slot == "order"


def test_a_second_arrival_of_the_contact_that_is_on_repeats_its_question() -> None:
    talk = voice().press("1")
    before = talk.journey
    assert talk.arrive(resume="offer").said == ["Your order number, please."]
    assert talk.journey == before


def test_the_customer_of_a_journey_is_not_forgotten_by_a_contact_that_knows_less() -> None:
    talk = Talk().arrive(customer="c1").leave().send(Arrived, channel="chat", resume="continue")
    assert talk.journey.customer == "c1"
