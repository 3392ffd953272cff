"""A call leg in the dialplan's hands: in a queue, with an agent, or with the dead man's switch. It does not need us
there; we tell the driver what happens, until the leg is ours again."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from asterisk import queue
from asterisk.signals import Completed, Connected, Entered, Moved
from asterisk.talk import Talk
from ivr.driver import Driver
from ivr.engine.actions import Action, Enqueue, Hangup
from ivr.engine.events import QueueOutcome
from ivr.engine.journey import Journey
from ivr.prompts import moved
from ivr.traces import trace

Actions = tuple[Action, ...]

log = logging.getLogger(__name__)


class Handoff:
    """`outside`: the leg is in the dialplan's hands. What waits for its return gives the actions to go on with, or
    None where the journey itself says how."""

    def __init__(self, talk: Talk, driver: Driver) -> None:
        self.outside = False
        self._talk, self._leg, self._driver = talk, talk.leg, driver
        self._queued = self._served = self._releasing = False
        self._released: Actions | None = None

    async def enqueue(self, wait: Enqueue, whisper: Path | None, desk: str) -> Actions | None:
        """`whisper`: what the agent hears first; `desk`: the page that shows this contact."""
        self._queued, self._released = True, None
        if await queue.enqueue(self._leg, wait, whisper, desk):
            return await self.until_back()
        await self._release("unavailable")
        return await self._come_back()

    async def step_aside(self) -> Actions | None:
        """We cannot go on now: the dialplan says so and comes back later, in the end with a person."""
        await self._leg.redirect("segue", "away")
        return await self.until_back()

    async def follow(self, journey: Journey, wait: Action) -> Actions | None:
        """A leg that another process of ours has left in a queue."""
        self._queued = isinstance(wait, Enqueue)
        if journey.status == "queued" and await self._leg.get("BRIDGEPEER"):
            await self._tell(self._driver.join(self._leg.contact, await self._leg.get("MEMBERNAME")))
        return await self.until_back()

    async def until_back(self) -> Actions | None:
        self.outside = True
        self._talk.deafen()
        while True:
            match await self._talk.next(None):
                case Connected(agent):
                    self._served = True
                    await self._tell(self._driver.join(self._leg.contact, agent))
                case Completed(by) if self._queued and by != "transfer":
                    await self._tell(self._release("done"))
                case Entered():
                    self.outside = False
                    self._talk.begin()
                    return await self._come_back()
                case Moved():
                    self._released = (moved(self._talk.language), Hangup("moved"))
                    await self._leg.redirect("segue", "call")

    async def catch_up(self, wait: Enqueue) -> Actions | None:
        """A leg that came back from this wait while we were away."""
        if await queue.has_been(self._leg, wait):
            await self._release(await queue.outcome(self._leg))
        return self._taken()

    async def _come_back(self) -> Actions | None:
        if self._released is None and self._queued:
            # Whom an agent sent back has no QUEUESTATUS.
            await self._release("done" if self._served else await queue.outcome(self._leg))
        self._queued = self._served = False
        return self._taken()

    def _taken(self) -> Actions | None:
        actions, self._released = self._released, None
        return actions

    async def _tell(self, telling: Coroutine[Any, Any, object]) -> None:
        try:
            await telling
        except Exception as error:  # whatever our trouble is, it must not part the caller from the agent
            log.error("%s: the driver could not be told how the hand-off goes: %s", self._leg.contact, trace(error))

    async def _release(self, outcome: QueueOutcome) -> None:
        """The driver answers through `released`."""
        self._releasing = True
        try:
            await self._driver.release(self._leg.contact, outcome)
        finally:
            self._releasing = False

    async def released(self, actions: Actions) -> None:
        """By the driver: to go on with these. Asked for by us, or the agent is done on the desk; then the caller is
        fetched back."""
        self._released = actions
        if not self._releasing and self.outside:
            await self._leg.redirect("segue", "call")
