"""A driver with everything behind it: a real store, the menus that we ship, a back office that can be held back."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from context_bridge.contract import ContextStore
from context_bridge.links import token_for
from context_bridge.live import open_bus
from context_bridge.store import open_store
from ivr.backoffice import FIRST, Attempt
from ivr.driver import Arrival, Driver
from ivr.engine.actions import Action, Say
from ivr.engine.events import Input, Left, LeftReason
from ivr.engine.journey import Journey
from ivr.flows import Flows, read_folder
from ivr.turns import Keeping

MENUS = Path(__file__).parents[1] / "ivr/menus"
ANN = "+14155550134"
KEEPING = Keeping(b"0123456789abcdef", 30 * 86400.0, 86400.0)


@dataclass
class Office:
    """The shop's back office. `closed` holds its answers back."""

    asked: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        self.asked += 1
        self.attempts.append(attempt)
        await self.open.wait()
        return {"status": "on its way", "eta": "2026-12-03"}

    @property
    def keys(self) -> list[str]:
        return [attempt.key for attempt in self.attempts]


@dataclass
class Line:
    """A leg that remembers what it was told."""

    told: list[str] = field(default_factory=list)

    async def moved(self) -> None:
        self.told.append("moved")

    async def joined(self, agent: str) -> None:
        self.told.append(f"joined by {agent}")

    async def released(self, actions: tuple[Action, ...]) -> None:
        self.told.append("released")

    async def message(self, text: str, sender: str) -> None:
        self.told.append(f"{sender}: {text}")


class Shop:
    """A driver with everything behind it, and a clock that moves when told to."""

    def __init__(self, store: ContextStore) -> None:
        menus, _ = read_folder(MENUS)
        self.store, self.bus, self.office = store, open_bus(""), Office()
        self.office.open.set()
        self.now, self.numbers = 1_780_000_000.0, itertools.count()
        self.flows = Flows(menus, store)
        self.driver = self.another()

    def another(self) -> Driver:
        """A second process on the same store."""
        return Driver(self.store, self.bus, self.flows, self.office, KEEPING, "US", lambda: self.now)

    async def call(self, number: str | None = ANN, contact: str = "", attestation: str | None = None) -> str:
        contact = contact or f"call-{next(self.numbers)}"
        arrival = Arrival(contact, "voice", "webphone", "support", number=number, attestation=attestation)
        await self.driver.arrive(arrival)
        return contact

    async def press(self, contact: str, text: str, turn: int | None = None) -> tuple[Action, ...]:
        event = Input(id=self.driver.new_event_id(), at=self.now, contact=contact, text=text, mode="keys", turn=turn)
        return await self.driver.advance(event)

    async def leave(self, contact: str, reason: LeftReason = "dropped") -> None:
        await self.driver.advance(Left(id=self.driver.new_event_id(), at=self.now, contact=contact, reason=reason))

    async def journey(self, contact: str) -> Journey:
        found = await self.store.by_contact(contact)
        assert found
        return found

    async def link(self, contact: str) -> str:
        """The token of a link that the caller asks for."""
        await self.press(contact, "1")
        await self.press(contact, "4217")
        await self.press(contact, "1")
        (row, *_) = await self.store.outbox(1)
        return token_for(KEEPING.secret, row.key)

    async def chat(self, token: str, contact: str = "chat-1") -> tuple[Action, ...]:
        return await self.driver.arrive(Arrival(contact, "chat", "chat", "support", link=token))


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    store = await open_store("sqlite:///:memory:")
    shop = Shop(store)
    yield shop
    await shop.bus.close()
    await store.close()


def words(actions: tuple[Action, ...]) -> str:
    return " ".join(action.text for action in actions if isinstance(action, Say))
