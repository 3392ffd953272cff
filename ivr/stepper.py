"""One turn: step, save the next revision by compare-and-swap, tell the pages. Again from what is stored when somebody
was quicker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Protocol
from weakref import WeakValueDictionary

from context_bridge.contract import ContextStore, EventBus, StoreUnavailable
from context_bridge.identity import newcomer, normalize
from context_bridge.records import AnswerRow, Change, Conflict
from ivr.engine.actions import Action, Invoke
from ivr.engine.data import replace
from ivr.engine.events import Event
from ivr.engine.journey import Journey
from ivr.flows import Flows
from ivr.pops import Pops
from ivr.recall import Recall
from ivr.room import taken
from ivr.switches import Switches
from ivr.turns import TRIES, Keeping, Turn, change_of, outward, shown

UNHEARD = 1024  # contacts in an outage whose last turn may come again


class Answering(Protocol):
    """What a turn is answered, to be saved with it (None: nothing is): for channels that are asked twice when they were
    not heard."""

    async def make(self, journey: Journey, actions: tuple[Action, ...]) -> AnswerRow | None: ...
    def saved(self) -> None:
        """The turn was saved, with what was made last."""


class Stepper:
    """`on_saved` and `on_turn`: see `ivr.driver.Driver`."""

    def __init__(
        self,
        store: ContextStore,
        bus: EventBus,
        flows: Flows,
        pops: Pops,
        recall: Recall,
        switches: Switches,
        keeping: Keeping,
        region: str,
        on_saved: Callable[[Change, float], None],
        on_turn: Callable[[Turn], None],
    ) -> None:
        self._store, self._bus, self._flows, self._pops, self._recall = store, bus, flows, pops, recall
        self._switches, self._keeping, self._region = switches, keeping, region
        self._on_saved, self._on_turn = on_saved, on_turn
        self._unheard: dict[str, tuple[Change, Turn]] = {}  # by contact: the last turn, where we gave up on its save
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def lock(self, contact: str) -> asyncio.Lock:
        """Events of one contact are taken one after another in this process; across processes the revision decides."""
        return self._locks.setdefault(contact, asyncio.Lock())

    async def turn(
        self, journey: Journey, event: Event, answering: Answering | None = None, said: tuple[Action, ...] = ()
    ) -> Turn:
        """Raises `StoreUnavailable`. `said` was said before, and is to be in the answer."""
        began = time.monotonic()
        for _ in range(TRIES):
            flow = await self._flows.taking(journey, event)
            if flow.switches:
                event = replace(event, switches=await self._switches.on())
            turn = await self._known(taken(flow, journey, event))
            if turn.after == journey:
                return await self._unheard_of(event, journey, began) or turn
            answer = None
            if answering is not None and not isinstance(turn.actions[-1], Invoke):
                answer = await answering.make(turn.after, said + outward(turn))
            change = change_of(turn, self._keeping, self._region, answer)
            conflict = await self._save(change, turn)
            if conflict is None:
                if answering is not None and answer is not None:
                    answering.saved()
                return await self._saved(change, turn, began)
            if conflict.current is None:
                raise StoreUnavailable(f"journey {journey.id} vanished from the store")
            journey = conflict.current
        raise StoreUnavailable(f"journey {journey.id} changes too quickly")

    async def _save(self, change: Change, turn: Turn) -> Conflict | None:
        contact = turn.event.contact
        try:
            saved = await self._store.save(change)
        except StoreUnavailable:
            self._unheard[contact] = change, turn
            if len(self._unheard) > UNHEARD:
                del self._unheard[next(iter(self._unheard))]
            raise
        if isinstance(saved, Conflict):
            return saved
        self._recall.keep(turn.before, change.journey)
        self._unheard.pop(contact, None)
        return None

    async def _unheard_of(self, event: Event, journey: Journey, began: float) -> Turn | None:
        """The turn of an event that was taken before, where nobody was told: its save outlived our patience."""
        change, turn = self._unheard.pop(event.contact, (None, None))
        if change is None or turn is None or (turn.event.id, change.journey) != (event.id, journey):
            return None
        return await self._saved(change, turn, began)

    async def _saved(self, change: Change, turn: Turn, began: float) -> Turn:
        self._on_saved(change, time.monotonic() - began)
        self._on_turn(turn)
        await self._announce(change, turn)
        return replace(turn, after=change.journey)

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
            found = await self._store.identify(*known, newcomer(self._keeping.secret, *known))
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
        if after.status == "queued" and (found := await self._pops.of(after.id)):
            await self._bus.publish("pop", found)
