"""A message: spoken where there is sound, written where there is none; and what becomes of silence."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Collect, Record
from ivr.engine.data import replace
from ivr.engine.events import Recorded
from ivr.engine.flow import SlotSpec
from ivr.engine.step import summary
from ivr.engine.steps import End, RecordStep
from tests.engine.flows import SUPPORT, SUPPORT_STEPS, Talk, prompt

MESSAGE = RecordStep("message", prompt("Please speak."), 120.0, 4.0, 6.0, "thanks", "nothing")
STEPS = {
    **SUPPORT_STEPS,
    "welcome": MESSAGE,
    "thanks": End(prompt("Thank you.")),
    "nothing": End(prompt("Goodbye then.")),
}
SLOTS = {**SUPPORT.slots, "message": SlotSpec("message", "text", "your message", "private", max_length=1000)}
VOICEMAIL = replace(SUPPORT, steps=STEPS, slots=SLOTS)


def on(channel: str) -> Talk:
    return Talk(VOICEMAIL).arrive("c1", channel, reach={"sms": "+15550100"})


def speak(talk: Talk, recording: str = "r1", turn: int | None = None) -> Talk:
    turn = talk.journey.turn if turn is None else turn
    return talk.send(Recorded, turn=turn, recording=recording, seconds=12.5)


def test_a_spoken_message_is_kept_by_its_id() -> None:
    talk = on("voice")
    assert talk.said == ["Please speak."]
    assert talk.last == Record(talk.journey.turn, "welcome", "message", 120.0, 4.0, 6.0)
    speak(talk)
    slot = talk.journey.slots["message"]
    assert (slot.value, slot.channel, slot.contact) == ("recording:r1", "voice", "c1")
    assert talk.said == ["Thank you."]


@pytest.mark.parametrize("channel", ["chat", "sms", "email", "messenger", "app"])
def test_where_there_is_no_sound_the_words_are_written(channel: str) -> None:
    talk = on(channel)
    assert (talk.collect.type, talk.collect.slot, talk.collect.options) == ("text", "message", ())
    talk.write("My parcel is wet.")
    assert talk.journey.slots["message"].value == "My parcel is wet."
    assert talk.said == ["Thank you."]


@pytest.mark.parametrize("channel", ["voice", "chat"])
def test_who_says_nothing_twice_has_no_message(channel: str) -> None:
    talk = on(channel).silence()
    assert talk.said == ["Please speak."]
    assert isinstance(talk.last, Record | Collect)
    assert talk.silence().said == ["Goodbye then."]
    assert "message" not in talk.journey.slots


def test_a_recording_without_an_id_is_silence() -> None:
    assert speak(on("voice"), "\0").said == ["Please speak."]


def test_a_recording_for_another_wait_is_late() -> None:
    talk = on("voice").silence()
    before = talk.journey
    speak(talk, turn=before.turn - 1)
    assert talk.journey == before
    assert isinstance(talk.last, Record)
    speak(talk)
    assert talk.said == ["Thank you."]
    assert speak(talk, "r2", turn=before.turn).journey.slots["message"].value == "recording:r1"


def test_keys_and_words_that_always_work_do_so_at_a_message_too() -> None:
    assert on("voice").press("0").enqueue.queue == "support"
    assert on("chat").write("agent").enqueue.queue == "support"
    again = on("voice").press("5")  # means nothing here
    assert (again.said, again.journey.nomatches) == (["Please speak."], 1)


def test_a_message_that_was_left_is_not_asked_for_again() -> None:
    talk = speak(on("voice")).leave("dropped")
    talk.arrive("c2", "chat", step="welcome")
    assert talk.said[-1] == "Thank you."
    assert [(ask.contact, ask.known) for ask in talk.journey.ledger] == [("c1", False), ("c2", True)]


def test_a_caller_who_comes_back_by_chat_writes_what_they_wanted_to_say() -> None:
    talk = on("voice").leave("dropped").arrive("c2", "chat", "continue")
    assert talk.said == ["We were cut off.", "Please speak."]
    assert isinstance(talk.last, Collect)


def test_a_secret_message_is_marked_so_in_both_forms() -> None:
    secret = replace(VOICEMAIL, slots={**SLOTS, "message": replace(SLOTS["message"], sensitivity="secret")})
    for channel in ("voice", "chat"):
        wait = Talk(secret).arrive("c1", channel).last
        assert isinstance(wait, Record | Collect)
        assert wait.secret


def test_agents_see_that_there_is_a_message() -> None:
    assert "message recording:r1" in summary(VOICEMAIL, speak(on("voice")).journey)
