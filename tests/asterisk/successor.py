"""A server that comes to calls that are on, at moments that are held open, so that none depends on the speed of the
machine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal, get_args

from asterisk.ami import AMI, Event
from ivr.engine.actions import Action
from ivr.engine.journey import Journey
from tests.asterisk import fake_driver as said
from tests.asterisk.conftest import Lab, channel_on, serving
from tests.asterisk.fake_driver import FakeDriver
from tests.asterisk.phone import PATIENCE, Call, Phone
from tests.asterisk.test_queue import heard_by
from tests.waiting import eventually

Moment = Literal["away", "before the list", "after the list", "while the store is asked"]
COMING: tuple[Moment, ...] = get_args(Moment)[1:]
Happens = Callable[[], Awaitable[None]]


class HeldDriver(FakeDriver):
    """`meanwhile` happens once, before the answer to the first question of where a call stands."""

    meanwhile: Happens | None = None
    refused = 0

    def _store(self) -> None:
        if not self.available:
            self.refused += 1
            self.changed.set()
        super()._store()

    async def current(self, contact: str) -> tuple[Journey, tuple[Action, ...]] | None:
        found = await super().current(contact)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            await meanwhile()
        return found


class Successor:
    """The next server on the same records, not yet come."""

    def __init__(self, lab: Lab, driver: type[HeldDriver] = HeldDriver) -> None:
        self.driver = driver(lab.driver.file)
        self.channel = channel_on(lab.asterisk, self.driver, lab.speaker)
        self._away = AMI(lab.asterisk.ami_url)
        self._link = self.channel._ami

    @contextlib.asynccontextmanager
    async def comes(self, moment: Moment, happens: Happens) -> AsyncIterator[FakeDriver]:
        if moment == "away":
            self._link = self._away
            await self._away.connect()
            await happens()
            self._away.close()
        elif moment == "while the store is asked":
            self.driver.meanwhile = happens
        else:
            self._at_the_list(happens, after=moment == "after the list")
        async with serving(self.channel):
            yield self.driver

    def _at_the_list(self, happens: Happens, *, after: bool) -> None:
        rows, ami = self.channel._ami.rows, self.channel._ami

        async def held(action: str, **headers: object) -> list[Event]:
            ami.rows = rows  # type: ignore[method-assign]
            if after:
                found = await rows(action, **headers)
            await happens()
            return found if after else await rows(action, **headers)

        ami.rows = held  # type: ignore[method-assign]

    async def told(self, name: str, does: Callable[[], None]) -> None:
        """Do it, and wait until Asterisk has told this server, or us while it is away, of such an event of the caller's
        leg."""
        told = asyncio.Event()
        caller = self.driver.events[0][0].removeprefix("ast-")
        self._link.on(name, lambda event: told.set() if event["Uniqueid"] == caller else None)
        does()
        async with asyncio.timeout(PATIENCE):
            await told.wait()

    async def sees_leave(self, moment: Moment, goes: Callable[[], None]) -> list[str]:
        """How the caller has left, who `goes` at that moment."""
        async with self.comes(moment, lambda: self.told("Hangup", goes)) as driver:
            await driver.until(lambda: bool(driver.seen("left")))
            await self.idle()
            return driver.seen("left")

    async def idle(self) -> None:
        """Until it has no call left and nothing more to tell."""
        await eventually(lambda: not self.channel.calls_on and not self.channel._others)


async def asked(lab: Lab) -> Call:
    """A server asks for a number and is killed."""
    async with serving(lab.channel):
        call = await lab.phone.call("100")
        await lab.hears(call, said.CHOICE)
        await call.press("1")
        await lab.hears(call, said.NUMBER)
    return call


async def talking(lab: Lab, agent: Phone) -> tuple[Call, Call]:
    """A server brings caller and agent together and is killed."""
    async with serving(lab.channel):
        call = await lab.phone.call("100")
        await lab.hears(call, said.CHOICE)
        await call.press("2")
        ringing = await agent.rings()
        await ringing.answer()
        await lab.driver.until(lambda: lab.driver.seen("joined") == ["agent1"])
    await heard_by(ringing, call, await lab.clip(said.NUMBER.text))
    return call, ringing
