"""What agents do with a contact: take it, hand it on, let it go, write to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from context_bridge.contract import ContextStore, EventBus
from context_bridge.records import AnswerRow
from ivr.engine.actions import Action
from ivr.engine.events import AgentJoined, Event, Passed, QueueLeft, QueueOutcome, Requeued
from ivr.legs import Legs
from ivr.notes import Notes
from ivr.stepper import Stepper
from ivr.turns import outward


class HandOff:
    """`advance` takes a turn of whatever journey a contact is on (`ivr.driver.Driver.advance`)."""

    def __init__(
        self,
        store: ContextStore,
        bus: EventBus,
        stepper: Stepper,
        legs: Legs,
        notes: Notes,
        advance: Callable[[Event], Awaitable[tuple[Action, ...]]],
        clock: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._store, self._bus, self._stepper, self._legs, self._notes = store, bus, stepper, legs, notes
        self._advance, self._clock, self._new_id = advance, clock, new_id

    async def join(self, contact: str, agent: str) -> bool:
        """An agent takes the waiting contact; False when it is not waiting any more (somebody was quicker)."""
        async with self._stepper.lock(contact):
            journey = await self._store.by_contact(contact)
            if journey is None or journey.status != "queued":
                return False
            event = AgentJoined(id=self._new_id(), at=self._clock(), contact=contact, agent=agent)
            turn = await self._stepper.turn(journey, event)
        if turn.before.status != "queued" or turn.after.status != "with_agent":
            return False
        if leg := self._legs.of(turn.after.contact):
            await leg.joined(agent)
        return True

    async def release(self, contact: str, outcome: QueueOutcome) -> None:
        """The talk with the agent is over or nobody came: one turn, performed by the leg's `released`."""
        event = QueueLeft(id=self._new_id(), at=self._clock(), contact=contact, outcome=outcome)
        leg = await self._legs.on(contact)
        actions = await self._advance(event)
        if leg is not None:
            await leg.released(actions)

    async def pass_on(self, contact: str, passed: Passed, first: Callable[[], Awaitable[None]] | None) -> bool:
        """The agent `passed.by` hands the contact on; False when it is not theirs. `first` is done once that is saved,
        before the leg is told to wait again."""
        async with self._stepper.lock(contact):
            journey = await self._store.by_contact(contact)
            if journey is None or (journey.status, journey.agent) != ("with_agent", passed.by):
                return False
            event = Requeued(id=self._new_id(), at=self._clock(), contact=contact, passed=passed)
            turn = await self._stepper.turn(journey, event)
        if turn.after.status != "queued" or turn.before.status != "with_agent":
            return False
        if first is not None:
            await first()
        if leg := self._legs.of(turn.after.contact):
            await leg.released(outward(turn))
        return True

    async def tell(self, contact: str, text: str, sender: str, answer: AnswerRow | None) -> None:
        """Words between agent and customer in a chat (`sender` "customer" or the agent's name): kept in the history,
        shown live on both sides. `answer` is saved with them, and where it is saved already nothing is done."""
        async with self._stepper.lock(contact):
            journey = await self._store.by_contact(contact)
            if journey is None or await self._notes.is_told(answer):
                return
            body = {"sender": sender, "text": text, "contact": contact}
            if await self._notes.keep(journey, "Message", body, answer) is None:
                return
        by = "customer" if sender == "customer" else "agent"
        shown = {"contact": contact, "journey": journey.id, "from": by, "sender": sender, "text": text}
        await self._bus.publish("message", shown)
        if by == "agent" and (leg := await self._legs.on(contact)):
            await leg.message(text, sender)
