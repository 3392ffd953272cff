"""A caller's telephone, as their call uses it: what is said, shown and listened to on one line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from ivr.channels import webphone_wire as wire
from ivr.channels.ending import Ending, Gone
from ivr.channels.line import Line
from ivr.channels.patience import patiently
from ivr.channels.playout import Playout, Sound
from ivr.channels.presses import Presses
from ivr.channels.prompts import Prompts
from ivr.driver import Driver
from ivr.engine.actions import Say
from ivr.prompts import moment
from ivr.recordings import Recordings
from recognition.hearing import Hearing
from recognition.listen import Listener
from recognition.speak import Speaker

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What all calls share. `listener`: None where nobody listens; `grace`: seconds in which a lost line may come
    back; `speed`: see `Playout`."""

    driver: Driver
    speaker: Speaker
    recordings: Recordings
    menu: str
    grace: float
    speed: float
    listener: Listener | None = None


class Handset:
    """Of one call; `ending` comes when the call is over, and everything that waits here then raises `Gone`. `line`: of
    another kind than a page's."""

    def __init__(self, contact: str, exchange: Exchange, line: Line | None = None) -> None:
        self.line, self.ending = line or Line(), Ending()
        self.presses = Presses(self.line, exchange.listener)
        self.playout = Playout(self.line, exchange.speed, self.hearing.playing)
        self._prompts = Prompts(exchange.speaker, contact)
        self._showing: wire.ToPhone | None = None

    @property
    def hearing(self) -> Hearing:
        return self.presses.hearing

    @property
    def language(self) -> str:
        """Of the last words."""
        return self._prompts.language

    async def found(self, ws: web.WebSocketResponse, request: web.Request, keys: Sequence[tuple[int, str]]) -> None:
        """The page is on the line, for the first time or again; `keys` may have come before."""
        await self.line.attach(ws, request)
        await self.line.send(wire.Answer())
        if self._showing is not None:
            await self.acknowledge()
            await self.line.send(self._showing)
        for seq, key in keys:
            await self.press(seq, key)
        self.presses.wake()

    async def press(self, seq: int, key: str) -> None:
        if not self.presses.take(seq, key):
            await self.line.send(wire.Error(message="too many keys at once; wait for the next question"))

    async def acknowledge(self) -> None:
        """The keys that were used."""
        await self.line.send(wire.Ack(seq=self.presses.used))

    async def show(self, state: wire.ToPhone) -> None:
        """A state of the call, which a page that comes back must know."""
        self._showing = state
        await self.line.send(state)

    async def sounds(self, says: Sequence[Say]) -> list[Sound]:
        return await self.ending.unless(self._prompts.sounds(says))

    async def fill(self, says: tuple[Say, ...]) -> None:
        """Played while a back office is asked; what comes next waits for its end."""
        self.playout.queue(*await self._prompts.sounds(says))

    async def farewell(self, says: Sequence[Say], reason: wire.Reason) -> None:
        """The last words. A hang-up cuts them short."""
        if not self.line.there:
            return
        try:
            self.playout.queue(*await self.sounds(says))
            await self.ending.unless(self.playout.finished())
        except Gone:
            return
        await self.line.send(wire.Ended(reason=reason))

    async def patiently(self, turn: Callable[[], Awaitable[T]]) -> T:
        """Take a turn of the driver's, again while the database is away. Raises `StoreUnavailable` in the end."""
        return await patiently(turn, self._ask_for_patience)

    async def _ask_for_patience(self, seconds: float) -> None:
        await self.line.send(wire.Error(message="One moment please, our records do not answer."))
        if self.playout.ends <= self.line.now():
            self.playout.queue(*await self.sounds((moment(self.language),)))
        await self.ending.unless(asyncio.sleep(seconds))
