"""A driver with one small dialogue, to try channels with. Its records outlive it, as a database would.

welcome: 1 asks for an order number, 2 asks a back office, 3 goes on in a chat, 5 takes a message, 0 calls for a person;
9 says goodbye. What is said means the option that it comes with.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from context_bridge.contract import StoreUnavailable
from ivr.driver import Arrival, Leg, Saying, UnknownMenu
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Keys, Option, Record, Say, SlotType
from ivr.engine.data import replace
from ivr.engine.events import Event, Input, Left, NoInput, QueueOutcome, Recorded, Unheard
from ivr.engine.journey import Contact, Journey, Status

WELCOME = "Welcome. Press 1 for an order."
ORDER = "Please say or key in your order number."
SPEAK = "Speak after the beep."
CUT_OFF = "We were cut off."
MESSAGE = {"longest": 60.0, "silence": 2.0, "timeout": 5.0}
OPTIONS = tuple(Option(key, key, f"choice {key}") for key in "123590")


@dataclass
class Records:
    """What a database keeps: journeys by the contact that is or was on them, and the events that were handled."""

    journeys: dict[str, Journey] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  # number -> contact that it was last on
    events: list[Event] = field(default_factory=list)

    def left(self) -> list[tuple[str, str]]:
        return [(event.contact, event.reason) for event in self.events if isinstance(event, Left)]

    def messages(self) -> list[Recorded]:
        return [event for event in self.events if isinstance(event, Recorded)]

    def inputs(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Input)]


class FakeDriver:
    """`away`: how many turns the database refuses. `queue_timeout`: seconds an `Enqueue` waits. `message`: how a
    `Record` ends, in seconds."""

    def __init__(
        self,
        records: Records,
        *,
        away: int = 0,
        queue_timeout: float = 60.0,
        timeout: float = 60.0,
        message: Mapping[str, float] = MESSAGE,
        options: Sequence[Option] = OPTIONS,
    ) -> None:
        self.message, self._options = message, options
        self.records, self.away, self.queue_timeout, self.timeout = records, away, queue_timeout, timeout
        self.legs: dict[str, Leg] = {}
        self._ids = itertools.count(1)

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        self._database()
        if arrival.menu != "support":
            raise UnknownMenu(f"there is no menu {arrival.menu!r}; there is: support")
        before = self.records.journeys.get(self.records.numbers.get(arrival.number or "", ""))
        journey = before or Journey(id=f"j-{arrival.contact}", menu="support", version="1", step="welcome")
        resumed = journey.status == "dropped"
        contact = Contact(id=arrival.contact, channel="voice", trust=1)
        self._keep(replace(journey, contact=contact, status="live", turn=journey.turn + 1))
        if arrival.number:
            self.records.numbers[arrival.number] = arrival.contact
        lead = (Say(CUT_OFF),) if resumed else ()
        return (*lead, *self._wait(arrival.contact))

    async def advance(self, event: Event, say: Saying | None = None) -> tuple[Action, ...]:
        self._database()
        journey = self.records.journeys.get(event.contact)
        if journey is None or journey.contact is None:
            return (Hangup("moved"),)
        if event.id in journey.seen:
            return self._wait(event.contact)
        self.records.events.append(event)
        journey = replace(journey, seen=(*journey.seen, event.id)[-32:], turn=journey.turn + 1)
        match event:
            case Input() if journey.step == "order":
                self._keep(replace(journey, step="welcome"))
                return Say(f"Order {event.text} is on its way."), *self._wait(event.contact)
            case Input(text=text, option=option):
                return await self._chosen(journey, event.contact, option or text, say)
            case Unheard():
                self._keep(journey)
                return Say("Please say that again."), *self._wait(event.contact)
            case Recorded():
                self._keep(replace(journey, step="welcome"))
                return Say("Thank you."), *self._wait(event.contact)
            case NoInput() if journey.step == "message":
                self._keep(replace(journey, step="welcome"))
                return Say("There was no message."), *self._wait(event.contact)
            case NoInput():
                self._keep(journey)
                return Say("I heard nothing."), *self._wait(event.contact)
            case Left():
                status: Status = "dropped" if event.reason == "dropped" else "paused"
                self._keep(replace(journey, status=status), event.contact)
                self.records.journeys[event.contact] = replace(journey, status=status, contact=None)
        return (Hangup(),)

    async def current(self, contact: str) -> tuple[Journey, tuple[Action, ...]] | None:
        self._database()
        journey = self.records.journeys.get(contact)
        return (journey, self._wait(contact)) if journey and journey.contact else None

    async def open_contacts(self, node: str) -> list[str]:
        return [contact for contact, journey in self.records.journeys.items() if journey.contact]

    async def join(self, contact: str, agent: str) -> bool:
        journey = self.records.journeys[contact]
        if journey.status != "queued":
            return False
        self._keep(replace(journey, status="with_agent", agent=agent))
        await self.legs[contact].joined(agent)
        return True

    async def release(self, contact: str, outcome: QueueOutcome) -> None:
        journey = self.records.journeys[contact]
        self._keep(replace(journey, status="live", step="welcome", turn=journey.turn + 1))
        said = "Thank you for talking to us." if outcome == "done" else "Nobody is free."
        await self.legs[contact].released((Say(said), *self._wait(contact)))

    def attach(self, contact: str, leg: Leg) -> None:
        self.legs[contact] = leg

    def detach(self, contact: str) -> None:
        del self.legs[contact]

    def new_event_id(self) -> str:
        return f"e{next(self._ids)}"

    def now(self) -> float:
        return 1_800_000_000.0

    async def _chosen(self, journey: Journey, contact: str, key: str, say: Saying | None) -> tuple[Action, ...]:
        match key:
            case "1":
                journey = replace(journey, step="order")
            case "5":
                journey = replace(journey, step="message")
            case "2" if say is not None:
                await say((Say("One moment please."),))
            case "0":
                journey = replace(journey, step="person", status="queued")
            case "3":
                return (Hangup("moved"),)
            case "9":
                self._keep(replace(journey, status="finished"))
                return Say("Goodbye."), Hangup("finished")
        self._keep(journey)
        return self._wait(contact)

    def _wait(self, contact: str) -> tuple[Action, ...]:
        journey = self.records.journeys[contact]
        if journey.step == "person":
            return Say("Please hold."), Enqueue(journey.turn, "person", "support", (), "", "", self.queue_timeout)
        if journey.step == "message":
            longest, silence, timeout = (self.message[end] for end in ("longest", "silence", "timeout"))
            return Say(SPEAK), Record(journey.turn, "message", "message", longest, silence, timeout)
        if journey.step == "order":
            return Say(ORDER), self._collect(journey, Keys(("0",), 4, 6, "#"), "order_number", ())
        return Say(WELCOME), self._collect(journey, Keys(tuple("123590")), None, self._options)

    def _collect(self, journey: Journey, keys: Keys, slot: str | None, options: Sequence[Option]) -> Collect:
        step = journey.step or ""
        kind: SlotType | None = "digits" if slot else None
        return Collect(journey.turn, step, slot, kind, tuple(options), (), keys, self.timeout, 30.0, secret=bool(slot))

    def _keep(self, journey: Journey, contact: str | None = None) -> None:
        name = contact or (journey.contact.id if journey.contact else "")
        self.records.journeys[name] = journey

    def _database(self) -> None:
        if self.away > 0:
            self.away -= 1
            raise StoreUnavailable("the database does not answer")
