"""The player: what a customer does, and whether it makes sense where they stand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from context_bridge.codes import code_for
from context_bridge.links import token_for
from context_bridge.records import OutboxRow
from ivr.conversation import FEATURES, CannotPlay, Deed, Does, Promised, Refused
from ivr.driver import Arrival, LinkRefused
from ivr.engine.actions import Collect, Option, Record, Transfer, Wait
from ivr.engine.events import Channel, LeftReason, TransferOutcome
from ivr.engine.journey import Journey
from ivr.rehearsal.adapter import Adapter
from ivr.rehearsal.contact import Contact
from ivr.stage import KEEPING, Stage

COMES_OF: Final[Mapping[Does, TransferOutcome]] = {"busy": "busy", "unreachable": "failed", "hangs_up": "answered"}
KEY_SECONDS: Final = 0.3  # between two keys of somebody who knows what to press
ACT_SECONDS: Final = 1.0  # every act takes a little time, so that what is stored has an order
AGENT: Final = "Robin"
CODE: Final = re.compile(r"\b[0-9]{4,10}\b")


class Rehearsal:
    """Player on a stage, without any adapter between it and the driver."""

    features = frozenset(
        {"call", *FEATURES.values(), *get_args(Deed), *get_args(Channel), "sent", "callback", "at", "splits"}
        | {"unsure", "language"}
    )  # all there are

    def __init__(self, set_up: Stage) -> None:
        self._driver, self.store, self._clock = set_up.driver, set_up.store, set_up.clock
        self._adapter = Adapter(self._driver, self._clock)
        self._contact: Contact | None = None
        self._numbers, self._recordings = itertools.count(1), itertools.count(1)
        self._menu = ""

    @property
    def waits_for(self) -> Wait | None:
        """What the current contact waits for."""
        return self._contact.wait if self._contact and not self._contact.ended else None

    @property
    def now(self) -> float:
        return self._clock()

    @property
    def over(self) -> bool:
        """Nobody is on."""
        return self._contact is None or self._contact.ended is not None

    @property
    def with_agent(self) -> bool:
        return self._contact is not None and self._contact.with_agent

    @property
    def channel(self) -> Channel | None:
        return self._contact.channel if self._contact else None

    @property
    def options(self) -> tuple[Option, ...]:
        wait = self.waits_for
        return wait.options + wait.always if isinstance(wait, Collect) else ()

    async def call(self, channel: Channel, number: str | None, menu: str, language: str | None = None) -> None:
        presentation = "allowed" if number else "prohibited"
        await self._arrive(channel, menu, number=number, presentation=presentation, language=language)

    async def press(self, keys: str) -> None:
        contact = self._current()
        if contact.channel != "voice":
            raise CannotPlay(f"there is no key pad in a {contact.channel}; type or choose instead")
        for key in keys:
            self._clock.move(KEY_SECONDS)
            await self._adapter.press(contact, key)
        await self._adapter.finish_keys(contact)

    async def choose(self, label: str) -> None:
        contact = self._current()
        offered = {option.label.casefold(): option for option in self.options if option.label}
        if contact.channel == "voice" or label.casefold() not in offered:
            there = ", ".join(option.label for option in offered.values()) if contact.channel != "voice" else ""
            raise CannotPlay(f"there is no button “{label}”; " + (f"there are: {there}" if there else "there are none"))
        await self._adapter.input(contact, offered[label.casefold()].id, "button")

    async def type(self, text: str) -> None:
        contact = self._current()
        if contact.channel == "voice":
            raise CannotPlay("nobody can type in a call; press keys instead")
        await self._adapter.input(contact, text, "text")

    async def speak(self, text: str, confidence: float = 1.0) -> None:
        await self._adapter.input(self._listening(), text, "speech", confidence)

    async def unheard(self, reason: Literal["busy", "failed"]) -> None:
        await self._adapter.unheard(self._listening(), reason)

    def _listening(self) -> Contact:
        contact = self._current()
        if contact.channel != "voice":
            raise CannotPlay(f"nobody listens in a {contact.channel}; type instead")
        if not isinstance(contact.wait, Collect) or not contact.wait.speech:
            raise CannotPlay("nothing that is said would be understood now; press keys, or record a message")
        return contact

    async def record(self, seconds: float) -> None:
        contact = self._current()
        if contact.channel != "voice" or not isinstance(contact.wait, Record):
            raise CannotPlay("no message is being recorded; in a text channel, type it")
        await self._adapter.record(contact, contact.wait, f"rehearsal-{next(self._recordings)}", seconds)

    async def flip(self, switches: Mapping[str, bool]) -> None:
        for name, on in switches.items():
            await self._driver.switches.flip(name, on, "rehearsal")

    async def silence(self) -> None:
        contact = self._current()
        if contact.channel != "voice" or not isinstance(contact.wait, Collect | Record):
            raise CannotPlay("silence answers a question by phone, and none is open")
        if (deadline := contact.gives_up) is not None:
            await self._adapter.until(contact, deadline)

    async def wait(self, seconds: float) -> None:
        """Time passes; questions and queues give up as they do by the real clock."""
        end = self._clock() + seconds
        while self._contact and not self._contact.ended and (deadline := self._contact.gives_up) is not None:
            if deadline > end:
                break
            await self._adapter.until(self._contact, deadline)
        self._clock.move(max(0.0, end - self._clock()))

    async def drop(self) -> None:
        await self._leave("dropped")

    async def hang_up(self) -> None:
        await self._leave("caller")

    async def open_link(self) -> None:
        rows = [row for row in await self.messages() if row.payload.get("link")]
        if not rows:
            raise CannotPlay("no message with a link was sent yet")
        try:
            await self._arrive("chat", self._menu, link=token_for(KEEPING.secret, rows[0].key))
        except LinkRefused as error:
            raise Refused("the link is refused: it was used already or has expired") from error

    async def agent_joins(self) -> None:
        contact = self._current()
        if not await self._driver.join(contact.id, AGENT):
            raise CannotPlay("the customer does not wait for a person")

    async def agent_finishes(self) -> None:
        contact = self._current()
        journey = await self.journey()
        if journey is None or journey.status != "with_agent":
            raise CannotPlay("no agent is talking to the customer")
        await self._adapter.release(contact, "done")

    async def other_end(self, does: Does) -> None:
        contact, journey = self._current(), await self.journey()
        if not isinstance(contact.wait, Transfer) or journey is None:
            raise CannotPlay("the caller is not being put through to anybody")
        if (journey.status == "transferred") is not (does == "hangs_up"):
            raise CannotPlay("who has answered can only hang up, and nobody else can")
        if does == "answers":
            await self._adapter.answered(contact)
        else:
            await self._adapter.end_transfer(contact, COMES_OF[does])

    async def give_code(self) -> None:
        found = CODE.search(await self.sent() or "")
        if found is None:
            raise CannotPlay("no message with a code was sent yet")
        if self.channel == "voice":
            await self.press(found[0])
        else:
            await self.type(found[0])

    async def heard(self) -> list[str]:
        if self._contact is None:
            return []
        said, self._contact.said = self._contact.said, []
        return said

    async def journey(self) -> Journey | None:
        rows = await self.store.recent(1)
        return await self.store.load(rows[0].id) if rows else None

    async def messages(self) -> list[OutboxRow]:
        """What was sent outside of a contact, newest first."""
        return sorted(await self.store.outbox(100), key=lambda row: row.due_at, reverse=True)

    async def sent(self) -> str | None:
        messages = await self.messages()
        return text_of(messages[0]) if messages else None

    async def callback(self) -> Promised | None:
        rows = await self.store.callbacks(1000)
        last = max(rows, key=lambda row: row.at, default=None)
        return Promised(last.queue, last.number, last.wanted) if last else None

    def _current(self) -> Contact:
        self._clock.move(ACT_SECONDS)
        if self._contact is None:
            raise CannotPlay("no call or chat is on; begin with a call")
        if self._contact.ended:
            raise CannotPlay(f"the {self._contact.channel} contact has ended ({self._contact.ended}); begin another")
        return self._contact

    async def _arrive(
        self,
        channel: Channel,
        menu: str,
        number: str | None = None,
        presentation: str = "allowed",
        link: str | None = None,
        language: str | None = None,
    ) -> None:
        self._clock.move(ACT_SECONDS)
        contact = Contact(f"rehearsal-{next(self._numbers)}", channel, self._clock)
        arrival = Arrival(contact.id, channel, "rehearsal", menu, number, presentation, link=link, language=language)
        actions = await self._adapter.arrive(contact, arrival)
        self._contact, self._menu = contact, menu
        await self._adapter.perform(contact, actions)

    async def _leave(self, reason: LeftReason) -> None:
        await self._adapter.leave(self._current(), reason)


def text_of(row: OutboxRow) -> str:
    """What the customer reads, but for the address of a link."""
    text, code = str(row.payload["text"]), row.payload.get("code")
    return text if code is None else text.replace("{code}", code_for(KEEPING.secret, row.journey, code))
