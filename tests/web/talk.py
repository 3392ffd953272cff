"""A driver whose one conversation is easy to follow, and of the store only what pages read.

Menu: `track` tells an order and asks again, `pin` asks for a secret, `bye` ends; key 0 queues for a person.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

from context_bridge.contract import StoreUnavailable
from context_bridge.records import CallbackRow, DeliveryRow, HistoryRow, JourneyRow, LinkRow, OutboxRow, SwitchRow
from ivr.driver import Arrival, Leg, LinkRefused, Saying
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Keys, Option, Say
from ivr.engine.data import replace
from ivr.engine.events import AgentJoined, Arrived, Event, Input, Left, QueueOutcome
from ivr.engine.journey import Contact, Journey
from tests.web.live_events import Bus
from tests.web.pop import POP

WELCOME, TOLD, PIN, BYE = "Welcome to Acme.", "Order 4217 is on its way.", "What is your PIN?", "Goodbye."
LINK = "good-link-token"


class Store:
    """Of the store only what pages read."""

    def __init__(self) -> None:
        self.rows: dict[str, list[HistoryRow]] = {}
        self.sent: list[OutboxRow] = []
        self.delivered: list[DeliveryRow] = []
        self.owed: list[CallbackRow] = []
        self.switched: list[SwitchRow] = []
        self.away = False

    async def recent(self, limit: int) -> list[JourneyRow]:
        if self.away:
            raise StoreUnavailable
        return [
            JourneyRow(name, "support", "v1", len(rows), "live", None, None, "chat", "chat", rows[-1].at, 0)
            for name, rows in self.rows.items()
        ][:limit]

    async def history(self, journey: str) -> list[HistoryRow]:
        return self.rows.get(journey, [])

    async def outbox(self, limit: int) -> list[OutboxRow]:
        return self.sent[:limit]

    @property
    def messages(self) -> Store:
        return self

    async def recent_deliveries(self, limit: int) -> list[DeliveryRow]:
        return self.delivered

    async def callbacks(self, limit: int) -> list[CallbackRow]:
        return self.owed[:limit]

    async def call_done(self, callback: str) -> CallbackRow | None:
        for at, row in enumerate(self.owed):
            if row.id == callback:
                self.owed[at] = replace(row, state="done")
                return self.owed[at]
        return None

    async def switches(self) -> list[SwitchRow]:
        return self.switched


class Talk:
    """The driver's methods over a conversation in memory."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self.store, self.bus = store, bus
        self.journeys: dict[str, Journey] = {}  # by contact
        self.waits: dict[str, tuple[Action, ...]] = {}
        self.legs: dict[str, Leg] = {}
        self.links = {LINK}
        self.events: list[Event] = []
        self.arrivals: list[Arrival] = []
        self.numbers = itertools.count(1)
        self.told = asyncio.Event()

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        self.arrivals.append(arrival)
        if arrival.link is not None:
            if arrival.link not in self.links:
                raise LinkRefused
            self.links.remove(arrival.link)
        contact = Contact(arrival.contact, arrival.channel, 1, node=arrival.node)
        name = arrival.journey or f"j{next(self.numbers)}"
        self.journeys[arrival.contact] = Journey(name, "support", "v1", contact=contact, status="live")
        event = Arrived(id=self.new_event_id(), at=self.now(), contact=arrival.contact, channel=arrival.channel)
        return self._turn(event, "", (Say(WELCOME), self._menu()))

    def _menu(self) -> Collect:
        choices = (
            Option("track", "1", "Track an order"),
            Option("pin", "2", "Change my PIN"),
            Option("bye", "3", "That is all"),
        )
        always = (Option("person", "0", "", ("agent",)), Option("repeat", "9", ""))
        return Collect(next(self.numbers), "welcome", None, None, choices, always, Keys(), 10, 3)

    def _turn(self, event: Event, heard: str, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        journey = self.journeys[event.contact]
        journey = self.journeys[event.contact] = replace(journey, rev=journey.rev + 1)
        said = [action.text for action in actions if isinstance(action, Say)]
        body: dict[str, Any] = {"contact": event.contact, "channel": "chat", "step": "welcome", "heard": heard}
        body |= {"said": said, "language": next((a.language for a in actions if isinstance(a, Say)), None)}
        row = HistoryRow(journey.id, journey.rev, event.at, type(event).__name__, body)
        self.store.rows.setdefault(journey.id, []).append(row)
        self.waits[event.contact] = actions[-1:]
        return actions

    async def link(self, token: str) -> LinkRow | None:
        return LinkRow(token, "journey", None, 3, 9e9) if token in self.links else None

    async def advance(self, event: Event, say: Saying | None = None) -> tuple[Action, ...]:
        self.events.append(event)
        journey = self.journeys.get(event.contact)
        if journey is None:
            return (Hangup("moved"),)
        match event:
            case Input(text="track"):
                german = replace(self._menu(), language="de-DE")
                return self._turn(event, "Track an order", (Say(TOLD, language="de-DE"), german))
            case Input(text="pin"):
                ask = replace(self._menu(), options=(), secret=True, slot="pin", type="digits")
                return self._turn(event, "Change my PIN", (Say(PIN), ask))
            case Input(text="bye"):
                self._turn(event, "That is all", (Say(BYE), Hangup()))
                del self.journeys[event.contact]
                return (Say(BYE), Hangup())
            case Input(text="person"):
                self.journeys[event.contact] = replace(journey, status="queued")
                wait = Enqueue(next(self.numbers), "person", "support", (), "", "wants to change the delivery", 300)
                found = self._turn(event, "Talk to a person", (Say("One moment."), wait))
                await self.bus.publish("pop", self.pop_of(event.contact))
                return found
            case Left():
                del self.journeys[event.contact]
                self.told.set()
                return ()
            case Input(text=text):
                return self._turn(event, text, (Say("Sorry, I did not get that."), self._menu()))
            case _:
                return ()

    async def current(self, contact: str) -> tuple[Journey, tuple[Action, ...]] | None:
        journey = self.journeys.get(contact)
        return (journey, self.waits[contact]) if journey else None

    async def open_contacts(self, node: str) -> list[str]:
        return [name for name, journey in self.journeys.items() if journey.contact and journey.contact.node == node]

    async def join(self, contact: str, agent: str) -> bool:
        journey = self.journeys.get(contact)
        if journey is None or journey.status != "queued":
            return False
        self.journeys[contact] = replace(journey, status="with_agent", agent=agent)
        self.events.append(AgentJoined(id=self.new_event_id(), at=self.now(), contact=contact, agent=agent))
        if contact in self.legs:
            await self.legs[contact].joined(agent)
        body = {"contact": contact, "journey": journey.id, "status": "with_agent", "agent": agent, "channel": "chat"}
        await self.bus.publish("contact", body)
        return True

    async def release(self, contact: str, outcome: QueueOutcome) -> None:
        self.journeys[contact] = replace(self.journeys[contact], status="live")
        self.waits[contact] = (self._menu(),)
        if contact in self.legs:
            await self.legs[contact].released((Say("Is there anything else?"), self._menu()))
        body = {
            "contact": contact,
            "journey": self.journeys[contact].id,
            "status": "live",
            "agent": "",
            "channel": "chat",
        }
        await self.bus.publish("contact", body)

    async def tell(self, contact: str, text: str, sender: str) -> None:
        side = "customer" if sender == "customer" else "agent"
        journey = self.journeys[contact].id
        body = {"contact": contact, "sender": sender, "text": text}
        self.store.rows[journey].append(HistoryRow(journey, 0, self.now(), "Message", body))
        if side == "agent" and contact in self.legs:
            await self.legs[contact].message(text, sender)
        await self.bus.publish("message", body | {"journey": journey, "from": side})

    def pop_of(self, contact: str) -> dict[str, Any]:
        journey = self.journeys[contact]
        return POP | {
            "contact": contact,
            "journey": journey.id,
            "rev": journey.rev,
            "status": journey.status,
            "agent": journey.agent,
            "node": journey.contact.node if journey.contact else None,
            "at": self.now(),
        }

    async def pop(self, journey: str) -> dict[str, object] | None:
        found = [contact for contact, known in self.journeys.items() if known.id == journey]
        return self.pop_of(found[0]) if found else None

    async def waiting(self) -> list[dict[str, object]]:
        waits = ("queued", "with_agent")
        return [self.pop_of(contact) for contact, known in self.journeys.items() if known.status in waits]

    def attach(self, contact: str, leg: Leg) -> None:
        self.legs[contact] = leg

    def detach(self, contact: str) -> None:
        self.legs.pop(contact, None)

    def new_event_id(self) -> str:
        return f"e{next(self.numbers)}"

    def now(self) -> float:
        return time.time()
