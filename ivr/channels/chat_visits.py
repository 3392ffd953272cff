"""The chats that are open, by contact: how a visit begins, is found again after a restart, and ends.

A visit that is not in memory is made anew for a contact whose journey has not ended, so a restarted server knows all of
them without having kept any.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from context_bridge.contract import StoreUnavailable
from ivr.channels.visit import Visit
from ivr.driver import Driver
from ivr.engine.actions import Action
from ivr.engine.events import Left, LeftReason
from ivr.engine.journey import Journey
from ivr.http import Problem

NODE = "chat"
GRACE = 60.0  # seconds without an open page until the customer counts as gone
MOST = 10_000  # visits at one time


class Visits:
    """`open`: those in memory. `left`: contacts that were gone for more than `grace` seconds, and the journey of each,
    for those who come back."""

    def __init__(self, driver: Driver, grace: float) -> None:
        self._driver, self._grace = driver, grace
        self.open: dict[str, Visit] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self.left: OrderedDict[str, str] = OrderedDict()

    async def start(self) -> None:
        """Wait for the customers whose chats were open when the server ended; those who stay away have left."""
        for contact in await self._driver.open_contacts(NODE):
            self.of(contact)

    def stop(self) -> None:
        """From now on nobody counts as gone."""
        for visit in self.open.values():
            visit.stop()

    async def close(self) -> None:
        """Let those who are just leaving leave."""
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def on(self, contact: str) -> tuple[Journey, tuple[Action, ...]] | None:
        """The journey and wait of a contact that has not ended."""
        found = await self._driver.current(contact)
        return found if found and found[0].status in ("live", "queued", "with_agent") else None

    def of(self, contact: str) -> Visit:
        """Raises `Problem` 503 when one more would be too many."""
        visit = self.open.get(contact)
        if visit is None:
            if len(self.open) >= MOST:
                raise Problem(503, "Too many chats are open", "Try again in a moment, or phone us.", retry_after=30)
            visit = self.open[contact] = Visit(contact, self._grace, self._gone)
            self._driver.attach(contact, visit)
        return visit

    async def known(self, contact: str) -> Visit:
        """A contact that is there, for cookies can be made up. Raises `Problem` 409."""
        if contact in self.open:
            return self.open[contact]
        if await self.on(contact) is None:
            raise no_chat()
        return self.of(contact)

    def forget(self, visit: Visit) -> None:
        visit.end()
        visit.stop()
        if self.open.pop(visit.contact, None):
            self._driver.detach(visit.contact)

    async def leave(self, visit: Visit, reason: LeftReason) -> None:
        async with visit.lock:
            found = await self.on(visit.contact)
            self.forget(visit)
            if found is None:
                return
            event = Left(id=f"{visit.contact}:left", at=self._driver.now(), contact=visit.contact, reason=reason)
            await self._driver.advance(event)
            self.left[visit.contact] = found[0].id
            if len(self.left) > MOST:
                self.left.popitem(last=False)

    def _gone(self, visit: Visit) -> None:
        task = asyncio.get_running_loop().create_task(self._drop(visit))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _drop(self, visit: Visit) -> None:
        try:
            await self.leave(visit, "dropped")
        except StoreUnavailable:  # said by /readyz and by every turn
            visit.touch()  # they will have been gone for another while


def no_chat() -> Problem:
    return Problem(409, "No chat is open here", "Load /chat again to begin one or to go on.")
