"""Callers who are put through to somebody outside, by a trunk, and are back when nobody answers.

The trunk leads to a second phone, which registers as agent1: what is dialled by that endpoint comes there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest
import pytest_asyncio

from asterisk.ami import AMI
from asterisk.calls import AsteriskChannel
from asterisk.instance import Instance
from ivr.driver import Driver
from ivr.settings import Settings
from recognition.speak import Speaker
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, serving
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.phone import PATIENCE, Call, Phone

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUR_NUMBER = "+442079460000"
CONGESTION = 34  # Q.850: what Asterisk makes of a 503


def channel_on(asterisk: Instance, driver: FakeDriver, speaker: Speaker, **more: str) -> AsteriskChannel:
    settings = Settings(ami_url=asterisk.ami_url, data_dir=driver.file.parent, **more)  # type: ignore[arg-type]
    return AsteriskChannel(cast("Driver", driver), speaker, settings)


@pytest_asyncio.fixture(loop_scope="module")
async def lab(asterisk: Instance, speaker: Speaker, driver: FakeDriver) -> AsyncIterator[Lab]:
    channel = channel_on(asterisk, driver, speaker, asterisk_trunk="agent1", asterisk_sip="outbound")
    async with Phone(asterisk.sip_port) as phone, serving(channel):
        yield Lab(asterisk, driver, channel, speaker, phone)


@pytest_asyncio.fixture(loop_scope="module")
async def pharmacy(asterisk: Instance) -> AsyncIterator[Phone]:
    async with Phone(asterisk.sip_port, "agent1") as phone:
        await phone.register(asterisk.agent_secret)
        yield phone


async def wants_the_pharmacy(lab: Lab, number: str = "100") -> Call:
    call = await lab.phone.call(number)
    await lab.hears(call, said.CHOICE)
    await call.press("5")
    return call


async def test_the_other_end_hears_the_whisper_and_the_caller_is_back_after_the_talk(lab: Lab, pharmacy: Phone) -> None:
    call = await wants_the_pharmacy(lab)
    ringing = await pharmacy.rings()
    assert ringing.invite
    assert ringing.invite.start.startswith("INVITE sip:+442079460018@")
    assert "+15550100" in ringing.invite["from"]  # the caller's own number
    await ringing.answer()
    await ringing.hears(await lab.clip(said.WHISPER))
    await lab.driver.until(lambda: lab.driver.seen("answered") == ["2"])
    await call.packets(5)  # joined: sound comes through
    ringing.hang_up()
    await lab.hears(call, said.THANKS)
    assert lab.driver.seen("transferred") == ["answered"]
    await call.press("9")
    assert await call.ended == "they"


async def test_a_sip_address_is_called_with_its_headers(lab: Lab, pharmacy: Phone) -> None:
    headers = {"X-Order": "4217, with ${EXTEN} and; (this)", "X-Second": "2"}
    lab.driver.transfer_to = (f"sip:lab@127.0.0.1:{pharmacy.port}", "caller", headers)
    call = await wants_the_pharmacy(lab)
    ringing = await pharmacy.rings()
    assert ringing.invite
    assert ringing.invite.start.startswith(f"INVITE sip:lab@127.0.0.1:{pharmacy.port}")
    assert {name: ringing.invite[name.lower()] for name in headers} == headers
    await ringing.answer()
    await lab.driver.until(lambda: lab.driver.seen("answered") == ["2"])
    call.hang_up()
    assert await ringing.ended == "they"
    await lab.driver.until(lambda: lab.driver.seen("left") == ["caller"])


async def test_our_number_is_that_of_the_settings(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver, pharmacy: Phone
) -> None:
    channel = channel_on(asterisk, driver, speaker, asterisk_trunk="agent1", caller_id=OUR_NUMBER)
    driver.transfer_to = ("+442079460018", "ours", {})
    async with Phone(asterisk.sip_port) as phone, serving(channel):
        call = await wants_the_pharmacy(Lab(asterisk, driver, channel, speaker, phone))
        ringing = await pharmacy.rings()
        assert ringing.invite
        assert OUR_NUMBER in ringing.invite["from"]
        call.hang_up()
        assert await ringing.ended == "they"
        await driver.until(lambda: driver.seen("left") == ["caller"])


@pytest.mark.parametrize(
    ("number", "shown"), [("+442079460001", "<sip:+442079460001@"), ("2079460001", "<sip:2079460001@")]
)
async def test_our_number_is_the_one_that_the_caller_has_dialled(
    lab: Lab, pharmacy: Phone, number: str, shown: str
) -> None:
    lab.driver.transfer_to = ("+442079460018", "ours", {})
    await wants_the_pharmacy(lab, number)
    ringing = await pharmacy.rings()
    assert ringing.invite
    assert shown in ringing.invite["from"]


@pytest.mark.parametrize("number", ["100", "s"])
async def test_where_no_number_of_ours_is_known_none_is_shown(lab: Lab, pharmacy: Phone, number: str) -> None:
    """Not the caller's either, against what the menu says."""
    lab.driver.transfer_to = ("+442079460018", "ours", {})
    await wants_the_pharmacy(lab, number)
    ringing = await pharmacy.rings()
    assert ringing.invite
    assert "<sip:anonymous@anonymous.invalid>" in ringing.invite["from"]


