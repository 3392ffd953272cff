"""The hand-off: a caller into Asterisk's queue, and the agent's phone that rings."""

from __future__ import annotations

import numpy as np
import pytest

from recognition import audio
from recognition.speak import Clip
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab
from tests.asterisk.phone import Call, Phone

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def asks_for_a_person(lab: Lab) -> Call:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("2")
    return call


async def heard_by(agent: Call, caller: Call, words: Clip) -> None:
    """Asterisk tells that somebody took the call before it joins the two, and transfers nobody until then."""
    samples, _ = audio.read(words.path)
    caller.sound.speak(np.frombuffer(audio.to_pcm(np.tile(samples, 20)), "<i2"))
    await agent.hears(words)
    caller.sound.fall_silent()


async def test_the_agents_phone_knows_who_calls_and_the_agent_hears_why(lab: Lab) -> None:
    async with Phone(lab.asterisk.sip_port, "agent1") as agent:
        await agent.register(lab.asterisk.agent_secret)
        call = await asks_for_a_person(lab)
        ringing = await agent.rings()
        contact = lab.driver.events[0][0]
        assert ringing.invite
        assert ringing.invite["x-context-id"] == contact
        assert ringing.invite["call-info"] == f"<https://desk.example/agent?contact={contact}>;purpose=info"
        await ringing.answer()
        await ringing.hears(await lab.clip(said.WHISPER))
        await lab.driver.until(lambda: lab.driver.seen("joined") == ["agent1"])
        ringing.hang_up()
        await lab.hears(call, said.THANKS)  # and the menu goes on
        assert lab.driver.seen("released") == ["done"]
        await call.press("9")
        assert await call.ended == "they"


async def test_the_caller_hangs_up_while_talking(lab: Lab) -> None:
    async with Phone(lab.asterisk.sip_port, "agent1") as agent:
        await agent.register(lab.asterisk.agent_secret)
        call = await asks_for_a_person(lab)
        ringing = await agent.rings()
        await ringing.answer()
        await lab.driver.until(lambda: lab.driver.seen("joined") == ["agent1"])
        call.hang_up()
        assert await ringing.ended == "they"
        await lab.driver.until(lambda: lab.driver.seen("left") == ["caller"])


async def test_the_caller_gives_up_waiting(lab: Lab) -> None:
    async with Phone(lab.asterisk.sip_port, "agent1") as agent:
        await agent.register(lab.asterisk.agent_secret)
        call = await asks_for_a_person(lab)
        ringing = await agent.rings()
        call.hang_up()
        assert await ringing.ended == "they"
        await lab.driver.until(lambda: lab.driver.seen("left") == ["caller"])
        assert lab.driver.seen("released") == []


async def test_nobody_answers_in_time(lab: Lab) -> None:
    lab.driver.queue_timeout = 1.0
    async with Phone(lab.asterisk.sip_port, "agent1") as agent:
        await agent.register(lab.asterisk.agent_secret)
        call = await asks_for_a_person(lab)
        await agent.rings()
        await lab.hears(call, said.ALONE)
        assert lab.driver.seen("released") == ["timeout"]


async def test_a_queue_that_nobody_set_up(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    call = await lab.phone.call("100")
    await lab.hears(call, said.CHOICE)
    await call.press("4")
    await lab.hears(call, said.ALONE)
    assert lab.driver.seen("released") == ["unavailable"]
    assert "queues.conf" in caplog.text


async def test_the_agent_is_done_on_the_desk(lab: Lab) -> None:
    async with Phone(lab.asterisk.sip_port, "agent1") as agent:
        await agent.register(lab.asterisk.agent_secret)
        call = await asks_for_a_person(lab)
        ringing = await agent.rings()
        await ringing.answer()
        await lab.driver.until(lambda: lab.driver.seen("joined") == ["agent1"])
        await lab.driver.release(lab.driver.events[0][0], "done")
        assert await ringing.ended == "they"
        await lab.hears(call, said.THANKS)


async def test_the_agent_transfers_the_caller_back_to_the_menu(lab: Lab) -> None:
    async with Phone(lab.asterisk.sip_port, "agent1") as agent:
        await agent.register(lab.asterisk.agent_secret)
        call = await asks_for_a_person(lab)
        ringing = await agent.rings()
        await ringing.answer()
        await lab.driver.until(lambda: lab.driver.seen("joined") == ["agent1"])
        await heard_by(ringing, call, await lab.clip(said.NUMBER.text))
        ringing.transfer(f"sip:segue@127.0.0.1:{lab.asterisk.sip_port}")
        await lab.hears(call, said.THANKS)
        assert lab.driver.seen("left") == []
