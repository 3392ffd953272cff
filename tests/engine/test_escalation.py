"""From speech to keys to a person: what becomes of a caller who is not understood."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Enqueue
from ivr.engine.data import replace
from ivr.engine.events import Input
from tests.engine.flows import SUPPORT, SUPPORT_STEPS, Talk, tries, voice, with_fields

KEYS = "Please use the keys of your phone."
PATIENT = replace(
    SUPPORT,
    steps={
        **SUPPORT_STEPS,
        "welcome": with_fields(SUPPORT_STEPS["welcome"], tries=tries(4)),
        "track": with_fields(SUPPORT_STEPS["track"], tries=tries(4)),
    },
)


def mumble(talk: Talk, times: int = 1) -> Talk:
    for _ in range(times):
        talk.send(Input, text="mumble", mode="speech")
    return talk


@pytest.mark.parametrize("start", [None, "track"])
def test_after_two_misses_by_speech_the_keys_are_offered_and_after_the_last_try_a_person(start: str | None) -> None:
    talk = voice(PATIENT)
    if start:
        talk.at(start)
    assert talk.collect.speech
    mumble(talk)
    assert talk.collect.speech
    assert KEYS not in talk.said
    mumble(talk)
    assert not talk.collect.speech
    assert talk.said[:2] == ["Once more, please.", KEYS]
    mumble(talk)
    assert not talk.collect.speech
    assert KEYS in talk.said
    mumble(talk)
    assert isinstance(talk.last, Enqueue)


def test_keys_work_as_before_and_the_next_question_is_heard_again() -> None:
    talk = mumble(voice(PATIENT), 2).press("1")
    assert talk.collect.step == "track"
    assert talk.collect.speech
    assert KEYS not in talk.said


def test_a_wrong_key_is_no_miss_by_speech() -> None:
    talk = voice(PATIENT).press("7").press("7").silence()
    assert talk.collect.speech
    assert talk.journey.misheard == 0


def test_unsure_speech_is_a_miss() -> None:
    talk = voice(PATIENT)
    for _ in range(2):
        talk.send(Input, text="track a parcel", mode="speech", confidence=0.2)
    assert not talk.collect.speech


def test_how_many_misses_is_the_menus_to_say() -> None:
    assert not mumble(voice(replace(PATIENT, keys_after=1))).collect.speech
    assert mumble(voice(replace(PATIENT, keys_after=3)), 2).collect.speech


def test_who_is_cut_off_there_goes_on_with_keys_and_in_a_chat_with_words() -> None:
    talk = mumble(voice(PATIENT), 2).leave("dropped").arrive("c2", "voice", "continue")
    assert not talk.collect.speech
    assert KEYS in talk.said
    talk.leave("dropped").arrive("c3", "chat", "continue")
    assert talk.collect.speech
    assert KEYS not in talk.said


def test_the_offer_to_go_on_is_a_question_too() -> None:
    talk = mumble(voice(PATIENT), 1).leave().arrive("c2", "voice", "offer")
    assert talk.collect.speech
    assert not mumble(talk, 2).collect.speech
    assert talk.said == [KEYS, "Go on or start over?", "Press 1 to go on, 2 to start over."]
