"""Messages that callers speak into a SIP phone: Asterisk records them, we keep them."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from asterisk.calls import AsteriskChannel
from asterisk.instance import Instance
from ivr.recordings import Recordings
from recognition import audio
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, channel_on, serving
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.phone import Call, Phone
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERTZ = 440


def words(seconds: float) -> np.ndarray:
    """What a caller says, as a tone."""
    return (9000 * np.sin(np.arange(int(8000 * seconds)) * 2 * np.pi * HERTZ / 8000)).astype(np.int16)


def message(driver: FakeDriver) -> audio.Samples:
    """The sound of the one message that the journey has."""
    [recording] = driver.seen("message")
    found = Recordings(driver.file.parent / "recordings").find(recording)
    assert found
    samples, rate = audio.read(found)
    assert rate == 8000
    strongest = np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples)
    assert strongest == pytest.approx(HERTZ, abs=5)
    return samples


def takes(driver: FakeDriver) -> list[Path]:
    """What is being recorded."""
    return list((driver.file.parent / "recordings").glob(".*.wav"))


async def recorded(driver: FakeDriver, seconds: float) -> None:
    """Wait until so much is on disk."""
    await eventually(lambda: any(take.stat().st_size > 16_000 * seconds for take in takes(driver)))


async def at_the_beep(lab: Lab, phone: Phone | None = None) -> Call:
    call = await (phone or lab.phone).call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("7")
    await lab.hears(call, said.SPEAK)
    await eventually(lambda: bool(takes(lab.driver)))
    return call


async def test_what_was_said_until_the_hash_key_is_kept(lab: Lab) -> None:
    call = await at_the_beep(lab)
    call.sound.speak(words(3.0))
    await recorded(lab.driver, 3.0)
    await call.press("#")
    await lab.hears(call, said.ON_ITS_WAY)
    assert len(message(lab.driver)) == pytest.approx(8000 * 3.2, abs=8000 * 0.8)
    await eventually(lambda: not takes(lab.driver))
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    call.hang_up()


async def test_silence_ends_it_and_is_cut_off(lab: Lab) -> None:
    call = await at_the_beep(lab)
    call.sound.speak(words(2.0))
    await lab.hears(call, said.ON_ITS_WAY)
    assert len(message(lab.driver)) == pytest.approx(8000 * 2.8, abs=8000 * 0.8)
    call.hang_up()


async def test_the_longest_message_is_as_long_as_the_menu_says(lab: Lab) -> None:
    lab.driver.longest = 2.0
    call = await at_the_beep(lab)
    call.sound.speak(words(6.0))
    await lab.hears(call, said.ON_ITS_WAY)
    assert len(message(lab.driver)) < 8000 * 3
    call.hang_up()


async def test_nothing_said_is_no_message_and_keys_are_none(lab: Lab) -> None:
    call = await at_the_beep(lab)
    await call.press("12")
    await lab.hears(call, said.SILENT)
    assert lab.driver.seen("message") == []
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    assert lab.driver.seen("choice") == ["7", "1"]
    call.hang_up()


@pytest.mark.parametrize("how", ["caller", "dropped"])
async def test_what_was_said_before_the_call_ended_is_kept(lab: Lab, how: str) -> None:
    call = await at_the_beep(lab)
    call.sound.speak(words(20.0))
    await recorded(lab.driver, 2.0)
    if how == "caller":
        call.hang_up()
    else:
        call.vanish()
    await lab.driver.until(lambda: bool(lab.driver.seen("left")))
    assert lab.driver.seen("left") == [how]
    assert len(message(lab.driver)) > 8000 * 1.8


async def test_a_recording_goes_on_without_us(asterisk: Instance, speaker: Speaker, driver: FakeDriver) -> None:
    async with Phone(asterisk.sip_port) as phone:
        first = channel_on(asterisk, driver, speaker)
        async with serving(first):
            call = await at_the_beep(Lab(asterisk, driver, first, speaker, phone))
            call.sound.speak(words(4.0))
            await recorded(driver, 1.0)
        after = FakeDriver(driver.file)
        second: AsteriskChannel = channel_on(asterisk, after, speaker)
        async with serving(second):
            lab = Lab(asterisk, after, second, speaker, phone)
            await lab.hears(call, said.ON_ITS_WAY)
            assert len(message(after)) == pytest.approx(8000 * 4.8, abs=8000 * 0.8)
            await lab.hears(call, said.CHOICE)
            await call.press("1")
            await lab.hears(call, said.NUMBER)
            call.hang_up()


async def test_a_message_that_ended_while_we_were_away_is_found(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver
) -> None:
    async with Phone(asterisk.sip_port) as phone:
        first = channel_on(asterisk, driver, speaker)
        async with serving(first):
            call = await at_the_beep(Lab(asterisk, driver, first, speaker, phone))
            call.sound.speak(words(1.5))
            await recorded(driver, 1.5)
        await call.press("#")
        after = FakeDriver(driver.file)
        second = channel_on(asterisk, after, speaker)
        async with serving(second):
            await Lab(asterisk, after, second, speaker, phone).hears(call, said.ON_ITS_WAY)
            assert len(message(after)) > 8000 * 1.4
            call.hang_up()


async def test_a_folder_that_cannot_be_written_to_is_told_and_costs_no_call(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    (lab.driver.file.parent / "recordings").write_text("a file where the folder should be")
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    with caplog.at_level(logging.ERROR):
        await call.press("7")
        await lab.hears(call, said.SILENT)
    assert "a message cannot be kept" in caplog.text
    call.hang_up()
