"""A server comes to calls that are on, and something happens to them at each moment of its coming: told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import get_args

import pytest

from asterisk.ami import AMI, AMILost
from ivr.driver import Arrival, Saying
from ivr.engine.actions import Action
from ivr.engine.events import Event as EngineEvent
from ivr.engine.events import Left
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, channel_on, serving
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.phone import PATIENCE, Call, Phone
from tests.asterisk.successor import COMING, HeldDriver, Moment, Successor, asked
from tests.asterisk.test_messages import at_the_beep, message, recorded, takes, words
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_who_hangs_up_while_we_come_has_left_by_themselves(gone: Lab, moment: Moment) -> None:
    """Of whom did so before that, nobody could tell us."""
    call, after = await asked(gone), Successor(gone)
    assert await after.sees_leave(moment, call.hang_up) == ["dropped" if moment == "away" else "caller"]


@pytest.mark.parametrize("moment", COMING)
async def test_a_line_that_is_lost_while_we_come_was_lost(gone: Lab, moment: Moment) -> None:
    call, after = await asked(gone), Successor(gone)
    assert await after.sees_leave(moment, call.vanish) == ["dropped"]


class Slow(HeldDriver):
    """Takes the end of the first call when everything else is `done`."""

    done: Callable[[], bool]
    ends = 0

    async def advance(self, event: EngineEvent, say: Saying | None = None) -> tuple[Action, ...]:
        self.ends += isinstance(event, Left)
        if self.ends == 1:
            await eventually(self.done)
        return await super().advance(event, say)


async def test_whoever_is_told_of_an_end_tells_it(gone: Lab) -> None:
    """Not the one who finds the contact open without a call as well: they would not know why it ended."""
    call, after = await asked(gone), Successor(gone, Slow)
    assert isinstance(after.driver, Slow)
    after.driver.done = lambda: not after.channel._others

    async def hangs_up() -> None:
        await after.told("Hangup", call.hang_up)

    async with after.comes("after the list", hangs_up) as driver:
        await driver.until(lambda: bool(driver.seen("left")))
        assert driver.seen("left") == ["caller"]


class Dies(FakeDriver):
    """Before it has stored who calls, with the `link` to Asterisk."""

    link: AMI

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        self._note(arrival.contact, "died", "")
        await self.link.lost()
        raise AMILost


@pytest.mark.parametrize("patient", [False, True])
async def test_who_was_known_to_asterisk_alone_when_we_died_is_served(gone: Lab, patient: bool) -> None:
    died = Dies(gone.driver.file)
    channel = channel_on(gone.asterisk, died, gone.speaker)
    died.link = channel._ami
    async with serving(channel):
        call = await gone.phone.call("100")
        await died.until(lambda: bool(died.seen("died")))
    if patient:
        await call.packets(5)
    after = Successor(gone)
    async with serving(after.channel):
        await gone.hears(call, said.CHOICE)
        [serves] = after.channel._calls.values()
        assert serves.inside  # so the dead man's switch is renewed
        call.hang_up()
        await after.driver.until(lambda: after.driver.seen("left") == ["caller"])


class Hurried(HeldDriver):
    """Whoever calls waits for a person at once."""

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        await super().arrive(arrival, say)
        return self._save(arrival.contact, "support", "queued")


@pytest.mark.parametrize("moment", ["before the list", "after the list"])
async def test_who_calls_while_we_come_is_served_once(gone: Lab, agent: Phone, moment: Moment) -> None:
    after, calls = Successor(gone, Hurried), list[Call]()

    async def somebody_calls() -> None:
        entered = asyncio.Event()
        after.channel._ami.on("AsyncAGIStart", lambda _event: entered.set())
        calls.append(await gone.phone.call("100"))
        async with asyncio.timeout(PATIENCE):
            await entered.wait()

    async with after.comes(moment, somebody_calls) as driver:
        ringing = await agent.rings()
        await ringing.answer()
        await driver.until(lambda: driver.seen("joined") == ["agent1"])
        assert len(driver.seen("arrived")) == 1
        assert driver.seen("released") == []
        calls[0].hang_up()
        await driver.until(lambda: driver.seen("left") == ["caller"])


@pytest.mark.parametrize("moment", get_args(Moment))
async def test_a_message_that_a_hang_up_ends_while_we_come_is_kept(gone: Lab, moment: Moment) -> None:
    async with serving(gone.channel):
        call = await at_the_beep(gone)
        call.sound.speak(words(30.0))
        await recorded(gone.driver, 2.0)
    after = Successor(gone)

    async def hangs_up() -> None:
        await after.told("Hangup", call.hang_up)

    async with after.comes(moment, hangs_up) as driver:
        await driver.until(lambda: bool(driver.seen("left")))
        assert len(message(driver)) > 8000 * 1.8
        assert driver.seen("left") == ["dropped" if moment == "away" else "caller"]
        assert takes(driver) == []
