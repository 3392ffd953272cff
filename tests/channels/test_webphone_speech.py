"""Speaking to the web phone, over real sockets. Its ears understand tones, so that only the sound counts, never the
machine's speed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ivr.channels.line import Line
from ivr.channels.presses import Presses
from ivr.channels.webphone import WebPhone
from ivr.engine.actions import Collect, Keys
from ivr.engine.events import Alternative, Input, NoInput, Unheard
from ivr.settings import Settings
from recognition.keys import Keyed
from recognition.listen import Deaf
from tests.channels.fake_driver import ORDER, SPEAK, WELCOME, FakeDriver, Records
from tests.channels.far_end import Exchange, Phone, ToneSpeaker, pitch, serving, tone
from tests.channels.tone_ears import END, ONSET, ToneListener
from tests.waiting import eventually

PROMPT, AN_ORDER, GOODBYE, NOISE, CROWD = 700.0, 1000, 1300, 1600, 1900  # hertz
LONG = {WELCOME: 20.0, ORDER: 20.0}  # seconds: prompts that no test hears to their end
PAUSE = bytes(640 * (END + 1))
WORDS = {
    AN_ORDER: (Alternative("an order please", 0.9, "1"), Alternative("another please", 0.3, "2")),
    GOODBYE: (Alternative("goodbye", 0.95, "9"),),
    CROWD: Deaf("busy"),
}


class Talk:
    """A server with ears and what it kept. `phone`: a caller."""

    def __init__(self, exchange: Exchange, records: Records, listener: ToneListener) -> None:
        self.exchange, self.records, self.listener = exchange, records, listener

    async def call(self) -> Phone:
        phone = await self.exchange.call()
        await phone.until("collect", speech=True)
        return phone

    @property
    def ear(self) -> Any:
        return self.listener.ears[-1]

    def heard(self) -> list[Input]:
        return [event for event in self.records.events if isinstance(event, Input)]


@asynccontextmanager
async def talking(folder: Path, *, seconds: dict[str, float] = LONG, **driver: Any) -> AsyncIterator[Talk]:
    records, listener = Records(), ToneListener(WORDS)  # type: ignore[arg-type]
    webphone = WebPhone(
        FakeDriver(records, **driver),  # type: ignore[arg-type]
        ToneSpeaker(folder, seconds),  # type: ignore[arg-type]
        Settings(data_dir=folder),
        listener,
        grace=30.0,
    )
    async with serving(webphone) as exchange:
        yield Talk(exchange, records, listener)


def say(presses: Presses, pcm: bytes) -> None:
    for start in range(0, len(pcm), 640):
        presses.hearing.feed(pcm[start : start + 640])


async def nothing() -> None: ...


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path) as talk:
        yield talk


class TestAnswers:
    async def test_what_is_said_goes_on_like_what_is_pressed(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(AN_ORDER, 1) + PAUSE)
        assert (await phone.until("heard"))["text"] == "an order please"
        await phone.until("say", text=ORDER)
        (event,) = talk.heard()
        assert (event.mode, event.text, event.option, event.confidence) == ("speech", "an order please", "1", 0.9)
        assert [other.option for other in event.others] == ["2"]

    async def test_the_question_says_what_may_be_said(self, talk: Talk) -> None:
        await talk.call()
        await eventually(lambda: bool(talk.listener.ears))
        hints = talk.ear.hints
        assert hints.kind == "options"
        assert hints.phrases["1"] == ("choice 1",)
        assert hints.language == "en-US"
        assert hints.captions, "the page shows what it sounds like so far"

    async def test_what_it_sounds_like_is_shown_at_once(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(AN_ORDER, 0.2))
        assert (await phone.until("hearing"))["text"] == ""
        await phone.speak(tone(AN_ORDER, 0.3))
        assert (await phone.until("hearing"))["text"] == "a tone"

    async def test_no_answer_is_an_input_without_words(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(NOISE, 1) + PAUSE)
        assert (await phone.until("heard"))["text"] == ""
        await phone.until("say", text=WELCOME)
        (event,) = talk.heard()
        assert (event.text, event.confidence, event.mode) == ("", 0.0, "speech")

    async def test_when_we_cannot_listen_the_menu_knows(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(CROWD, 1) + PAUSE)
        assert (await phone.until("heard"))["text"] is None
        await phone.until("say", text="Please say that again.")
        (event,) = talk.records.events
        assert isinstance(event, Unheard)
        assert event.reason == "busy"

    async def test_silence_and_quiet_noise_answer_nothing(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(bytes(640 * 200))
        await eventually(lambda: bool(talk.listener.ears) and talk.ear.fed == 200)
        assert talk.records.events == []
        assert phone.events("clear", "hearing") == []


class TestBargeIn:
    async def test_the_first_word_silences_the_prompt_and_is_heard_whole(self, talk: Talk) -> None:
        phone = await talk.call()
        assert abs(pitch(await phone.frames(20)) - PROMPT) < 10
        await phone.speak(tone(AN_ORDER, ONSET * 0.02))
        await phone.until("clear")
        cleared = len(phone.heard)
        await phone.speak(tone(AN_ORDER, 1 - ONSET * 0.02) + PAUSE)
        await phone.until("say", text=ORDER)
        between = phone.heard[cleared : phone.heard.index(phone.events("say")[-1])]
        assert not any(isinstance(thing, bytes) for thing in between)  # nothing of the old prompt goes on
        (utterance,) = talk.ear.utterances
        assert len(utterance) == 640 * (50 + END)

    async def test_the_ear_knows_what_its_echo_would_be(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.frames(20)
        assert abs(pitch(talk.ear.played[0]) - PROMPT) < 10
        await phone.speak(tone(AN_ORDER, 1))
        await phone.until("clear")
        assert talk.ear.played[-1] == b""

    async def test_a_word_over_the_end_of_the_callers_time_is_waited_for(self, tmp_path: Path) -> None:
        async with talking(tmp_path, seconds={}, timeout=0.3) as talk:
            phone = await talk.call()
            await phone.speak(tone(AN_ORDER, 0.2))
            await phone.until("hearing")
            other = await talk.exchange.call()
            await other.until("say", text="I heard nothing.")  # the time of a later call is over
            assert "I heard nothing." not in phone.said()
            await phone.speak(tone(AN_ORDER, 0.2) + PAUSE)
            await phone.until("say", text=ORDER)

    async def test_whoever_mutes_the_phone_in_the_middle_of_a_word_has_said_it(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(AN_ORDER, 0.5))
        await phone.until("say", text=ORDER)

    async def test_a_line_lost_in_the_middle_of_a_word_costs_no_call(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(AN_ORDER, 0.5))
        await phone.until("hearing")
        await phone.lose()
        phone = await talk.exchange.call(phone.call, resume=True)
        await phone.until("collect", speech=True)
        await phone.speak(tone(AN_ORDER, 0.5) + PAUSE)
        await phone.until("say", text=ORDER)
        assert [event.option for event in talk.heard()] == ["1"]


class TestKeys:
    async def test_a_key_ends_the_turn_of_speech_and_counts(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(GOODBYE, 0.5))
        await phone.until("hearing")
        await phone.press("1", 1)
        await phone.until("ack", seq=1)
        await phone.speak(tone(GOODBYE, 0.5) + PAUSE)
        await phone.until("say", text=ORDER)
        assert [event.text for event in talk.heard()] == ["1"]
        assert phone.events("heard") == []

    async def test_the_first_of_several_keys_ends_it(self) -> None:
        listener = ToneListener(WORDS)  # type: ignore[arg-type]
        presses = Presses(Line(), listener)
        question = Collect(1, "order", "order", "digits", (), (), Keys((), 4, 6), 60.0, 30.0)
        answer = asyncio.create_task(presses.answer(question, 0.0, lambda: None, nothing))
        await eventually(lambda: bool(listener.ears))
        say(presses, tone(GOODBYE, 0.5))
        presses.take(1, "4")
        await eventually(lambda: listener.ears[0].hints is None)
        say(presses, tone(GOODBYE, 0.5) + PAUSE)
        for seq, key in enumerate("217#", 2):
            presses.take(seq, key)
        assert await answer == Keyed("4217")

    async def test_keys_typed_ahead_answer_before_anybody_listens(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as talk:
            phone = await talk.exchange.call(keys=[[1, "1"], [2, "4"], [3, "2"], [4, "1"], [5, "7"], [6, "#"]])
            await phone.until("ack", seq=6)
            await phone.until("say", text=WELCOME)
            assert [event.text for event in talk.heard()] == ["1", "4217"]

    async def test_keys_pressed_while_an_answer_is_on_its_way_are_for_the_next_question(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(AN_ORDER, 0.5) + PAUSE)
        await phone.until("heard")
        await phone.press("4217#", 1)
        await phone.until("ack", seq=5)
        assert [event.text for event in talk.heard()] == ["an order please", "4217"]

    async def test_a_secret_is_not_listened_to(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.press("1", 1)
        await phone.until("collect", secret=True, speech=False)
        await phone.speak(tone(GOODBYE, 1) + PAUSE)
        await phone.press("4217#", 2)
        await phone.until("collect", speech=True)
        assert [event.text for event in talk.heard()] == ["1", "4217"]
        assert talk.ear.utterances == []
        assert len(talk.ear.begun) == 2


class TestWhoListens:
    async def test_without_ears_keys_answer(self, tmp_path: Path) -> None:
        webphone = WebPhone(FakeDriver(Records()), ToneSpeaker(tmp_path, LONG), Settings(data_dir=tmp_path))  # type: ignore[arg-type]
        async with serving(webphone) as exchange:
            phone = await exchange.call()
            await phone.until("collect", speech=False)
            await phone.speak(tone(AN_ORDER, 1) + PAUSE)
            await phone.press("1", 1)
            await phone.until("say", text=ORDER)

    async def test_a_language_nobody_understands_is_answered_by_keys(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as talk:
            talk.listener.languages = frozenset({"ko"})
            phone = await talk.exchange.call()
            await phone.until("collect", speech=False)
            assert talk.listener.ears == []

    async def test_a_message_and_a_talk_are_not_for_ears(self, tmp_path: Path) -> None:
        seconds = {WELCOME: 20.0, SPEAK: 0.1}
        async with talking(tmp_path, seconds=seconds) as talk:
            phone = await talk.call()
            await phone.speak(bytes(640))
            await phone.press("5", 1)
            await phone.until("recording")
            await eventually(lambda: talk.ear.fed == 1)
            await phone.speak(tone(GOODBYE, 2))
            await phone.press("#", 2)
            await phone.until("recorded")
            await phone.until("collect", speech=True)
            assert talk.ear.fed == 1
            assert talk.ear.utterances == []

    async def test_a_call_that_ends_closes_its_ear(self, talk: Talk) -> None:
        phone = await talk.call()
        await phone.speak(tone(GOODBYE, 1) + PAUSE)
        await phone.until("hangup", reason="finished")
        assert await phone.closed() == 1000
        assert talk.ear.closed

    async def test_everybody_has_an_ear_of_their_own(self, tmp_path: Path) -> None:
        async with talking(tmp_path) as talk, AsyncExitStack():
            phones = [await talk.call() for _ in range(10)]
            for nth, phone in enumerate(phones):
                await phone.speak(tone(GOODBYE if nth % 2 else AN_ORDER, 0.5) + PAUSE)
            for nth, phone in enumerate(phones):
                await phone.until("say", text="Goodbye." if nth % 2 else ORDER)
            assert not [event for event in talk.records.events if isinstance(event, NoInput)]