async def test_busy(lab: Lab, pharmacy: Phone) -> None:
    call = await wants_the_pharmacy(lab)
    (await pharmacy.rings()).reject()
    await lab.hears(call, said.ALONE)
    assert (lab.driver.seen("transferred"), lab.driver.seen("answered")) == (["busy"], [])
    call.hang_up()  # they are not busy themselves
    await lab.driver.until(lambda: lab.driver.seen("left") == ["caller"])


async def test_a_line_that_ends_for_the_cause_of_a_transfer_before_was_lost(lab: Lab, pharmacy: Phone) -> None:
    call = await wants_the_pharmacy(lab)
    (await pharmacy.rings()).reject("503 Service Unavailable")
    await lab.hears(call, said.ALONE)
    assert lab.driver.seen("transferred") == ["failed"]
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    call.hang_up(f"Q.850;cause={CONGESTION}")
    await lab.driver.until(lambda: lab.driver.seen("left") == ["dropped"])


async def test_who_hangs_up_turns_after_a_transfer_was_not_lost(lab: Lab, pharmacy: Phone) -> None:
    call = await wants_the_pharmacy(lab)
    (await pharmacy.rings()).reject("503 Service Unavailable")
    await lab.hears(call, said.ALONE)
    await call.press("1")
    await lab.hears(call, said.NUMBER)
    call.hang_up()
    await lab.driver.until(lambda: lab.driver.seen("left") == ["caller"])


async def test_nobody_answers_in_time(lab: Lab, pharmacy: Phone) -> None:
    lab.driver.queue_timeout = 1.0
    call = await wants_the_pharmacy(lab)
    ringing = await pharmacy.rings()
    await lab.hears(call, said.ALONE)
    assert await ringing.ended == "they"
    assert lab.driver.seen("transferred") == ["no_answer"]


async def test_a_network_that_does_not_know_them(lab: Lab) -> None:
    lab.driver.transfer_to = ("sip:lab@127.0.0.1:9", "caller", {})  # nobody listens at the port of discard
    lab.driver.queue_timeout = 2.0
    call = await wants_the_pharmacy(lab)
    await lab.hears(call, said.ALONE)
    assert lab.driver.seen("transferred") in (["failed"], ["no_answer"])
    call.hang_up()
    await lab.driver.until(lambda: lab.driver.seen("left") == ["caller"])


async def test_who_hangs_up_on_the_whisper_was_nobody(lab: Lab, pharmacy: Phone) -> None:
    call = await wants_the_pharmacy(lab)
    ringing = await pharmacy.rings()
    await ringing.answer()
    await ringing.packets(5)
    ringing.hang_up()
    await lab.hears(call, said.ALONE)
    assert lab.driver.seen("transferred") == ["no_answer"]


async def test_without_a_trunk_nobody_can_be_put_through(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver, caplog: pytest.LogCaptureFixture
) -> None:
    channel = channel_on(asterisk, driver, speaker)
    async with Phone(asterisk.sip_port) as phone, serving(channel):
        lab = Lab(asterisk, driver, channel, speaker, phone)
        call = await wants_the_pharmacy(lab)
        await lab.hears(call, said.ALONE)
    assert driver.seen("transferred") == ["unable"]
    assert "IVR_ASTERISK_TRUNK" in caplog.text


@pytest.mark.parametrize("answered", [False, True])
async def test_another_server_takes_over_while_it_rings_and_while_they_talk(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver, pharmacy: Phone, answered: bool
) -> None:
    """As after a kill -9: the first one tells nothing any more, and does nothing more."""
    async with Phone(asterisk.sip_port) as phone:
        first = channel_on(asterisk, driver, speaker, asterisk_trunk="agent1")
        async with serving(first):
            lab = Lab(asterisk, driver, first, speaker, phone)
            call = await wants_the_pharmacy(lab)
            ringing = await pharmacy.rings()
        if answered:
            await ringing.answer()
            await ringing.hears(await lab.clip(said.WHISPER))
            await call.packets(5)
        second = channel_on(asterisk, driver, speaker, asterisk_trunk="agent1")
        async with serving(second):
            await second.connected.wait()
            if not answered:
                await ringing.answer()
            await driver.until(lambda: driver.seen("answered") == ["2"])
            ringing.hang_up()
            await lab.hears(call, said.THANKS)
            assert driver.seen("transferred") == ["answered"]
            assert pharmacy.ringing.empty()  # nobody was rung twice
            call.hang_up()
            await driver.until(lambda: driver.seen("left") == ["caller"])


async def test_who_came_back_while_no_server_was_there(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver, pharmacy: Phone
) -> None:
    async with Phone(asterisk.sip_port) as phone:
        first = channel_on(asterisk, driver, speaker, asterisk_trunk="agent1")
        async with serving(first):
            lab = Lab(asterisk, driver, first, speaker, phone)
            call = await wants_the_pharmacy(lab)
            ringing = await pharmacy.rings()
        back, ami = asyncio.Event(), AMI(asterisk.ami_url)
        ami.on("AsyncAGIStart", lambda _event: back.set())
        await ami.connect()
        ringing.reject()
        async with asyncio.timeout(PATIENCE):
            await back.wait()
        ami.close()
        async with serving(channel_on(asterisk, driver, speaker, asterisk_trunk="agent1")):
            await lab.hears(call, said.ALONE)
            assert driver.seen("transferred") == ["busy"]
            call.hang_up()
            await driver.until(lambda: driver.seen("left") == ["caller"])
