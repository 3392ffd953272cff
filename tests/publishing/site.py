"""A server's inside: store, flows and driver as they are put together, and callers on it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from ivr.backoffice import FIRST, Attempt
from ivr.driver import Arrival, Driver
from ivr.engine.actions import Action, Say
from ivr.engine.events import Input, Left
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.flows import Flows
from ivr.publishing.publisher import Draft, Outcome, Publisher
from ivr.turns import Keeping
from tests.publishing.menus import menu

NOW = 1_780_000_000.0
KEEPING = Keeping(b"0123456789abcdef", 30 * 86400.0, 86400.0)


class NoOffice:
    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        raise AssertionError(f"nobody asks {service} here")


class Site:
    """One process. `now` moves when told to."""

    numbers = itertools.count()

    def __init__(self, store: ContextStore) -> None:
        self.now = NOW
        self.store, self.bus = store, open_bus("")
        self.flows = Flows({}, store)
        self.publisher = Publisher(store, lambda: self.now)
        self.driver = Driver(store, self.bus, self.flows, NoOffice(), KEEPING, "US", lambda: self.now)

    async def publish(self, flow: Flow | None = None, base: str | None = "in force", **more: object) -> Outcome:
        """And serve it. Made from what is in force, unless told otherwise."""
        flow = flow or menu()
        if base == "in force":
            base = next((entry.version for entry in await self.store.published(flow.menu)), None)
        given = {"author": "Kim", "message": "why not", **more}
        outcome = await self.publisher.publish(Draft(flow, base, **given))  # type: ignore[arg-type]
        await self.flows.refresh()
        return outcome

    async def call(self, number: str | None = None, contact: str = "") -> str:
        contact = contact or f"call-{next(self.numbers)}"
        await self.driver.arrive(Arrival(contact, "voice", "webphone", "support", number=number))
        return contact

    async def press(self, contact: str, keys: str) -> str:
        """What they hear then."""
        event = Input(id=self.driver.new_event_id(), at=self.now, contact=contact, text=keys, mode="keys")
        return words(await self.driver.advance(event))

    async def drop(self, contact: str) -> None:
        await self.driver.advance(Left(id=self.driver.new_event_id(), at=self.now, contact=contact, reason="dropped"))

    async def journey(self, contact: str) -> Journey:
        found = await self.store.by_contact(contact)
        assert found
        return found


def words(actions: tuple[Action, ...]) -> str:
    return " ".join(action.text for action in actions if isinstance(action, Say))
