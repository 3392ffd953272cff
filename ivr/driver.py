"""The driver: load the journey, step, save, carry out, answer. Every channel speaks to the engine through it.

An adapter calls `arrive` when a contact begins and `advance` for each event after that. Both answer with the actions
the channel must perform: says, then one `Collect`, `Record`, `Enqueue` or `Hangup`. Sends, callbacks and invokes never
reach an adapter: the driver carries them out itself. What the driver must tell a contact that did not ask goes to its
`Leg`.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol
from weakref import WeakValueDictionary

from context_bridge.codes import is_code
from context_bridge.identity import normalize
from context_bridge.records import (
    AnswerRow,
    Change,
    Conflict,
    ContextStore,
    EventBus,
    HistoryRow,
    LinkRow,
    StoreUnavailable,
)
from ivr.arrivals import Arrival, LinkRefused, Receptionist
from ivr.backoffice import BackOffice, BackOfficeError
from ivr.engine.actions import Action, BookCallback, Hangup, Invoke, Say, Send
from ivr.engine.events import (
    AgentJoined,
    Event,
    Expired,
    Invoked,
    InvokeFailed,
    Passed,
    QueueLeft,
    QueueOutcome,
    Requeued,
)
from ivr.engine.flow import CODE_SERVICE, Flow
from ivr.engine.journey import Contact, Journey
from ivr.engine.replacing import replace
from ivr.engine.step import current_wait
from ivr.flows import Flows, UnknownMenu
from ivr.room import taken
from ivr.screen_pop import pop
from ivr.switches import Switches
from ivr.turns import Keeping, Turn, change_of, shown

__all__ = ["Arrival", "Driver", "Leg", "LinkRefused", "Saying", "UnknownMenu"]

log = logging.getLogger(__name__)

Saying = Callable[[tuple[Say, ...]], Awaitable[None]]
Actions = tuple[Action, ...]
TRIES = 50  # compare-and-swap attempts of one turn: more contacts than ever meet on one journey


class Answering(Protocol):
    """What a turn is answered, to be saved with it: for channels that are asked twice when they were not heard."""

    async def make(self, journey: Journey, actions: Actions) -> AnswerRow: ...
    def saved(self) -> None:
        """The turn was saved, with what was made last."""


class Leg(Protocol):
    """What the driver may tell a contact that did not ask: registered with `attach`, for as long as it is on."""

    async def moved(self) -> None:
        """The journey goes on in another contact: say so kindly and end."""

    async def joined(self, agent: str) -> None:
        """An agent took the contact: end the waiting music (web phone), show the name (chat)."""

    async def released(self, actions: Actions) -> None:
        """The talk with the agent is over (or nobody came): perform these and go on."""

    async def message(self, text: str, sender: str) -> None:
        """The agent wrote (chat only)."""


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
        self._store, self._bus, self._flows, self._back_office = store, bus, flows, back_office
        self._region, self.switches = region, Switches(store, bus, clock)
        self._keeping, self._clock, self._on_saved, self._nodes = keeping, clock, on_saved, nodes
        self._on_turn, self._new_id = on_turn, new_id
        self._reception = Receptionist(store, flows, region, clock, self.new_event_id)
        self._legs: dict[str, Leg] = {}
        self._far_legs: dict[str, Callable[[str], Leg]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def new_event_id(self) -> str:
        return self._new_id()

    def now(self) -> float:
        return self._clock()

    def attach(self, contact: str, leg: Leg) -> None:
        self._legs[contact] = leg

    def detach(self, contact: str) -> None:
        self._legs.pop(contact, None)

    def attach_all(self, node: str, leg: Callable[[str], Leg]) -> None:
        """Every contact of this node can be told from any process: `leg` makes its leg."""
        self._far_legs[node] = leg

    # --- turns ---------------------------------------------------------------------------------------------------

    async def arrive(self, arrival: Arrival, say: Saying | None = None, answering: Answering | None = None) -> Actions:
        """Find out who it is and which journey goes on, and take the first turn. `say` and `answering`: see `advance`.
        Raises nothing but `LinkRefused`, `UnknownMenu` and `StoreUnavailable`."""
        async with self._lock(arrival.contact):
            journey, event = await self._reception.receive(arrival)
            turn = await self._turn(journey, event, answering)
            held = turn.before.contact
            if held is not None and held.id != arrival.contact and (leg := self._leg(held)):
                await leg.moved()
            return await self._carry_out(turn, say, answering)

    async def advance(self, event: Event, say: Saying | None = None, answering: Answering | None = None) -> Actions:
        """One turn of the journey that `event.contact` is on. While a back office is asked, what was said before goes
        to `say` at once (voice plays it as filler); without `say` it is put before the final actions. `answering` makes
        the answer that is saved with the turn's last change; it is not asked when nothing changed.
        An event of a contact that is on no journey any more answers `(Hangup("moved"),)`."""
        async with self._lock(event.contact):
            journey = await self._store.by_contact(event.contact)
            if journey is None:
                return (Hangup("moved"),)
            return await self._carry_out(await self._turn(journey, event, answering), say, answering)

    async def current(
        self, contact: str, say: Saying | None = None, answering: Answering | None = None
    ) -> tuple[Journey, Actions] | None:
        """The journey of a contact and its current wait as actions, to repeat or to adopt after a restart;
        None when the contact is on no journey. A back office that was being asked is asked again; `say` and
        `answering` are then what they are in `advance`."""
        found = await self._standing(contact)
        if found is None or not _asks(found[1]):
            return found
        async with self._lock(contact):
            found = await self._standing(contact)  # who held the lock may have had the answer
            if found is None or not _asks(found[1]):
                return found
            actions = await self._ask_on(contact, found[1], say, answering)
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
                await self._turn(journey, event)
        return len(rows)

    # --- agents --------------------------------------------------------------------------------------------------

    async def join(self, contact: str, agent: str) -> bool:
        """An agent takes the waiting contact; False when it is not waiting any more (somebody was quicker)."""
        async with self._lock(contact):
            journey = await self._store.by_contact(contact)
            if journey is None or journey.status != "queued":
                return False
            event = AgentJoined(id=self.new_event_id(), at=self._clock(), contact=contact, agent=agent)
            turn = await self._turn(journey, event)
        if turn.before.status != "queued" or turn.after.status != "with_agent":
            return False
        if leg := self._leg(turn.after.contact):
            await leg.joined(agent)
        return True

    async def release(self, contact: str, outcome: QueueOutcome) -> None:
        """The talk with the agent is over or nobody came: one turn, performed by the leg's `released`."""
        event = QueueLeft(id=self.new_event_id(), at=self._clock(), contact=contact, outcome=outcome)
        leg = await self._leg_on(contact)
        actions = await self.advance(event)
        if leg is not None:
            await leg.released(actions)

    async def pass_on(self, contact: str, passed: Passed, first: Callable[[], Awaitable[None]] | None = None) -> bool:
        """The agent `passed.by` hands the contact on; False when it is not theirs. `first` is done once that is saved,
        before the leg is told to wait again."""
        async with self._lock(contact):
            journey = await self._store.by_contact(contact)
            if journey is None or (journey.status, journey.agent) != ("with_agent", passed.by):
                return False
            event = Requeued(id=self.new_event_id(), at=self._clock(), contact=contact, passed=passed)
            turn = await self._turn(journey, event)
        if turn.after.status != "queued" or turn.before.status != "with_agent":
            return False
        if first is not None:
            await first()
        if leg := self._leg(turn.after.contact):
            await leg.released(_outward(turn))
        return True

    async def tell(self, contact: str, text: str, sender: str, answer: AnswerRow | None = None) -> None:
        """Words between agent and customer in a chat (`sender` "customer" or the agent's name): kept in the history,
        shown live on both sides. `answer` is saved with them, and where it is saved already nothing is done."""
        async with self._lock(contact):
            journey = await self._store.by_contact(contact)
            if journey is None or await self._is_told(answer):
                return
            kept = await self._keep(journey, "Message", {"sender": sender, "text": text, "contact": contact}, answer)
            if kept is None:
                return
            journey = kept
        by = "customer" if sender == "customer" else "agent"
        body = {"contact": contact, "journey": journey.id, "from": by, "sender": sender, "text": text}
        await self._bus.publish("message", body)
        if by == "agent" and (leg := await self._leg_on(contact)):
            await leg.message(text, sender)

    async def pop(self, journey: str) -> dict[str, Any] | None:
        """All that an agent must know about a journey (docs/api.md, screen-pop)."""
        found, row = await self._store.load(journey), await self._store.row(journey)
        if found is None or row is None:
            return None
        flow = await self._flows.pinned(found.menu, found.version)
        number = found.contact.reach.get("sms") if found.contact else None
        who = await self._store.identify("e164", number) if number else None
        customer = await self._store.customer(found.customer) if found.customer else None
        return pop(flow, found, row, who, customer.name if customer else "", await self._store.history(journey))

    async def waiting(self) -> list[dict[str, Any]]:
        """The pops of all contacts that wait for a person or talk to one, oldest first."""
        rows = [row for node in self._nodes for row in await self._store.live_on(node)]
        rows = [row for row in rows if row.status in {"queued", "with_agent"}]
        pops = [await self.pop(row.id) for row in sorted(rows, key=lambda row: row.updated_at)]
        return [found for found in pops if found is not None]

    # --- the inside ----------------------------------------------------------------------------------------------

    async def _standing(self, contact: str) -> tuple[Journey, Actions] | None:
        journey = await self._store.by_contact(contact)
        if journey is None:
            return None
        return journey, current_wait(await self._flows.pinned(journey.menu, journey.version), journey)

    def _leg(self, contact: Contact | None) -> Leg | None:
        if contact is None:
            return None
        far = self._far_legs.get(contact.node)
        return far(contact.id) if far else self._legs.get(contact.id)

    async def _leg_on(self, contact: str) -> Leg | None:
        if contact in self._legs or not self._far_legs:
            return self._legs.get(contact)
        journey = await self._store.by_contact(contact)
        return self._leg(journey.contact) if journey else None

    def _lock(self, contact: str) -> asyncio.Lock:
        """Events of one contact are taken one after another in this process; across processes the revision decides."""
        return self._locks.setdefault(contact, asyncio.Lock())

    async def _turn(
        self, journey: Journey, event: Event, answering: Answering | None = None, said: Actions = ()
    ) -> Turn:
        """Step and save, again from what is stored when somebody was quicker."""
        began = time.monotonic()
        for _ in range(TRIES):
            flow = await self._flows.taking(journey, event)
            if flow.switches:
                event = replace(event, switches=await self.switches.on())
            turn = await self._known(taken(flow, journey, event))
            if turn.after == journey:
                return turn
            change = change_of(turn, self._keeping, self._region)
            if answering is not None and not isinstance(turn.actions[-1], Invoke):
                change = replace(change, answer=await answering.make(change.journey, said + _outward(turn)))
            saved = await self._store.save(change)
            if not isinstance(saved, Conflict):
                self._on_saved(change, time.monotonic() - began)
                self._on_turn(turn)
                if answering is not None and change.answer is not None:
                    answering.saved()
                await self._announce(change, turn)
                return replace(turn, after=change.journey)
            if saved.current is None:
                raise StoreUnavailable(f"journey {journey.id} vanished from the store")
            journey = saved.current
        raise StoreUnavailable(f"journey {journey.id} changes too quickly")

    async def _known(self, turn: Turn) -> Turn:
        """A number that the turn has learnt belongs to the journey's customer: who phones from it will be known."""
        contact, before = turn.after.contact, turn.before.contact
        number = contact.reach.get("sms") if contact else None
        if contact is None or number is None or (before is not None and before.reach.get("sms") == number):
            return turn
        known = normalize(number, self._region, "allowed")
        if known is None or known[0] != "e164":
            reach = {way: to for way, to in contact.reach.items() if way != "sms"}
            return replace(turn, after=replace(turn.after, contact=replace(contact, reach=reach)))
        after = replace(turn.after, contact=replace(contact, reach={**contact.reach, "sms": known[1]}))
        if after.customer is None:
            found = await self._store.identify(*known)
            after = replace(after, customer=None if found.shared else found.customers[0].id)
        return replace(turn, after=after)

    async def _announce(self, change: Change, turn: Turn) -> None:
        await self._bus.publish("turn", shown(change, turn))
        for row in change.callbacks:
            await self._bus.publish("callback", asdict(row))
        after = change.journey
        if after.status == turn.before.status and after.contact == turn.before.contact:
            return
        body = {"journey": after.id, "contact": turn.event.contact, "status": after.status, "agent": after.agent}
        await self._bus.publish("contact", body | {"channel": change.history.body["channel"]})
        if after.status == "queued" and (found := await self.pop(after.id)):
            await self._bus.publish("pop", found)

    async def _carry_out(self, turn: Turn, say: Saying | None, answering: Answering | None) -> Actions:
        return await self._ask_on(turn.event.contact, _outward(turn), say, answering)

    async def _ask_on(
        self, contact: str, actions: Actions, say: Saying | None, answering: Answering | None = None
    ) -> Actions:
        """Ask back offices until the journey waits for something else."""
        said: Actions = ()
        while actions and isinstance(actions[-1], Invoke):
            wait, says = actions[-1], tuple(action for action in actions if isinstance(action, Say))
            speaking = asyncio.ensure_future(say(says)) if say and says else None
            event = await self._ask(contact, wait)
            if speaking is not None:
                await speaking
            else:
                said += says
            journey = await self._store.by_contact(contact)
            if journey is None:
                return (Hangup("moved"),)
            turn = await self._turn(journey, event, answering, said)
            actions = _outward(turn)
        return said + actions

    async def _ask(self, contact: str, wait: Invoke) -> Event:
        try:
            result = await self._answer_to(wait)
        except BackOfficeError as error:
            log.warning("back office: %s", error)
            return InvokeFailed(
                id=self.new_event_id(), at=self._clock(), contact=contact, turn=wait.turn, reason=str(error)
            )
        return Invoked(id=self.new_event_id(), at=self._clock(), contact=contact, turn=wait.turn, result=result)

    async def _answer_to(self, wait: Invoke) -> Mapping[str, str]:
        """A back office's; whether a one-time code is right is known here. Raises `BackOfficeError`."""
        if wait.service == CODE_SERVICE:
            return {"ok": "yes" if is_code(self._keeping.secret, **wait.arguments) else "no"}
        return await self._back_office.ask(wait.service, wait.arguments, wait.timeout)

    async def note(self, journey: str, contact: str, kind: str) -> None:
        """Write into the history that something came which changed nothing."""
        found = await self._store.load(journey)
        if found is not None:
            await self._keep(found, kind, {"contact": contact, "said": [], "actions": []})

    async def _is_told(self, answer: AnswerRow | None) -> bool:
        return answer is not None and await self._store.answer(answer.contact, answer.epoch, answer.turn) is not None

    async def _keep(
        self, journey: Journey, kind: str, body: Mapping[str, Any], answer: AnswerRow | None = None
    ) -> Journey | None:
        """A line of the history that changes nothing but the revision. None: its answer was saved by somebody else."""
        for _ in range(TRIES):
            row = HistoryRow(journey.id, journey.rev + 1, self._clock(), kind, body)
            change = Change(
                journey=replace(journey, rev=journey.rev + 1),
                expected_rev=journey.rev,
                customer=journey.customer,
                node=journey.contact.node if journey.contact else None,
                expires_at=(row.at + self._keeping.journey) // 3600 * 3600,
                at=row.at,
                history=row,
                answer=answer and replace(answer, journey=journey.id),
            )
            saved = await self._store.save(change)
            if not isinstance(saved, Conflict):
                return change.journey
            if saved.current is None:
                break
            if await self._is_told(answer):
                return None
            journey = saved.current
        raise StoreUnavailable(f"journey {journey.id} changes too quickly")


def _asks(actions: Actions) -> bool:
    return bool(actions) and isinstance(actions[-1], Invoke)


def _outward(turn: Turn) -> Actions:
    """What a channel must perform; the rest is carried out by us."""
    return tuple(action for action in turn.actions if not isinstance(action, Send | BookCallback))
