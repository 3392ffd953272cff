"""The driver: load the journey, step, save, carry out, answer. Every channel speaks to the engine through it.

An adapter calls `arrive` when a contact begins and `advance` for each event after that. Both answer with the actions
the channel must perform: says, then one `Collect`, `Record`, `Enqueue` or `Hangup`. Sends, callbacks and invokes never
reach an adapter: the driver carries them out itself. What the driver must tell a contact that did not ask goes to its
`Leg`.

`stepper` takes a turn, `asking` goes on while back offices are asked, `hand_off` does what agents want, `legs` knows
who can be told, `notes` writes what is no turn, `pops` reads what agents are shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from context_bridge.contract import ContextStore, EventBus
from context_bridge.records import AnswerRow, Change, LinkRow
from ivr.arrivals import Arrival, LinkRefused, Receptionist
from ivr.asking import Asking, Saying, asks
from ivr.backoffice import BackOffice
from ivr.engine.actions import Action, Hangup, Invoke
from ivr.engine.events import Event, Expired, Passed, QueueOutcome
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.step import current_wait
from ivr.flows import Flows, UnknownMenu
from ivr.hand_off import HandOff
from ivr.legs import Leg, Legs
from ivr.notes import Notes
from ivr.pops import Pops
from ivr.recall import Recall
from ivr.stepper import Answering, Stepper
from ivr.switches import Switches
from ivr.turns import Keeping, Turn, outward

__all__ = ["Answering", "Arrival", "Driver", "Leg", "LinkRefused", "Saying", "UnknownMenu"]

Actions = tuple[Action, ...]


class Driver:
    """One for each process. `on_saved` is told of every change and the seconds it took (the outbox wakes, meters
    count), `on_turn` of what the event did (coverage). `new_id` names events and journeys. `nodes`: the engines that
    are served here; no agent can take a contact of another."""

    def __init__(
        self,
        store: ContextStore,
        bus: EventBus,
        flows: Flows,
        back_office: BackOffice,
        keeping: Keeping,
        region: str,
        clock: Callable[[], float],
        on_saved: Callable[[Change, float], None] = lambda _change, _seconds: None,
        nodes: tuple[str, ...] = ("asterisk", "webphone", "chat"),
        on_turn: Callable[[Turn], None] = lambda _turn: None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._store, self._flows, self._clock, self._new_id = store, flows, clock, new_id
        self.switches = Switches(store, bus, clock)
        self._legs, self._pops = Legs(store), Pops(store, flows, nodes)
        self._notes = Notes(store, keeping, clock)
        self._recall = Recall()
        self._stepper = stepper = Stepper(
            store, bus, flows, self._pops, self._recall, self.switches, keeping, region, on_saved, on_turn
        )
        self._asking = Asking(stepper, store, back_office, keeping.secret, clock, self.new_event_id)
        self._hand_off = HandOff(store, bus, stepper, self._legs, self._notes, self.advance, clock, self.new_event_id)
        self._reception = Receptionist(store, flows, keeping.secret, region, clock, self.new_event_id)

    def new_event_id(self) -> str:
        return self._new_id()

    def now(self) -> float:
        return self._clock()

    # --- turns ---------------------------------------------------------------------------------------------------

    async def arrive(
        self, arrival: Arrival, say: Saying | None = None, answering: Answering | None = None, *, ask: bool = True
    ) -> Actions:
        """Find out who it is and which journey goes on, and take the first turn. `say`, `answering` and `ask`: see
        `advance`. Raises nothing but `LinkRefused`, `UnknownMenu` and `StoreUnavailable`."""
        async with self._stepper.lock(arrival.contact):
            journey, event = await self._reception.receive(arrival)
            turn = await self._stepper.turn(journey, event, answering)
            held = turn.before.contact
            if held is not None and held.id != arrival.contact and (leg := self._legs.of(held)):
                await leg.moved()
            return await self._until_answered(turn, say, answering) if ask else outward(turn)

    async def advance(
        self, event: Event, say: Saying | None = None, answering: Answering | None = None, *, ask: bool = True
    ) -> Actions:
        """One turn of the journey that `event.contact` is on. While a back office is asked, what was said before goes
        to `say` at once (voice plays it as filler); without `say` it is put before the final actions. `answering` makes
        the answer that is saved with the turn's last change; it is not asked when nothing changed. Without `ask` no
        back office is asked: the actions may end with its `Invoke`, and `current`, given that, goes on from there.
        An event of a contact that is on no journey any more answers `(Hangup("moved"),)`."""
        async with self._stepper.lock(event.contact):
            turn = await self._next_turn(event, answering)
            if turn is None:
                return (Hangup("moved"),)
            return await self._until_answered(turn, say, answering) if ask else outward(turn)

    async def current(
        self,
        contact: str,
        say: Saying | None = None,
        answering: Answering | None = None,
        left: Invoke | None = None,
    ) -> tuple[Journey, Actions] | None:
        """The journey of a contact and its current wait as actions, to repeat or to adopt after a restart;
        None when the contact is on no journey. A back office that is waited for is asked. `left`: the wait that
        `advance` without `ask` has left to be done. `say` and `answering` are what they are in `advance`."""
        found = await self._standing(contact)
        if found is None or not asks(found[1]):
            return found
        async with self._stepper.lock(contact):
            found = await self._standing(contact)  # who held the lock may have had the answer
            if found is None or not asks(found[1]):
                return found
            standing = (left,) if left is not None and left == found[1][-1] else found[1]
            actions = await self._asking.until_answered(contact, standing, say, answering)
        return await self._store.by_contact(contact) or found[0], actions

    async def flow(self, journey: Journey) -> Flow:
        """The version that the journey is pinned to, in the customer's language."""
        return (await self._flows.pinned(journey.menu, journey.version)).in_language(journey.language)

    async def open_contacts(self, node: str) -> list[str]:
        """The contacts that the store believes to be on at this node: to be compared with those that really are."""
        return [row.contact for row in await self._store.live_on(node) if row.contact]

    async def link(self, token: str) -> LinkRow | None:
        """A link that would be taken now, without spending it."""
        return await self._reception.look(token)

    async def expire(self, limit: int = 100) -> int:
        """Close journeys that were left alone for too long; how many."""
        rows = await self._store.expired(self._clock(), limit)
        for row in rows:
            if (journey := await self._store.load(row.id)) is not None:
                event = Expired(id=self.new_event_id(), at=self._clock(), contact=row.contact or "")
                await self._stepper.turn(journey, event)
        return len(rows)

    async def note(self, journey: str, contact: str, kind: str) -> None:
        """Write into the history that something came which changed nothing."""
        await self._notes.note(journey, contact, kind)

    # --- agents: see `ivr.hand_off` and `ivr.pops` ------------------------------------------------------------------

    async def join(self, contact: str, agent: str) -> bool:
        return await self._hand_off.join(contact, agent)

    async def release(self, contact: str, outcome: QueueOutcome) -> None:
        await self._hand_off.release(contact, outcome)

    async def pass_on(self, contact: str, passed: Passed, first: Callable[[], Awaitable[None]] | None = None) -> bool:
        return await self._hand_off.pass_on(contact, passed, first)

    async def tell(self, contact: str, text: str, sender: str, answer: AnswerRow | None = None) -> None:
        await self._hand_off.tell(contact, text, sender, answer)

    async def pop(self, journey: str) -> dict[str, Any] | None:
        return await self._pops.of(journey)

    async def waiting(self) -> list[dict[str, Any]]:
        return await self._pops.waiting()

    # --- legs: see `ivr.legs` ---------------------------------------------------------------------------------------

    def attach(self, contact: str, leg: Leg) -> None:
        self._legs.attach(contact, leg)

    def detach(self, contact: str) -> None:
        self._legs.detach(contact)

    def attach_all(self, node: str, leg: Callable[[str], Leg]) -> None:
        self._legs.attach_all(node, leg)

    # --- the inside -------------------------------------------------------------------------------------------------

    async def _standing(self, contact: str) -> tuple[Journey, Actions] | None:
        journey = await self._store.by_contact(contact)
        if journey is None:
            return None
        return journey, current_wait(await self._flows.pinned(journey.menu, journey.version), journey)

    async def _next_turn(self, event: Event, answering: Answering | None) -> Turn | None:
        """Of the journey that the contact is on; None: it is on none."""
        if (recalled := self._recall.take(event.contact)) is not None:
            turn = await self._stepper.turn(recalled, event, answering)
            if turn.after.rev != turn.before.rev:  # it was saved; else what was recalled may be too old to say so
                return turn
        journey = await self._store.by_contact(event.contact)
        return None if journey is None else await self._stepper.turn(journey, event, answering)

    async def _until_answered(self, turn: Turn, say: Saying | None, answering: Answering | None) -> Actions:
        return await self._asking.until_answered(turn.event.contact, outward(turn), say, answering)
