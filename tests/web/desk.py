"""A desk for tests: our real HTTP surfaces on a real socket, over a driver whose one conversation is easy to follow.

Menu: `track` tells an order and asks again, `pin` asks for a secret, `bye` ends; key 0 queues for a person.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from context_bridge.contract import StoreUnavailable
from context_bridge.records import (
    CallbackRow,
    DeliveryRow,
    HistoryRow,
    JourneyRow,
    LinkRow,
    LiveEvent,
    OutboxRow,
    SwitchRow,
)
from ivr.channels.chat import Chat
from ivr.driver import Arrival, Leg, LinkRefused, Saying
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Keys, Option, Say
from ivr.engine.data import replace
from ivr.engine.events import AgentJoined, Arrived, Event, Input, Left, QueueOutcome
from ivr.engine.flow import Flow
from ivr.engine.journey import Contact, Journey
from ivr.engine.loader import load
from ivr.http import Described, Route, problems
from ivr.recordings import Recordings
from ivr.switches import Switches
from ivr.web.access import Access
from ivr.web.api import Api
from ivr.web.callbacks import Callbacks
from ivr.web.health import Health, Metrics
from ivr.web.live import Live
from ivr.web.openapi import OpenApi
from ivr.web.pages import Pages, render, secure
from ivr.web.recordings import Playback
from ivr.web.switches import SwitchBoard

WELCOME, TOLD, PIN, BYE = "Welcome to Acme.", "Order 4217 is on its way.", "What is your PIN?", "Goodbye."
LINK = "good-link-token"
KEEP = 200  # live events that the bus keeps


class Bus:
    """Live events in memory, with replay; `broken` ends all streams as a dead instance would."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []
        self.changed = asyncio.Condition()
        self.numbers = itertools.count(1)

    async def publish(self, kind: str, body: Mapping[str, Any]) -> str:
        event = LiveEvent(str(next(self.numbers)), kind, body)
        async with self.changed:
            self.events = [*self.events, event][-KEEP:]
            self.changed.notify_all()
        return event.id

    def subscribe(self, after: str | None, kinds: Collection[str] = ()) -> Stream:
        return Stream(self, after)

    async def close(self) -> None: ...


class Stream:
    def __init__(self, bus: Bus, after: str | None) -> None:
        self.bus = bus
        self.seen = int(after) if after else (int(bus.events[-1].id) if bus.events else 0)
        oldest = int(bus.events[0].id) if bus.events else 1
        self.lost = after is not None and self.seen < oldest - 1

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(self, *exc: object) -> None: ...

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> LiveEvent:
        if self.lost:
            self.lost = False
            self.seen = int(self.bus.events[-1].id)
            return LiveEvent(str(self.seen), "reset")
        async with self.bus.changed:
            await self.bus.changed.wait_for(lambda: self.bus.events and int(self.bus.events[-1].id) > self.seen)
            event = next(e for e in self.bus.events if int(e.id) > self.seen)
        self.seen = int(event.id)
        return event


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


@dataclass(frozen=True)
class Menus:
    """Of the menus in force only their switches."""

    menus: Mapping[str, Flow]


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


