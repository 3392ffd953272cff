"""A call leg in the dialplan's hands: in a queue, with an agent, put through to somebody else, or with the dead man's
switch. It does not need us there; we tell the driver what happens, until the leg is ours again."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from asterisk import queue, transfer
from asterisk.leg import Hands
from asterisk.signals import Answered, Completed, Connected, Entered, Moved, TakenBack
from asterisk.talk import Talk
from ivr.driver import Driver
from ivr.engine.actions import Action, Enqueue, Hangup, Transfer
from ivr.engine.events import QueueOutcome, TransferAnswered, TransferEnded, TransferOutcome
from ivr.engine.journey import Journey
from ivr.prompts import moved
from ivr.traces import trace

LOOK = 0.3  # seconds between two looks at where a leg is that we did not send there

Actions = tuple[Action, ...]

log = logging.getLogger(__name__)


class Handoff:
    """`outside`: the leg is in the dialplan's hands, as far as we know. What waits for its return gives the actions to
    go on with, or None where the journey itself says how."""

    def __init__(self, talk: Talk, driver: Driver, outbound: transfer.Outbound) -> None:
        self.outside = True
        self._outbound = outbound
        self._put_through: Transfer | None = None
        self._talk, self._leg, self._driver = talk, talk.leg, driver
        self._queued = self._served = self._releasing = False
        self._released: Actions | None = None

    def enter(self) -> None:
        """The leg is in our hands."""
        self.outside = False
        self._leg.renew()

    async def enqueue(self, wait: Enqueue, whisper: Path | None, desk: str) -> Actions | None:
        """`whisper`: what the agent hears first; `desk`: the page that shows this contact."""
        self._queued, self._released = True, None
        self.outside = True  # before it is: the dead man's switch, renewed behind a redirect, would end the talk
        if await queue.enqueue(self._leg, wait, whisper, desk):
            return await self.until_back(leaving=True)
        self.enter()
        await self._release("unavailable")
        return await self._come_back()

    async def transfer(self, wait: Transfer, whisper: Path | None) -> Actions | None:
        """`whisper`: what whoever answers hears first."""
        self._put_through, self._released = wait, None
        self.outside = True
        if await transfer.put_through(self._leg, wait, whisper, self._outbound):
            return await self.until_back(leaving=True)
        self.enter()
        return await self._ended(wait, "unable")

    async def step_aside(self) -> Actions | None:
        """We cannot go on now: the dialplan says so and comes back later, in the end with a person. Whom it has already
        stays where they are, such as with an agent."""
        if self.outside and await self._leg.whose() != "ours":
            return await self.until_back()
        self.outside = True
        await self._leg.redirect("segue", "away")
        return await self.until_back(leaving=True)

    async def follow(self, journey: Journey, wait: Action, whose: Hands) -> Actions | None:
        """A leg that we found in hands other than ours."""
        carried_out = whose == "person"
        self._queued = carried_out and isinstance(wait, Enqueue)
        self._put_through = wait if carried_out and isinstance(wait, Transfer) else None
        self._served = journey.status == "with_agent"
        if journey.status == "live" and self._put_through and await self._leg.get("BRIDGEPEER"):
            await self._tell(self._answered(self._put_through))
        if journey.status == "queued" and await self._leg.get("BRIDGEPEER"):
            self._served = True
            await self._tell(self._driver.join(self._leg.contact, await self._leg.get("MEMBERNAME")))
        return await self.fetch()

    async def fetch(self) -> Actions | None:
        """A leg that we did not send where it is: should the dead man's switch have it, it comes to us at once."""
        return await self.until_back(look=True)

    async def until_back(self, *, leaving: bool = False, look: bool = False) -> Actions | None:
        """`leaving`: on our redirect. What tells, until it has left, that it came to us, was late."""
        self.outside = True
        self._talk.deafen()
        while True:
            match await self._talk.next(self._talk.clock() + LOOK if look else None):
                case None:
                    look = await self._is_on_its_way()
                case TakenBack():
                    leaving = False
                case Connected(agent):
                    self._served = True
                    await self._tell(self._driver.join(self._leg.contact, agent))
                case Answered() if self._put_through:
                    await self._tell(self._answered(self._put_through))
                case Completed(by) if self._queued and by != "transfer":
                    await self._tell(self._release("done"))
                case Entered() if not leaving:
                    self.enter()
                    self._talk.begin()
                    return await self._come_back()
                case Moved():
                    self._released = (moved(self._talk.language), Hangup("moved"))
                    await self._leg.redirect("segue", "call")

    async def _is_on_its_way(self) -> bool:
        """Whether the leg comes to us by itself, or now that we are here."""
        whose = await self._leg.whose()
        if whose == "patient":
            self._leg.end_read()
        return whose != "person"

    async def catch_up(self, wait: Enqueue | Transfer) -> Actions | None:
        """A leg that came back from this wait while we were away."""
        if isinstance(wait, Transfer):
            return await self._back(wait) if await transfer.has_been(self._leg, wait) else None
        if await queue.has_been(self._leg, wait):
            await self._release(await queue.outcome(self._leg))
        return self._taken()

    async def _come_back(self) -> Actions | None:
        if self._released is None and self._put_through:
            return await self._back(self._put_through)
        if self._released is None and self._queued:
            await self._release("done" if self._served else await queue.outcome(self._leg))
        self._queued = self._served = False
        self._put_through = None
        return self._taken()

    async def _answered(self, wait: Transfer) -> None:
        name, at = self._driver.new_event_id(), self._driver.now()
        await self._driver.advance(TransferAnswered(id=name, at=at, contact=self._leg.contact, turn=wait.turn))

    async def _back(self, wait: Transfer) -> Actions:
        return await self._ended(wait, *await transfer.outcome(self._leg))

    async def _ended(self, wait: Transfer, outcome: TransferOutcome, seconds: float = 0.0) -> Actions:
        self._put_through = None
        name, at, contact = self._driver.new_event_id(), self._driver.now(), self._leg.contact
        event = TransferEnded(id=name, at=at, contact=contact, turn=wait.turn, outcome=outcome, seconds=seconds)
        return await self._driver.advance(event, self._talk.fill)

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
