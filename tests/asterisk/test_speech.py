"""Speaking to a real Asterisk. The ears understand tones, so that only the sound counts, never the machine's speed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import pytest_asyncio
from aiohttp import web
from numpy.typing import NDArray

from asterisk.ami import AMI
from asterisk.calls import AsteriskChannel
from asterisk.instance import Instance
from ivr.driver import Driver
from ivr.engine.events import Alternative
from ivr.settings import Settings
from recognition import audio
from recognition.listen import Deaf
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import MEDIA, Lab, serving
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.hearing import times
from tests.asterisk.phone import Call, Phone
from tests.channels.tone_ears import END, ToneEar, ToneListener, Words
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

Samples = NDArray[np.int16]

ONE, NUMBER, GOODBYE, NOISE, CROWD = 1000, 1300, 700, 1600, 1900  # hertz
WORDS: Words = {
    ONE: (Alternative("my parcel", 0.9, "1"), Alternative("somebody", 0.3, "2")),
    NUMBER: (Alternative("4217", 0.8),),
    GOODBYE: (Alternative("goodbye", 0.95, "9"),),
    CROWD: Deaf("busy"),
}
PAUSE: Samples = np.zeros(160 * (END + 2), np.int16)


def tone(hertz: float, seconds: float) -> Samples:
    at = np.arange(int(8000 * seconds)) / 8000
    return (9000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


def spoken(hertz: float, seconds: float = 1.0) -> Samples:
    """With the silence that ends it."""
    return np.concatenate([tone(hertz, seconds), PAUSE])


@dataclass
class Talk(Lab):
    listener: ToneListener

    @property
    def ear(self) -> ToneEar:
        return self.listener.ears[-1]

    async def taps(self) -> list[str]:
        """The channels that listen, by Asterisk's names."""
        ami = AMI(self.asterisk.ami_url)
        await ami.connect()
        try:
            return [row["Channel"] for row in await ami.rows("CoreShowChannels") if row["Application"] == "ChanSpy"]
        finally:
            ami.close()

    async def asked(self) -> Call:
        """A call in which the first question is being put."""
        call = await self.phone.call("100")
        await self.hears(call, said.CHOICE)
        return call


@contextlib.asynccontextmanager
async def talking(asterisk: Instance, speaker: Speaker, driver: FakeDriver) -> AsyncIterator[Talk]:
    listener = ToneListener(WORDS)  # read only
    settings = Settings(ami_url=asterisk.ami_url, public_url="https://desk.example", data_dir=driver.file.parent)
    channel = AsteriskChannel(cast("Driver", driver), speaker, settings, listener)
    async with Phone(asterisk.sip_port) as phone, serving(channel):
        yield Talk(asterisk, driver, channel, speaker, phone, listener)


@pytest_asyncio.fixture(loop_scope="module")
async def talk(asterisk: Instance, speaker: Speaker, driver: FakeDriver) -> AsyncIterator[Talk]:
    async with talking(asterisk, speaker, driver) as talk:
        yield talk


