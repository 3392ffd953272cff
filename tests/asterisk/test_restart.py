"""kill -9 of our server in the middle of a call: what the caller notices, and what is kept of their keys and words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from asterisk.ami import AMI, Event
from asterisk.instance import Instance
from recognition import audio
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import channel_on, serving, successor
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.hearing import times
from tests.asterisk.phone import Phone
from tests.asterisk.test_speech import ONE, PAUSE, spoken, talking, tone
from tests.asterisk.victim import Start, heard_times, until_number_is_asked
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

Told = Callable[[str, str], Awaitable[None]]


@contextlib.asynccontextmanager
async def keys_of(asterisk: Instance) -> AsyncIterator[Told]:
    """What Asterisk tells of keys from now on: `await told("DTMFEnd", "1")`."""
    ami, events = AMI(asterisk.ami_url), asyncio.Queue[Event]()
    for name in ("DTMFBegin", "DTMFEnd"):
        ami.on(name, events.put_nowait)

    async def told(name: str, key: str) -> None:
        async with asyncio.timeout(60):
            while (event := await events.get())["Event"] != name or event["Digit"] != key:
                pass

    await ami.connect()
    try:
        yield told
    finally:
        ami.close()


async def test_killed_in_mid_prompt_it_is_heard_to_its_end_and_once(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with start() as victim:
        call = await phone.call("100")
        await until_number_is_asked(speaker, call)
        await victim.kill()
    async with successor(asterisk, speaker, driver) as after:
        await call.silence(1.0)
        await call.press("4217#")
        await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))
        assert after.seen("number") == ["4217"]
        assert await heard_times(speaker, call, said.NUMBER) == 1


async def test_a_question_that_was_heard_is_waited_for_in_silence(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with start() as victim:
        call = await phone.call("100")
        await until_number_is_asked(speaker, call)
        await call.silence(0.5)
        await victim.kill()
    after = FakeDriver(driver.file)
    channel = channel_on(asterisk, after, speaker)
    async with serving(channel):
        await channel.connected.wait()
        await call.silence(1.5)
        assert await heard_times(speaker, call, said.NUMBER) == 1
        await call.press("4217#")
        await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))


async def test_keys_pressed_while_we_are_away_are_the_answer(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with start() as victim:
        call = await phone.call("100")
        await until_number_is_asked(speaker, call)
        await call.press("42")
        await victim.kill()
    await call.press("17#")
    async with successor(asterisk, speaker, driver) as after:
        await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))
        assert after.seen("number") == ["4217"]
        assert await heard_times(speaker, call, said.NUMBER) == 1


async def test_half_an_answer_before_and_half_after(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with start() as victim:
        call = await phone.call("100")
        await until_number_is_asked(speaker, call)
        await call.press("42")
        await victim.kill()
    await call.press("1")
    driver.interdigit = 30.0
    async with successor(asterisk, speaker, driver) as after:
        after.interdigit = 30.0
        await call.press("7#")
        await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))
        assert after.seen("number") == ["4217"]
        assert await heard_times(speaker, call, said.NUMBER) == 1


async def test_a_key_that_is_down_while_we_come_back_counts_once(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    """It is let go after the old Read was ended and before the next question. Killed again, we have only what
    Asterisk has kept of it."""
    async with start("patient") as victim:
        call = await phone.call("100")
        await until_number_is_asked(speaker, call)
        await call.press("42")
        await victim.kill()
    async with keys_of(asterisk) as told:
        call.hold("1")
        await told("DTMFBegin", "1")
        async with start("patient", "slow") as victim:
            await victim.says("asking")
            call.let_go()
            await told("DTMFEnd", "1")
            await call.press("7")
            await told("DTMFEnd", "7")
            victim.go_on()
            await call.press("8")
            await told("DTMFEnd", "8")
            await victim.kill()
    await call.press("#")
    async with successor(asterisk, speaker, driver) as after:
        await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))
        assert after.seen("number") == ["42178"]


async def test_killed_between_the_commit_and_the_next_prompt(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    """The turn is stored, its question was never put, and the caller has keyed on: all of it counts once."""
    async with start("freeze") as victim:
        call = await phone.call("100")
        await call.hears(await speaker.clip(said.CHOICE.text, 8000))
        await call.press("142")
        await victim.says("stored")
        await victim.kill()
    await call.press("17#")
    async with successor(asterisk, speaker, driver) as after:
        await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))
        assert after.seen("choice") == ["1"]
        assert after.seen("number") == ["4217"]


async def test_killed_before_the_next_prompt_and_the_caller_waits(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with start("freeze") as victim:
        call = await phone.call("100")
        await call.hears(await speaker.clip(said.CHOICE.text, 8000))
        await call.press("1")
        await victim.says("stored")
        await victim.kill()
    async with successor(asterisk, speaker, driver):
        await call.hears(await speaker.clip(said.NUMBER.text, 8000))


async def test_who_called_while_we_were_away_is_served(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver
) -> None:
    call = await phone.call("100")
    async with successor(asterisk, speaker, driver) as after:
        await call.hears(await speaker.clip(said.CHOICE.text, 8000))
        assert len(after.seen("arrived")) == 1


async def test_killed_while_the_caller_speaks_the_question_is_put_once_more_and_heard(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with start("ears") as victim:
        call = await phone.call("100")
        await call.hears(await speaker.clip(said.CHOICE.text, 8000))
        call.sound.speak(tone(ONE, 30.0))
        await victim.says("hearing")
        await call.silence()
        await victim.kill()
        call.sound.fall_silent()
    async with talking(asterisk, speaker, after := FakeDriver(driver.file)):
        await call.hears(await speaker.clip(said.CHOICE.text, 8000))
        assert after.seen("choice") == []
        call.sound.speak(spoken(ONE))
        await call.hears(await speaker.clip(said.NUMBER.text, 8000))
        assert after.seen("choice") == ["my parcel"]


async def test_killed_in_mid_prompt_the_next_server_hears_who_breaks_in(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with start() as victim:
        call = await phone.call("100")
        await call.hears(await speaker.clip(said.CHOICE.text, 8000))
        await victim.kill()
    async with talking(asterisk, speaker, FakeDriver(driver.file)) as talk:
        await eventually(lambda: bool(talk.listener.ears) and talk.ear.fed > 0)
        call.sound.speak(tone(ONE, 1.0))
        await call.silence()
        call.sound.speak(PAUSE)
        await call.hears(await speaker.clip(said.NUMBER.text, 8000))
    samples, _ = audio.read((await speaker.clip(said.CHOICE.text, 8000)).path)
    assert times(call.sound.pcm(), samples[-8000:]) == 0, "the prompt went on to its end"
