"""What becomes of a caller whom we cannot hear: it is our fault, so it costs them nothing but the keys."""

from __future__ import annotations

from ivr.engine.actions import Collect
from ivr.engine.events import Input, NoInput, Unheard
from ivr.engine.step import current_wait
from tests.engine.flows import Talk, chat, voice

CANNOT = "I cannot listen right now. Please use the keys of your phone."
AGAIN = "Sorry, please say that again."


def misses(talk: Talk, reason: str) -> Talk:
    return talk.send(Unheard, reason=reason, turn=talk.journey.turn)


def test_where_too_many_speak_at_once_the_question_goes_on_by_keys_and_no_try_is_counted() -> None:
    talk = misses(voice(), "busy")
    assert talk.said[:2] == [CANNOT, "Welcome to Acme."]
    assert "To track a parcel, press 1." in talk.said
    assert not talk.collect.speech
    assert (talk.journey.noinputs, talk.journey.nomatches, talk.journey.misheard) == (0, 0, 0)
    assert talk.press("1").collect.slot == "order"
    assert talk.collect.speech, "at the next question we listen again"


def test_an_engine_that_fails_once_has_the_caller_say_it_again_and_twice_leads_to_the_keys() -> None:
    talk = misses(voice(), "failed")
    assert talk.said[:2] == [AGAIN, "Welcome to Acme."]
    assert talk.collect.speech
    misses(talk, "failed")
    assert talk.said[:2] == [CANNOT, "Welcome to Acme."]
    assert not talk.collect.speech
    assert talk.journey.nomatches == 0


def test_a_question_that_is_repeated_goes_on_by_keys() -> None:
    talk = misses(voice(), "busy").silence()
    assert not talk.collect.speech
    talk.press("9")
    assert talk.said[0] == CANNOT
    assert not talk.collect.speech
    assert current_wait(talk.flow, talk.journey)[-1] == talk.last


def test_who_phones_again_is_heard_again() -> None:
    talk = misses(voice(), "busy").leave("dropped")
    talk.later(5).arrive("call-2", resume="continue")
    assert CANNOT not in talk.said
    assert talk.collect.speech


def test_the_offer_and_a_proof_can_be_missed_as_well() -> None:
    talk = voice().press("1").leave().later(7200).arrive("call-2", resume="offer")
    misses(talk, "busy")
    assert talk.said[0] == CANNOT
    assert talk.journey.offering
    assert isinstance(talk.last, Collect)
    assert not talk.collect.speech


def test_what_we_miss_late_or_in_a_chat_that_does_not_listen_changes_nothing() -> None:
    talk = voice()
    turn = talk.journey.turn
    talk.press("1")
    before = talk.journey
    talk.send(Unheard, reason="busy", turn=turn)
    assert talk.journey == before
    writing = chat()
    misses(writing, "busy")
    assert CANNOT not in writing.said


def test_after_two_misses_by_speech_the_keys_are_offered_and_after_the_last_try_a_person_without_any_declaration() -> (
    None
):
    talk = voice()
    for _ in range(2):
        talk.send(Input, text="mumble", mode="speech")
    assert "Please use the keys of your phone." in talk.said
    assert not talk.collect.speech
    talk.send(NoInput)
    assert talk.said == ["I connect you."]
    assert talk.enqueue.queue == "support"