@contextlib.asynccontextmanager
async def door_open(channel: AsteriskChannel) -> AsyncIterator[None]:
    """Our server listens where Asterisk's websocket_client.conf says."""
    app = web.Application()
    app.add_routes(channel.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", MEDIA).start()
        yield
    finally:
        await channel.deafen()
        await runner.cleanup()


class TestAnswers:
    async def test_what_is_said_goes_on_like_what_is_pressed(self, talk: Talk) -> None:
        async with door_open(talk.channel):
            call = await talk.asked()
            call.sound.speak(spoken(ONE))
            await talk.hears(call, said.NUMBER)
            assert [name.partition("/")[0] for name in await talk.taps()] == ["WebSocket"]
            call.sound.speak(spoken(NUMBER))
            await talk.hears(call, said.ON_ITS_WAY)
            assert talk.driver.seen("number") == ["4217"]

    async def test_where_asterisk_does_not_reach_us_by_websocket_it_does_by_audiosocket(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(spoken(ONE))
        await talk.hears(call, said.NUMBER)
        assert [name.partition("/")[0] for name in await talk.taps()] == ["AudioSocket"]
        assert talk.driver.seen("choice") == ["my parcel"]

    async def test_no_answer_is_an_input_without_words(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(spoken(NOISE))
        await talk.driver.until(lambda: talk.driver.seen("choice") == [""])

    async def test_when_we_cannot_listen_the_menu_knows(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(spoken(CROWD))
        await talk.hears(call, said.SILENT)
        assert talk.driver.seen("unheard") == ["busy"]

    async def test_who_speaks_is_not_silent(self, talk: Talk) -> None:
        talk.driver.timeout = 3.0
        call = await talk.asked()
        call.sound.speak(spoken(ONE, 6.0))
        await talk.hears(call, said.NUMBER)
        assert talk.driver.seen("noinput") == []

    async def test_only_the_caller_is_heard(self, talk: Talk) -> None:
        call = await talk.asked()
        await call.silence(1.0)
        assert talk.ear.fed > 50, "the prompt was played while nobody listened"
        assert talk.ear.utterances == []
        assert talk.driver.seen("choice") == []

    async def test_twenty_speak_at_once_and_each_is_understood(self, talk: Talk) -> None:
        numbers = range(1100, 1100 + 20 * 70, 70)
        talk.listener.words = {ONE: WORDS[ONE], **{hertz: (Alternative(f"{hertz}"),) for hertz in numbers}}

        async def one(hertz: int) -> None:
            call = await talk.asked()
            call.sound.speak(spoken(ONE))
            await talk.hears(call, said.NUMBER)
            call.sound.speak(spoken(hertz))
            await talk.hears(call, said.ON_ITS_WAY)
            call.hang_up()

        await asyncio.gather(*(one(hertz) for hertz in numbers))
        assert sorted(map(int, talk.driver.seen("number"))) == list(numbers)


class TestBargeIn:
    async def test_the_first_word_stops_the_prompt(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(tone(ONE, 30.0))  # longer than the prompt: nothing else stops it
        await call.silence()
        samples, _ = audio.read((await talk.clip(said.CHOICE.text)).path)
        assert times(call.sound.pcm(), samples[-8000:]) == 0, "the prompt went on to its end"
        call.sound.fall_silent()
        await talk.hears(call, said.NUMBER)

    async def test_the_first_word_is_heard_whole(self, talk: Talk) -> None:
        call = await talk.asked()
        await eventually(lambda: bool(talk.listener.ears) and talk.ear.fed > 0)  # a busy machine is slow to tap
        call.sound.speak(spoken(ONE, 2.0))
        await talk.hears(call, said.NUMBER)
        assert len(talk.ear.utterances[0]) > 1.9 * 16_000, "the first word was cut"

    async def test_a_prompt_that_was_stopped_is_not_said_again(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(spoken(ONE))
        await talk.hears(call, said.NUMBER)
        samples, _ = audio.read((await talk.clip(said.CHOICE.text)).path)
        assert times(call.sound.pcm(), samples) == 1

    async def test_keys_count_while_a_prompt_that_was_stopped_is_answered(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(tone(ONE, 20.0))
        await call.silence()
        await call.press("9")
        await talk.hears(call, said.GOODBYE)
        assert talk.driver.seen("choice") == ["9"]

    async def test_a_key_ends_the_turn_of_speech(self, talk: Talk) -> None:
        call = await talk.asked()
        await call.press("1")
        await talk.hears(call, said.NUMBER)
        call.sound.speak(tone(NUMBER, 30.0))
        await call.silence()
        await call.press("83")
        await eventually(lambda: talk.ear.hints is None)
        call.sound.fall_silent()
        fed = talk.ear.fed
        await eventually(lambda: talk.ear.fed > fed + END)
        await call.press("11#")
        await talk.hears(call, said.ON_ITS_WAY)
        assert talk.driver.seen("number") == ["8311"]

    async def test_keys_after_the_words_wait_for_the_next_question(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(spoken(ONE))
        await talk.driver.until(lambda: talk.driver.seen("choice") == ["my parcel"])
        await call.press("4217#")
        await talk.hears(call, said.ON_ITS_WAY)
        assert talk.driver.seen("number") == ["4217"]


class TestTap:
    async def test_nobody_listens_where_ears_must_not_answer(self, talk: Talk) -> None:
        talk.driver.speech = False
        call = await talk.asked()
        call.sound.speak(spoken(ONE))
        await call.press("9")
        await talk.hears(call, said.GOODBYE)
        assert talk.listener.ears == []
        assert talk.driver.seen("choice") == ["9"]

    async def test_nobody_listens_while_an_agent_talks(self, talk: Talk) -> None:
        async with Phone(talk.asterisk.sip_port, "agent1") as agent:
            await agent.register(talk.asterisk.agent_secret)
            call = await talk.asked()
            await call.press("2")
            ringing = await agent.rings()
            await ringing.answer()
            await talk.driver.until(lambda: talk.driver.seen("joined") == ["agent1"])
            assert await talk.taps() == []
            assert talk.ear.closed
            ringing.hang_up()
            await talk.hears(call, said.THANKS)
            await talk.hears(call, said.CHOICE)
            call.sound.speak(spoken(ONE))
            await talk.hears(call, said.NUMBER)

    async def test_a_message_is_not_an_answer(self, talk: Talk) -> None:
        call = await talk.asked()
        await call.press("7")
        await talk.hears(call, said.SPEAK)
        await eventually(lambda: talk.ear.closed)
        call.sound.speak(tone(ONE, 1.0))
        await call.press("#")
        await talk.hears(call, said.CHOICE)
        call.sound.speak(spoken(GOODBYE))
        await talk.hears(call, said.GOODBYE)

    async def test_it_ends_with_the_call(self, talk: Talk) -> None:
        call = await talk.asked()
        await eventually(lambda: bool(talk.listener.ears) and talk.ear.fed > 0)
        call.hang_up()
        await talk.driver.until(lambda: talk.driver.seen("left") == ["caller"])
        await eventually(lambda: talk.ear.closed)
        assert await talk.taps() == []

    async def test_when_it_breaks_in_mid_word_the_question_is_answered_and_the_next_one_heard(self, talk: Talk) -> None:
        call = await talk.asked()
        call.sound.speak(tone(ONE, 30.0))
        await call.silence()
        ami = AMI(talk.asterisk.ami_url)
        await ami.connect()
        [tap] = await talk.taps()
        await ami.do("Hangup", Channel=tap)
        ami.close()
        await talk.driver.until(lambda: talk.driver.seen("choice") == ["my parcel"])  # what was heard was enough
        fed = talk.ear.fed
        await eventually(lambda: talk.ear.fed > fed + 100)
        assert await talk.taps() not in ([], [tap])

    async def test_nothing_that_was_said_is_logged(self, talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        call = await talk.asked()
        call.sound.speak(spoken(ONE))
        await talk.hears(call, said.NUMBER)
        assert "parcel" not in caplog.text + talk.asterisk.console()


@pytest.mark.parametrize("missing", ["ocket", "app_chanspy"])
async def test_an_asterisk_that_cannot_listen_serves_by_keys_and_we_say_so_once(
    missing: str,
    asterisk_root: Path,
    speaker: Speaker,
    driver: FakeDriver,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    own = Instance(asterisk_root, tmp_path / "asterisk", rtp_timeout=2)
    own.write()
    modules = own.folder / "etc/modules.conf"
    modules.write_text("\n".join(line for line in modules.read_text().splitlines() if missing not in line))
    await own.start()
    try:
        async with talking(own, speaker, driver) as talk:
            call = await talk.asked()
            for _ in range(4):
                await call.press("5")
                await talk.hears(call, said.CHOICE)
    finally:
        await own.stop()
    assert driver.seen("choice") == ["5"] * 4
    assert caplog.text.count("Asterisk cannot let us hear callers") == 1
