"""The link to Asterisk: what it refuses, and how it breaks."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from asterisk.ami import AMI, AMILost, AMIRefused, WrongPassword
from asterisk.calls import AsteriskChannel
from asterisk.instance import Instance
from ivr.driver import Driver
from ivr.settings import Settings
from recognition.speak import Speaker
from tests.asterisk.fake_driver import FakeDriver

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_answers_lists_and_refusals(asterisk: Instance) -> None:
    ami = AMI(asterisk.ami_url)
    await ami.connect()
    assert (await ami.do("Getvar", Variable="SEGUE_AWAY_ROUNDS"))["Value"] == "2"
    assert [row["Queue"] for row in await ami.rows("QueueStatus", Queue="support") if row["Event"] == "QueueParams"]
    assert await ami.rows("QueueStatus", Queue="none") == []
    with pytest.raises(AMIRefused, match="No such channel"):
        await ami.do("Getvar", Channel="SIP/none", Variable="X")
    with pytest.raises(ValueError, match="line break"):
        ami.send("Setvar", Variable="X", Value="1\r\nAction: Originate")
    ami.close()


async def test_a_wrong_password_stops_instead_of_knocking_on(
    asterisk: Instance, speaker: Speaker, driver: FakeDriver
) -> None:
    wrong = Settings(ami_url=asterisk.ami_url.replace("segue:", "segue:not-"))
    with pytest.raises(WrongPassword, match="IVR_AMI_URL"):
        async with asyncio.timeout(60):
            await AsteriskChannel(cast("Driver", driver), speaker, wrong).run()


async def test_what_is_in_flight_fails_when_the_link_breaks_and_is_not_sent_again(asterisk: Instance) -> None:
    ami, other = AMI(asterisk.ami_url), AMI(asterisk.ami_url)
    await ami.connect()
    await other.connect()
    assert ami._link
    ami._link.protocol.transport.pause_reading()  # the answer will never come
    answer = ami.send("Ping")
    ami.close()
    with pytest.raises(AMILost):
        await answer
    with pytest.raises(AMILost):
        await ami.do("Setvar", Variable="SENT_LATE", Value="1")
    await ami.connect()
    assert "Value" not in await other.do("Getvar", Variable="SENT_LATE")
    ami.close()
    other.close()


async def test_a_peer_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection and never answers: the login must not wait for ever."""
    monkeypatch.setattr("asterisk.ami.PATIENCE", 0.2)
    knocks: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda reader, writer: knocks.put_nowait(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connecting = asyncio.create_task(AMI(f"ami://a:b@127.0.0.1:{port}").connect())
    async with asyncio.timeout(60):
        writers = [await knocks.get(), await knocks.get()]  # given up, and tried again
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    for writer in writers:
        writer.close()
    server.close()
