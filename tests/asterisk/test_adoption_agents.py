"""A server comes to calls that are with an agent, or were promised one."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, serving
from tests.asterisk.phone import PATIENCE, Phone
from tests.asterisk.successor import COMING, Moment, Successor, talking
from tests.asterisk.test_messages import words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_an_agent_hangs_up_while_we_come_and_the_menu_goes_on(gone: Lab, agent: Phone, moment: Moment) -> None:
    (call, ringing), after = await talking(gone, agent), Successor(gone)

    async def hangs_up() -> None:
        await after.told("AsyncAGIStart", ringing.hang_up)

    async with after.comes(moment, hangs_up) as driver:
        await call.hears(await gone.clip(said.THANKS.text))
        await gone.hears(call, said.CHOICE)
        assert driver.seen("released") == ["done"]
        call.hang_up()
        await driver.until(lambda: driver.seen("left") == ["caller"])


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_an_agent_sends_the_caller_back_while_we_come(gone: Lab, agent: Phone, moment: Moment) -> None:
    (call, ringing), after = await talking(gone, agent), Successor(gone)

    async def sends_back() -> None:
        uri = f"sip:segue@127.0.0.1:{gone.asterisk.sip_port}"
        await after.told("AsyncAGIStart", lambda: ringing.transfer(uri))

    async with after.comes(moment, sends_back) as driver:
        await gone.hears(call, said.THANKS)
        assert driver.seen("released") == ["done"]
        call.hang_up()
        await driver.until(lambda: driver.seen("left") == ["caller"])


@pytest.mark.parametrize("moment", COMING)
async def test_a_caller_hangs_up_on_an_agent_while_we_come(gone: Lab, agent: Phone, moment: Moment) -> None:
    (call, _), after = await talking(gone, agent), Successor(gone)
    assert await after.sees_leave(moment, call.hang_up) == ["caller"]


async def test_a_talk_with_an_agent_outlives_many_rounds_of_the_dead_mans_switch(gone: Lab, agent: Phone) -> None:
    """Whose two seconds begin anew whenever the server renews it: for calls in its own hands."""
    (call, ringing), after = await talking(gone, agent), Successor(gone)
    async with serving(after.channel):
        call.sound.speak(words(60.0))
        async with asyncio.timeout(2 * PATIENCE):
            await ringing.packets(300)
        assert not call.ended.done()


async def test_a_talk_with_an_agent_goes_on_when_we_come_and_the_store_does_not(gone: Lab, agent: Phone) -> None:
    (call, ringing), after = await talking(gone, agent), Successor(gone)
    after.driver.available = False
    async with serving(after.channel):
        await after.driver.until(lambda: after.driver.refused > 0)
        call.sound.speak(words(60.0))
        async with asyncio.timeout(2 * PATIENCE):
            await ringing.packets(300)
        after.driver.available = True
        ringing.hang_up()
        await gone.hears(call, said.THANKS)


async def test_who_was_promised_a_person_when_we_died_gets_one(gone: Lab, agent: Phone) -> None:
    """The turn is stored, the call is not in the queue yet, and the dead man's switch has it."""
    stored = asyncio.Event()

    async def dies() -> None:
        stored.set()
        await gone.channel._ami.lost()

    async with serving(gone.channel):
        call = await gone.phone.call("100")
        await gone.hears(call, said.CHOICE)
        gone.driver.before_answer = dies
        await call.press("2")
        async with asyncio.timeout(PATIENCE):
            await stored.wait()
    await call.silence(0.5)
    await call.packets(5)
    async with serving(Successor(gone).channel):
        await (await agent.rings()).answer()
        await call.packets(5)
    call.hang_up()
