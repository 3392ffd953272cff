"""The legs of contacts: what can be told to a customer who did not ask, by whoever carries their contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from context_bridge.contract import ContextStore
from ivr.engine.actions import Action
from ivr.engine.journey import Contact


class Leg(Protocol):
    """What the driver may tell a contact that did not ask: registered with `attach`, for as long as it is on."""

    async def moved(self) -> None:
        """The journey goes on in another contact: say so kindly and end."""

    async def joined(self, agent: str) -> None:
        """An agent took the contact: end the waiting music (web phone), show the name (chat)."""

    async def released(self, actions: tuple[Action, ...]) -> None:
        """The talk with the agent is over (or nobody came): perform these and go on."""

    async def message(self, text: str, sender: str) -> None:
        """The agent wrote (chat only)."""


class Legs:
    def __init__(self, store: ContextStore) -> None:
        self._store = store
        self._here: dict[str, Leg] = {}
        self._far: dict[str, Callable[[str], Leg]] = {}

    def attach(self, contact: str, leg: Leg) -> None:
        self._here[contact] = leg

    def detach(self, contact: str) -> None:
        self._here.pop(contact, None)

    def attach_all(self, node: str, leg: Callable[[str], Leg]) -> None:
        """Every contact of this node can be told from any process: `leg` makes its leg."""
        self._far[node] = leg

    def of(self, contact: Contact | None) -> Leg | None:
        if contact is None:
            return None
        far = self._far.get(contact.node)
        return far(contact.id) if far else self._here.get(contact.id)

    async def on(self, contact: str) -> Leg | None:
        if contact in self._here or not self._far:
            return self._here.get(contact)
        journey = await self._store.by_contact(contact)
        return self.of(journey.contact) if journey else None
