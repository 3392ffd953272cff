"""Calls go on without our server, its store, its link to Asterisk or a turn that succeeds; Asterisk is killed, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from asterisk.instance import Instance
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, channel_on, serving, successor
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.phone import Phone
from tests.asterisk.test_queue import heard_by
from tests.asterisk.victim import Start, heard_times, until_number_is_asked

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_without_us_the_dialplan_asks_for_patience_and_keeps_the_keys(
    asterisk: Instance, phone: Phone, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    """Two seconds in the tests' configuration; then its own prompt, in which the caller goes on keying."""
    async with start() as victim:
        call = await phone.call("100")
        await until_number_is_asked(speaker, call)
        await call.press("42")
        await call.silence(0.5)
        await victim.kill()
    await call.packets(10)  # one moment please
    await call.press("17#")
    async with successor(asterisk, speaker, driver) as after:
        await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))
        assert after.seen("number") == ["4217"]
        assert await heard_times(speaker, call, said.NUMBER) == 1


async def test_without_us_for_too_long_a_person_gets_the_call(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver, start: Start
) -> None:
    async with Phone(asterisk.sip_port) as phone, Phone(asterisk.sip_port, "agent1") as agent:
        await agent.register(asterisk.agent_secret)
        async with start() as victim:
            call = await phone.call("100")
            await until_number_is_asked(speaker, call)
            await victim.kill()
        ringing = await agent.rings()
        assert ringing.invite
        assert ringing.invite["x-context-id"] == driver_contact(driver)
        await ringing.answer()
        await heard_by(ringing, call, await speaker.clip(said.NUMBER.text, 8000))  # else the phone would ring again
        async with successor(asterisk, speaker, driver) as after:
            ringing.hang_up()  # the agent could not help: the menu goes on where it was
            await call.hears(await speaker.clip(said.NUMBER.text, 8000))
            await call.press("4217#")
            await call.hears(await speaker.clip(said.ON_ITS_WAY.text, 8000))
            assert after.seen("number") == ["4217"]


def driver_contact(driver: FakeDriver) -> str:
    return FakeDriver(driver.file).events[0][0]


async def test_a_store_that_is_down_costs_no_call(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    lab.driver.available = False
    await call.press("1")
    await call.packets(40)  # one moment please
    lab.driver.available = True
    await lab.hears(call, said.NUMBER)  # the key was not lost


async def test_a_mistake_in_a_turn_costs_no_call(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("8")
    await call.packets(40)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    assert "a turn failed with RuntimeError" in caplog.text
    assert "a mistake with 8" not in caplog.text  # an exception's own words may be the customer's


async def test_asterisk_is_killed_and_comes_back(
    asterisk_root: Path, speaker: Speaker, driver: FakeDriver, tmp_path: Path
) -> None:
    async with Instance(asterisk_root, tmp_path / "asterisk", rtp_timeout=2) as own:
        channel = channel_on(own, driver, speaker)
        async with serving(channel), Phone(own.sip_port) as phone:
            call = await phone.call("100")
            await call.hears(await speaker.clip(said.CHOICE.text, 8000))
            own.kill()
            await own.ended()
            call.vanish()
            await own.start()
            await driver.until(lambda: driver.seen("left") == ["dropped"])
            again = await phone.call("100")
            await again.hears(await speaker.clip(said.CHOICE.text, 8000))
            assert channel.trouble == ""


async def test_the_link_is_cut_and_the_call_goes_on(lab: Lab) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    lab.channel._ami.close()
    await call.press("4217#")
    await lab.hears(call, said.ON_ITS_WAY)
    assert lab.driver.seen("number") == ["4217"]
    assert lab.driver.seen("left") == []