NOW = time.time()
RECORDING = "5e60e" + 27 * "0"
POP: dict[str, Any] = {
    "contact": None,
    "journey": "j0",
    "rev": 7,
    "menu": "support",
    "title": "Acme support",
    "channel": "chat",
    "node": "chat",
    "queue": "support",
    "status": "queued",
    "at": NOW,
    "agent": "",
    "customer": {"id": "c1", "name": "Maria Gomez"},
    "identifier": "+1 415 555 0142",
    "trust": 3,
    "trust_words": "Proven by a signed link",
    "why": "Wants to change the delivery of order 4217",
    "summary": "Looked up order 4217: on its way, arrives on Tuesday.",
    "whisper": "Maria Gomez, order 4217",
    "passed": None,
    "queues": ["billing", "support"],
    "slots": [
        {"name": "order_number", "title": "Order number", "value": "4217", "channel": "voice", "at": NOW - 400},
        {"name": "status", "title": "Status of the order", "value": "on its way", "channel": None, "at": NOW - 395},
        {
            "name": "note",
            "title": "What they said",
            "value": f"recording:{RECORDING}",
            "channel": "voice",
            "at": NOW - 90,
        },
        {"name": "eta", "title": "Arrives", "value": "2026-11-24", "channel": None, "at": NOW - 395},
    ],
    "answered": ["Order number", "What it is about"],
    "path": [
        {"step": "welcome", "channel": "voice", "at": NOW - 420, "chose": "track an order"},
        {"step": "track", "channel": "voice", "at": NOW - 400, "chose": "4217"},
        {"step": "change_delivery", "channel": "voice", "at": NOW - 390, "chose": ""},
        {"step": "change_delivery", "channel": "voice", "at": NOW - 300, "chose": "by link"},
        {"step": "change_delivery", "channel": "chat", "at": NOW - 80, "chose": "talk to a person"},
    ],
    "candidates": [],
    "tried": [
        {"title": "Track a parcel yourself", "helped": False, "at": NOW - 350},
        {"title": "Opening hours", "helped": True, "at": NOW - 340},
    ],
    "proven": [{"by": "code", "trust": 3, "at": NOW - 70}],
    "contacts": [
        {"channel": "voice", "at": NOW - 425, "left": "dropped"},
        {"channel": "voice", "at": NOW - 330, "left": "caller"},
        {"channel": "chat", "at": NOW - 90, "left": ""},
    ],
}


CLOSABLE = """
menu: support
start: bye
switches: {emergency: {title: Emergency closure, say: We are closed.}}
steps: {bye: {end: Bye.}}
"""


class Lines(Described):
    """The menus that the demo offers."""

    def table(self) -> list[Route]:
        return [Route(method="GET", path="/api/menus", handler=self.menus, summary="The menus", desk=True)]

    async def menus(self, _request: web.Request) -> web.Response:
        return web.json_response([{"menu": "support", "title": "Acme support"}])


class Desk:
    """Everything together, as the server puts it; `key` empty: open, as on loopback."""

    def __init__(
        self,
        key: str = "",
        ops_key: str = "",
        grace: float = 60.0,
        heartbeat: float = 15.0,
        recordings: Path = Path("none"),
    ) -> None:
        self.store, self.bus = Store(), Bus()
        self.driver = Talk(self.store, self.bus)
        self.metrics = Metrics()
        self.wrong = {"store": "", "voices": "", "ami": ""}
        self.ears = ("", "heard: en-US")  # what is wrong with them, and what to know
        store: Any = self.store
        self.access = Access(key, "http://127.0.0.1", ops_key=ops_key)
        self.api = Api(self.driver, store, lambda row: str(row.payload["text"]))
        self.live = Live(self.bus, heartbeat=heartbeat)
        title = "Acme support"
        self.chat = Chat(self.driver, store, "support", lambda _menu: title, render, grace=grace, heartbeat=heartbeat)
        checks = {name: self._check(name) for name in self.wrong}
        looks = {"ears": lambda: self.ears}
        self.health = Health(self.driver, store, self.metrics, checks, ("chat", "webphone"), looks)
        self.recordings = Recordings(recordings)
        flows: Any = Menus({"support": load(CLOSABLE, "support.yaml")})
        more = [
            SwitchBoard(Switches(store, self.bus, time.time), flows, store),
            Callbacks(store, self.bus),
            Playback(self.recordings),
            Lines(),
        ]
        self.tables = [*more, self.api, self.live, self.chat, self.health]
        self.app = web.Application(middlewares=[problems, self.access.middleware])
        parts = (*self.tables, self.access, Pages(demo=True), OpenApi(r for part in self.tables for r in part.table()))
        for part in parts:
            self.app.add_routes(part.routes())
        self.app.router.add_get("/broken", self._break)
        self.app.on_response_prepare.append(secure)
        self.app.on_startup.append(lambda _app: self.chat.start())
        self.app.on_shutdown.append(self._close)

    def _check(self, name: str) -> Any:
        async def check() -> str:
            return self.wrong[name]

        return check

    async def _break(self, request: web.Request) -> web.Response:
        raise ValueError(request.query["said"])

    async def _close(self, app: web.Application) -> None:
        await self.live.close()
        await self.chat.close()
