"""One draft: a menu on a stage of its own."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from callbacks.outbox import Outbox
from callbacks.senders import DemoSender
from context_bridge.contract import ContextStore, EventBus
from context_bridge.links import token_for
from context_bridge.live import open_bus
from context_bridge.records import Change, OutboxRow
from context_bridge.store import open_store
from ivr.backoffice import BackOffice
from ivr.channels.chat_wire import Reply, render
from ivr.channels.webphone import WebPhone
from ivr.drafts.answers import TypedBackOffice
from ivr.driver import Arrival, Driver
from ivr.engine.actions import Action
from ivr.engine.events import Input, Left, LeftReason, QueueOutcome
from ivr.engine.flow import Flow
from ivr.engine.services import Services
from ivr.flows import Flows
from ivr.settings import Settings
from ivr.turns import Keeping
from recognition.listen import Listener
from recognition.speak import Speaker

NUMBER = "+14155550134"  # whoever tries a menu comes with this one: reserved for fiction, and never called
AGENT = "Robin"
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all drafts share."""

    settings: Settings
    services: Services
    back_office: BackOffice
    speaker: Speaker
    listener: Listener | None = None


class ChatLeg:
    """A chat contact of a draft; `pushed` is what came without being asked for."""

    def __init__(self, contact: str) -> None:
        self.contact = contact
        self.pushed: tuple[Action, ...] | None = None
        self.ended = ""

    async def moved(self) -> None:
        self.ended = "moved"

    async def joined(self, agent: str) -> None: ...

    async def released(self, actions: tuple[Action, ...]) -> None:
        self.pushed = actions

    async def message(self, text: str, sender: str) -> None: ...


class Draft:
    """`touched`: the monotonic time of the last sign of life."""

    def __init__(self, id_: str, flow: Flow, store: ContextStore, workshop: Workshop) -> None:
        self.id, self.flow, self.touched = id_, flow, time.monotonic()
        self.bus: EventBus = open_bus("")
        self.back_office = TypedBackOffice(workshop.services, workshop.back_office, self._asked)
        self._store, self._secret = store, secrets.token_bytes(32)
        settings = replace(workshop.settings, menu=flow.menu)
        self._outbox = Outbox(store, self.bus, DemoSender(), "", self._secret, time.time, codes=True)
        self.driver = Driver(
            store,
            self.bus,
            Flows({flow.menu: flow}, store),
            self.back_office,
            Keeping(self._secret, DAY, DAY),
            settings.region,
            time.time,
            self._saved,
        )
        self.phone = WebPhone(self.driver, workshop.speaker, settings, workshop.listener)
        self._chat: ChatLeg | None = None
        self._tasks: set[asyncio.Task[str]] = set()
        self.lock = asyncio.Lock()  # one deed at a time

    @classmethod
    async def open(cls, id_: str, flow: Flow, workshop: Workshop) -> Draft:
        return cls(id_, flow, await open_store("sqlite:///:memory:"), workshop)

    async def close(self) -> None:
        await self.phone.close()
        await self.bus.close()
        await self._store.close()

    # The chat

    async def arrive(self, link: str | None = None) -> Reply:
        """The customer comes, again perhaps, by themselves or by the link of the message with the key `link`. Raises
        `LinkRefused`."""
        leg = ChatLeg(f"chat-{secrets.token_hex(8)}")
        self.driver.attach(leg.contact, leg)
        token = token_for(self._secret, link) if link else None
        self._chat = leg
        return render(
            await self.driver.arrive(
                Arrival(leg.contact, "chat", "chat", self.flow.menu, number=None if token else NUMBER, link=token)
            )
        )

    async def say(self, text: str, turn: int | None, *, button: bool) -> Reply:
        if self._chat is None or self._chat.ended:
            return Reply(ended=True, status=self._chat.ended if self._chat else "over")
        event = Input(
            id=self.driver.new_event_id(),
            at=self.driver.now(),
            contact=self._chat.contact,
            text=text,
            mode="button" if button else "text",
            turn=turn,
        )
        return render(await self.driver.advance(event))

    async def leave(self, reason: LeftReason) -> Reply:
        if (leg := self._chat) is not None:
            self._chat = None
            at = self.driver.now()
            await self.driver.advance(Left(id=self.driver.new_event_id(), at=at, contact=leg.contact, reason=reason))
            self.driver.detach(leg.contact)
        return Reply(ended=True, status="dropped" if reason == "dropped" else "left")

    # A person

    async def join(self) -> Reply:
        """A person answers whoever waits, in the chat or on the phone."""
        contact = await self._waiting()
        if contact:
            await self.driver.join(contact, AGENT)
        return Reply(status="with_agent")

    async def release(self, outcome: QueueOutcome) -> Reply:
        contact = await self._waiting()
        if contact:
            await self.driver.release(contact, outcome)
        leg = self._chat
        if leg is None or leg.pushed is None:
            return Reply()
        actions, leg.pushed = leg.pushed, None
        return render(actions)

    async def _waiting(self) -> str | None:
        found = await self.driver.waiting()
        return str(found[-1]["contact"]) if found else None

    # What happens beside

    async def _asked(self, service: str, outcome: str) -> None:
        await self.bus.publish("asked", {"service": service, "outcome": outcome})

    def _saved(self, change: Change, _seconds: float) -> None:
        self.touched = time.monotonic()
        for row in change.outbox:
            task = asyncio.ensure_future(self.bus.publish("sent", self._shown(row)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _shown(self, row: OutboxRow) -> Mapping[str, object]:
        """A message as its customer would get it, but for the link, which the studio opens itself."""
        link = bool(row.payload.get("link"))
        words = str(row.payload.get("text", "")).replace("{link}", "[link]")
        text = self._outbox.text(replace(row, payload={**row.payload, "text": words, "link": False}))
        return {"kind": row.kind, "to": row.payload.get("to", ""), "text": text, "key": row.key, "link": link}


Deed = Literal["arrive", "say", "drop", "leave", "join", "finish", "unavailable"]
