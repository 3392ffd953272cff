"""A caller of the web phone who waits for a person, and talks with them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Literal

from ivr.channels import webphone_wire as wire
from ivr.channels.bridge import Talk
from ivr.channels.handset import Handset
from ivr.channels.playout import Sound
from ivr.driver import Driver
from ivr.engine.actions import Action, Enqueue, Say
from ivr.engine.events import QueueOutcome
from recognition.audio import to_pcm
from recognition.music import hold_music


class Queue:
    """Of one call. `talk`: the one that is on."""

    def __init__(self, contact: str, handset: Handset, driver: Driver, grace: float) -> None:
        self._contact, self._handset, self._driver, self._grace = contact, handset, driver, grace
        self.talk: Talk | None = None
        self._news: asyncio.Queue[Literal["joined"] | QueueOutcome | tuple[Action, ...]] = asyncio.Queue()

    async def joined(self, agent: str) -> None:
        """A person took the call."""
        if self.talk is None:
            self.talk = Talk(self._handset.line, agent, lambda: self._news.put_nowait("done"), self._grace)
            self._news.put_nowait("joined")
            await self._handset.playout.clear()
            await self._handset.show(wire.Agent(name=agent))

    def released(self, actions: tuple[Action, ...]) -> None:
        """What the driver wants after that."""
        self._news.put_nowait(actions)

    async def wait(self, says: Sequence[Say], wait: Enqueue) -> tuple[Action, ...]:
        """Wait for a person and let them talk; comes back with what the driver wants after that."""
        handset = self._handset
        handset.presses.forget()
        if self.talk is None:
            await self._hold(says)
        while not isinstance(news := await handset.ending.unless(self._next_news(wait.timeout)), tuple):
            if news != "joined":
                await self.end_talk("finished")
                await handset.patiently(partial(self._driver.release, self._contact, news))
        await self.end_talk("finished")
        while not self._news.empty():
            self._news.get_nowait()
        await handset.playout.clear()
        handset.presses.forget()
        await handset.acknowledge()
        return news

    async def end_talk(self, reason: wire.Reason) -> None:
        talk, self.talk = self.talk, None
        if talk is not None:
            await talk.end(reason)

    async def _hold(self, says: Sequence[Say]) -> None:
        await self._handset.show(wire.Queued())
        sounds = await self._handset.sounds(says)
        music = to_pcm(await asyncio.to_thread(hold_music, wire.RATE))
        if self.talk is None:  # nobody was quicker than the rendering
            self._handset.playout.queue(*sounds, Sound(music, loop=True))

    async def _next_news(self, patience: float) -> Literal["joined"] | QueueOutcome | tuple[Action, ...]:
        try:
            async with asyncio.timeout(None if self.talk else patience):
                return await self._news.get()
        except TimeoutError:
            return "timeout"
