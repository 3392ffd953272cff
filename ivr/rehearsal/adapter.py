"""What any adapter does, without a wire: events of a contact go to the driver, what it answers is performed, and a wait
that was in vain ends."""

from __future__ import annotations

from typing import Literal

from ivr.driver import Arrival, Driver
from ivr.engine.actions import Action, Collect, Enqueue, Record, Transfer
from ivr.engine.events import (
    Event,
    Input,
    Left,
    LeftReason,
    Mode,
    NoInput,
    QueueOutcome,
    Recorded,
    TransferAnswered,
    TransferEnded,
    TransferOutcome,
    Unheard,
)
from ivr.rehearsal.contact import Contact
from ivr.stage import VirtualClock
from recognition.keys import Keyed, Silence


class Adapter:
    """Of all contacts of one rehearsal."""

    def __init__(self, driver: Driver, clock: VirtualClock) -> None:
        self._driver, self._clock = driver, clock

    async def arrive(self, contact: Contact, arrival: Arrival) -> tuple[Action, ...]:
        """What is to be performed first. Raises what `Driver.arrive` raises."""
        self._driver.attach(contact.id, contact)
        return await self._driver.arrive(arrival, contact.say)

    async def leave(self, contact: Contact, reason: LeftReason) -> None:
        contact.ended = reason
        await self._left(contact, reason)

    async def press(self, contact: Contact, key: str) -> None:
        contact.keyed = contact.keypad.press(key, self._clock())
        if contact.keyed is not None or (contact.keypad.typed and not contact.ended):  # else nobody waited for it
            contact.said.clear()  # a key cuts short what is being said; nobody has heard more than a syllable of it
        await self._answer(contact)

    async def finish_keys(self, contact: Contact) -> None:
        """A silence long enough ends an answer that no key ended."""
        while isinstance(contact.wait, Collect) and contact.keypad.typed and not contact.ended:
            if contact.keypad.deadline is None:
                break
            await self.until(contact, contact.keypad.deadline)

    async def input(self, contact: Contact, text: str, mode: Mode, confidence: float = 1.0) -> None:
        at, name, turn = self._clock(), self._driver.new_event_id(), _turn(contact)
        event = Input(id=name, at=at, contact=contact.id, text=text, mode=mode, confidence=confidence, turn=turn)
        await self._give(contact, event)

    async def unheard(self, contact: Contact, reason: Literal["busy", "failed"]) -> None:
        name = self._driver.new_event_id()
        await self._give(
            contact, Unheard(id=name, at=self._clock(), contact=contact.id, reason=reason, turn=_turn(contact))
        )

    async def record(self, contact: Contact, wait: Record, recording: str, seconds: float) -> None:
        """For that long, or for as long as the menu lets one speak."""
        length = min(seconds, wait.longest)
        self._clock.move(length)
        event = Recorded(
            id=self._driver.new_event_id(),
            at=self._clock(),
            contact=contact.id,
            turn=wait.turn,
            recording=recording,
            seconds=length,
        )
        await self._give(contact, event)

    async def answered(self, contact: Contact) -> None:
        """Whom the caller is put through to is on the line."""
        name = self._driver.new_event_id()
        event = TransferAnswered(id=name, at=self._clock(), contact=contact.id, turn=_turn(contact))
        await self._driver.advance(event)
        contact.deadline = None

    async def end_transfer(self, contact: Contact, outcome: TransferOutcome) -> None:
        name, at = self._driver.new_event_id(), self._clock()
        await self._give(
            contact, TransferEnded(id=name, at=at, contact=contact.id, turn=_turn(contact), outcome=outcome)
        )

    async def release(self, contact: Contact, outcome: QueueOutcome) -> None:
        await self._driver.release(contact.id, outcome)
        await self._answer(contact)

    async def until(self, contact: Contact, deadline: float) -> None:
        """Nobody does anything before `deadline`, when the wait gives up."""
        self._clock.move(max(0.0, deadline - self._clock()))
        match contact.wait:
            case Enqueue():
                await self.release(contact, "timeout")
            case Transfer():
                await self.end_transfer(contact, "no_answer")
            case Record():
                await self._silence(contact)
            case _:
                contact.keyed = contact.keypad.tick(self._clock())
                await self._answer(contact)

    async def _silence(self, contact: Contact) -> None:
        name = self._driver.new_event_id()
        await self._give(contact, NoInput(id=name, at=self._clock(), contact=contact.id, turn=_turn(contact)))

    async def _give(self, contact: Contact, event: Event) -> None:
        await self.perform(contact, await self._driver.advance(event, contact.say))

    async def perform(self, contact: Contact, actions: tuple[Action, ...]) -> None:
        contact.perform(actions)
        await self._answer(contact)
        if contact.ended and contact.ended != "moved":
            await self._left(contact, "ours")

    async def _answer(self, contact: Contact) -> None:
        """Give the driver what the key pad holds as an answer, for as long as type-ahead answers the next question."""
        while contact.keyed is not None and isinstance(contact.wait, Collect):
            answer, contact.keyed = contact.keyed, None
            match answer:
                case Keyed(text):
                    await self.input(contact, text, "keys")
                case Silence():
                    await self._silence(contact)

    async def _left(self, contact: Contact, reason: LeftReason) -> None:
        name = self._driver.new_event_id()
        await self._driver.advance(Left(id=name, at=self._clock(), contact=contact.id, reason=reason))
        self._driver.detach(contact.id)


def _turn(contact: Contact) -> int | None:
    return contact.wait.turn if contact.wait else None
