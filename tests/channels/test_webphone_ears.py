"""Speaking to the web phone with real ears: a voice, a microphone in Chromium, noise, and processes that are killed."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import expect

from ivr.channels.webphone import WebPhone
from ivr.engine.actions import Option
from ivr.engine.events import Input, Unheard
from ivr.settings import Settings
from ivr.web.pages import Pages
from recognition import audio
from recognition.ears import Ears, engines
from tests.channels.fake_driver import ORDER, WELCOME, FakeDriver, Records
from tests.channels.far_end import Exchange, Phone, ToneSpeaker, serving, tone
from tests.channels.page import at_the_page, microphone
from tests.players.mouth import BEFORE, NOISY, Mouth, pink
from tests.waiting import eventually

ANSWER = "track an order"
OPTIONS = (Option("1", "1", ANSWER, ("where is my order",)), Option("9", "9", "opening hours"))
FRAME = 640
AT_ONCE = 15  # frames: 300 ms
KILLS = int(os.environ.get("KILLS", "2"))


class Talk:
    def __init__(self, exchange: Exchange, records: Records, ears: Ears, mouth: Mouth) -> None:
        self.exchange, self.records, self.ears, self.mouth = exchange, records, ears, mouth

    async def call(self) -> Phone:
        phone = await self.exchange.call()
        await phone.until("collect", speech=True)
        return phone

    def heard(self) -> list[Input]:
        return [event for event in self.records.events if isinstance(event, Input)]


@asynccontextmanager
async def talking(folder: Path, processes: int = 1) -> AsyncIterator[Talk]:
    records = Records()
    async with Ears(engines({}), processes=processes) as ears:
        webphone = WebPhone(
            FakeDriver(records, options=OPTIONS),  # type: ignore[arg-type]
            ToneSpeaker(folder, {WELCOME: 20.0, ORDER: 20.0}),  # type: ignore[arg-type]
            Settings(data_dir=folder),
            ears,
            grace=30.0,
        )
        await eventually(lambda: len(ears.pids) == processes)
        async with serving(webphone, Pages(demo=False)) as exchange:
            yield Talk(exchange, records, ears, Mouth(folder / "mouth"))


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with talking(tmp_path) as talk:
        yield talk


async def test_what_is_said_is_understood(talk: Talk) -> None:
    phone = await talk.call()
    await phone.speak(await talk.mouth.say(ANSWER))
    await phone.until("say", text=ORDER)
    assert [event.option for event in talk.heard()] == ["1"]


async def test_who_speaks_sees_what_it_sounds_like_so_far(talk: Talk) -> None:
    phone = await talk.call()
    pcm = await talk.mouth.say(f"I would like to {ANSWER} please")
    await phone.speak(pcm[: FRAME * 100])
    assert (await phone.until("hearing"))["text"] == ""
    assert (await phone.until("hearing"))["text"].startswith("I would")
    await phone.speak(pcm[FRAME * 100 :])
    await phone.until("say", text=ORDER)
    assert [event.option for event in talk.heard()] == ["1"]


@pytest.mark.parametrize("words", [ANSWER, "opening hours", "where is my order"])
async def test_the_prompt_is_silent_300_ms_after_the_first_sound(talk: Talk, words: str) -> None:
    phone = await talk.call()
    await phone.frames(20)
    pcm = await talk.mouth.say(words)
    first = int(np.argmax(np.abs(audio.from_pcm(pcm)) > 0.02)) // 320
    assert first >= BEFORE / 0.02 - 1
    await phone.speak(pcm[: FRAME * (first + AT_ONCE)])
    await phone.until("clear")
    await phone.speak(pcm[FRAME * (first + AT_ONCE) :])
    assert (await phone.until("heard"))["text"].strip(".?! ").casefold() == words


async def test_noise_and_tones_alone_answer_nothing(talk: Talk) -> None:
    phone = await talk.call()
    room = audio.to_pcm(pink(16_000 * 4, "a room") * np.float32(audio.LEVEL * 10 ** (-NOISY / 20)))
    ringback = tone(440, 2) + bytes(FRAME * 50)
    await phone.speak(room + ringback)
    await phone.speak(await talk.mouth.say(ANSWER))  # what comes after them is heard, so they were
    await phone.until("say", text=ORDER)
    assert [event.option for event in talk.heard()] == ["1"]
    assert len(phone.events("heard")) == 1


async def test_killed_processes_cost_no_call_and_one_repetition(tmp_path: Path) -> None:
    """Killed while somebody speaks and while they are understood; the next thing that is said is understood again."""
    async with talking(tmp_path, processes=2) as talk:
        phone = await talk.call()
        pcm = await talk.mouth.say("opening hours")
        for nth in range(KILLS):
            await eventually(lambda: len(talk.ears.pids) == 2)
            before = len(talk.records.events)
            await phone.speak(pcm[: len(pcm) // 2])
            if nth % 2:
                kill(talk.ears.pids)
            await phone.speak(pcm[len(pcm) // 2 :])
            if not nth % 2:
                kill(talk.ears.pids)
            await eventually(lambda: len(talk.records.events) > before)  # noqa: B023
            (event,) = talk.records.events[before:]
            assert isinstance(event, Unheard | Input)
            if isinstance(event, Input):
                return_to_menu = await phone.until("hangup")
                assert return_to_menu["reason"] == "finished"
                phone = await talk.call()
            else:
                assert event.reason == "failed"
                await phone.until("collect", speech=True)
                await phone.until("say", text="Please say that again.")
        await eventually(lambda: len(talk.ears.pids) == 2)
        await phone.speak(await talk.mouth.say(ANSWER))
        await phone.until("say", text=ORDER)
        assert {reason for _, reason in talk.records.left()} <= {"ours"}


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


async def test_a_voice_at_a_browsers_microphone_is_understood(talk: Talk, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        said = microphone(tmp_path, bytes(96_000), await talk.mouth.say(ANSWER), bytes(640_000))
        caller = await at_the_page(stack, talk.exchange, said)
        await caller.call()
        await caller.sees(ORDER)
        await expect(caller.page.locator("#said .you")).to_have_count(1)
    assert [event.option for event in talk.heard()] == ["1"]
