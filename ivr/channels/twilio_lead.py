"""Calls that are led elsewhere, because of something that another than the caller did: a new epoch of their documents.

The new document is stored first; then Twilio is told to ask for it, by the REST API. Without that, or when it fails,
who waits in a queue is led there at the next word of the queue.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable

from context_bridge.contract import ContextStore
from context_bridge.records import AnswerRow
from ivr.channels.twilio_agents import Agents
from ivr.channels.twilio_call import call_of
from ivr.channels.twilio_consult import Consult
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_rest import Refused, Rest, Unknown, Unreached
from ivr.driver import Driver
from ivr.engine.actions import Action
from ivr.prompts import ENGLISH

log = logging.getLogger(__name__)


class Lead:
    """`public`: the address that Twilio knows us by."""

    def __init__(
        self, driver: Driver, store: ContextStore, documents: Documents, public: str, rest: Rest | None
    ) -> None:
        self._driver, self._store, self._public, self._rest = driver, store, public, rest
        self.documents = documents

    async def call(self, contact: str, made: Callable[[int, int], bytes]) -> None:
        """Give the call another document, made of the new epoch and the wait that is open: a new epoch begins, and what
        still comes of the old one is led to it."""
        epoch = await self._begun(contact, made)
        if epoch is not None and self._rest is not None:
            try:
                await self._rest.lead(call_of(contact), f"{self._public}/twilio/again/{epoch}.0")
            except (Refused, Unknown, Unreached) as error:
                log.warning("call %s is led later: %s", contact, error)

    async def _begun(self, contact: str, made: Callable[[int, int], bytes]) -> int | None:
        """The new epoch, with its document stored; None for a call that never had one. Who leads the same call at the
        same moment gets the epoch after that."""
        found, last = await self._driver.current(contact), await self._store.last_answer(contact)
        if last is None:
            return None
        turn = found[0].turn if found else 0
        for epoch in itertools.count(last.epoch + 1):
            body = made(epoch, turn).decode()
            await self._store.put_answer(AnswerRow(contact, epoch, 0, last.journey, body, self._driver.now()))
            stored = await self._store.answer(contact, epoch, 0)
            if stored is not None and stored.body == body:
                return epoch
        raise AssertionError("counting has no end")

    async def language(self, contact: str) -> str:
        """What is spoken in a call, even where the journey is gone from it."""
        last = await self._store.last_answer(contact)
        journey = await self._store.load(last.journey) if last else None
        return (await self._driver.flow(journey)).language if journey else ENGLISH


class Leg:
    """What the driver tells a call, from whichever process."""

    def __init__(self, contact: str, lead: Lead, agents: Agents, consult: Consult | None) -> None:
        self._contact, self._lead, self._agents, self._consult = contact, lead, agents, consult

    async def moved(self) -> None:
        language = await self._lead.language(self._contact)
        await self._lead.call(self._contact, lambda _epoch, _turn: self._lead.documents.moved(language))

    async def joined(self, agent: str) -> None:
        contact, agents = self._contact, self._agents
        if self._consult is not None and await self._consult.has(contact, agent):
            await self._lead.call(contact, lambda epoch, turn: agents.join(contact, f"{epoch}.{turn}"))
            return
        shown = await agents.shown(contact)
        await self._lead.call(contact, lambda epoch, turn: agents.ring(agent, contact, f"{epoch}.{turn}", shown))

    async def released(self, actions: tuple[Action, ...]) -> None:
        await self._lead.documents.prepare(actions)
        await self._lead.call(self._contact, lambda epoch, _turn: self._lead.documents.turn(actions, epoch))

    async def message(self, text: str, sender: str) -> None:
        """Written words have no place in a call; they are in the history."""
