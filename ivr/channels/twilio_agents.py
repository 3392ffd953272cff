"""Agents who take calls of Twilio's: in the browser, or on a phone, where 1 takes the call after a whisper.

An agent who does not answer, or does not press 1, was nobody: the customer waits in the queue again. That a browser has
answered, or a phone's 1 was pressed, is stored, so that it counts however often and in whatever order Twilio tells the
rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from context_bridge.contract import ContextStore
from context_bridge.records import AnswerRow
from ivr.channels import twilio_wire as wire
from ivr.channels.twilio_agent_twiml import hang_up, identity, join_room, ring, whisper
from ivr.channels.twilio_call import ABOUT, PATH, Call, Webhook, event_of
from ivr.channels.twilio_twiml import nothing
from ivr.driver import Driver
from ivr.engine.actions import Action, Enqueue, Say
from ivr.engine.data import replace
from ivr.engine.events import Event, Left, QueueLeft, Requeued
from ivr.engine.words import words_of

TAKEN = "taken"  # the name of the answer that is stored when an agent has the customer


class Agents:
    """`phones`: the agents who take calls on a phone -> its number or SIP address; all others take them in the
    browser. `sender`: our number, which phones are rung from for a caller who shows none."""

    def __init__(self, driver: Driver, store: ContextStore, phones: Mapping[str, str], sender: str) -> None:
        self._driver, self._store, self._phones, self._sender = driver, store, phones, sender

    def webhooks(self) -> Sequence[tuple[str, Webhook]]:
        return (
            (f"/twilio/whisper/{ABOUT}/{PATH}", self.whisper),
            (f"/twilio/taken/{ABOUT}/{PATH}", self.taken),
            (f"/twilio/joined/{ABOUT}/{PATH}", self.joined),
        )

    def address(self, agent: str) -> str:
        return self._phones.get(agent) or f"client:{identity(agent)}"

    async def shown(self, contact: str) -> str:
        """The number that a phone is rung from; empty: the caller's own. Twilio dials none for who has none (13214)."""
        found = await self._driver.current(contact)
        caller = found[0].contact if found else None
        return "" if caller and caller.reach.get("sms") else self._sender

    def ring(self, agent: str, contact: str, place: str, shown: str) -> bytes:
        """The document that rings an agent for the customer who waits at `place` (epoch and turn)."""
        address = self.address(agent)
        action, answered = ("rung", "joined") if address.startswith("client:") else ("screened", "whisper")
        return ring(address, contact, f"/twilio/{action}/{place}", f"/twilio/{answered}/{contact}/{place}", shown)

    def join(self, contact: str, place: str) -> bytes:
        """The document that brings the customer into the room where the agent is."""
        return join_room(contact, f"/twilio/voice/{place}", f"/twilio/alone/{place}")

    async def whisper(self, call: Call) -> bytes:
        """An agent's phone was answered: who waits, before they are put through."""
        found = await self._driver.current(call.about)
        if found is None or not isinstance(wait := found[1][-1], Enqueue) or wait.turn != call.turn:
            return hang_up()
        return self.ask(wait, wait.whisper, f"/twilio/taken/{call.about}/{call.epoch}.{call.turn}")

    def ask(self, wait: Action, words: str, action: str) -> bytes:
        """Say `words` to an agent's phone, or else why the customer calls, and let 1 take the call."""
        if not isinstance(wait, Enqueue):
            return hang_up()
        says = (words or wait.why, words_of(wait.language).take_call)
        return whisper([Say(text, language=wait.language) for text in says if text], action)

    async def taken(self, call: Call) -> bytes:
        """The agent has pressed a key, or none."""
        if (told := await self._store.answer(f"{call.about}/{TAKEN}", *call.place)) is not None:
            return told.body.encode()
        return await self.joined(call) if call.form.get("Digits") == "1" else hang_up()

    async def joined(self, call: Call) -> bytes:
        """The agent has the customer now, unless it is too late."""
        found = await self._driver.current(call.about)
        if found is None or found[0].turn != call.turn:
            return hang_up()
        body = nothing()
        row = AnswerRow(f"{call.about}/{TAKEN}", *call.place, found[0].id, body.decode(), self._driver.now())
        await self._store.put_answer(row)
        return body

    async def rung(self, call: Call) -> Call:
        """How ringing an agent's browser has ended: as Twilio tells it; or, where it does not tell (`twilio_fallback`),
        as we know."""
        if wire.heard(call.form).dial:
            return call
        taken = await self._store.answer(f"{call.contact}/{TAKEN}", *call.place)
        return replace(call, form={**call.form, "DialCallStatus": "completed" if taken else "no-answer"})

    async def screened(self, call: Call) -> Event:
        """How ringing an agent's phone has ended. Twilio calls it completed when a mailbox has answered, too. That a
        talk has ended may be told without a word of it (`twilio_fallback`)."""
        at = self._driver.now()
        if await self._store.answer(f"{call.contact}/{TAKEN}", *call.place) is not None:
            if wire.heard(call.form).dial:
                return event_of(call, at)
            return QueueLeft(id=call.event, at=at, contact=call.contact, outcome="done", turn=call.turn)
        if (why := wire.ended(call.form)) is not None:
            return Left(id=call.event, at=at, contact=call.contact, reason="dropped", detail=why)
        return Requeued(id=call.event, at=at, contact=call.contact, turn=call.turn)
