"""A customer who really phones and really opens links: the `Player` for what has a wire.

The telephone is one of `webphone.py` or `sip.py`. What was said is known from the live events that pages get; it
counts as heard when the telephone has heard it. A caller listens as people do who know a menu: until all was said that
the conversation waits for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Self, get_args

from context_bridge.codes import code_for
from context_bridge.contract import EventStream
from context_bridge.records import OutboxRow
from ivr.conversation import CannotPlay, Conversation, Deed, Does, Press, Promised, Refused, Speak
from ivr.engine.data import replace
from ivr.engine.events import Channel
from ivr.engine.journey import Journey
from ivr.engine.steps import RecordStep
from tests.players.browser import Browser
from tests.players.desk import Desk
from tests.players.score import Bar, Place, place_of
from tests.players.server import Server
from tests.players.talker import Misheard, Talker
from tests.players.telephone import Telephone, listened

PATIENCE = 60.0  # seconds for a turn; a bound, never waited out by a passing test
LINK = re.compile(r"https?://[^/]+(/l/\S+)")


class Customer:
    """Plays one conversation. `events` is an open stream of the server's bus, `bars` the engine's score. `pressed`: the
    same by keys, which are pressed where it is told aloud and nobody listens any more."""

    features = frozenset(
        {"call", "press", "choose", "type", "speak", "record", "wait", "switch", "voice", "chat", *get_args(Deed)}
        | {"sent", "callback", "at", "splits", "language"}
    )

    def __init__(
        self,
        told: Conversation,
        bars: Sequence[Bar],
        server: Server,
        telephone: Telephone,
        events: EventStream,
        desk: Desk,
        pressed: Conversation | None = None,
    ) -> None:
        self._pressed = pressed or told
        self._told, self._bars, self._server, self._telephone = told, bars, server, telephone
        self._events, self._desk = events, desk
        self._turn = 0  # the one that is played
        self._browsers: list[Browser] = []
        self._chat: Browser | None = None  # where the conversation goes on, when not on the phone
        self._contact = self._call = ""  # the last contact, and the last that was a call
        self._calling = False
        self._journey = ""
        self._said: list[str] = []  # by phone, in this turn
        self._told_rev = 0
        self._answers, self._was_heard = 0, True  # handled so far; whether the last was one
        self._more_turns = 0  # than on the engine, because somebody was not understood at once
        self._messages: list[str] = []  # sent, oldest first
        self._set_tempo()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        """Nobody is on the line when the next conversation begins."""
        for browser in self._browsers:
            await browser.__aexit__()
        if self._calling and kind is None:
            await self._telephone.hang_up()
            await self._until(lambda: not self._calling)

    # What a customer does

    async def call(self, channel: Channel, number: str | None, menu: str, language: str | None = None) -> None:
        if channel == "voice":
            self._chat = None
            await self._telephone.call(number, language)
            await self._until(lambda: self._calling)
        else:
            self._chat = self._browser()
            await self._chat.begin(language)

    async def press(self, keys: str) -> None:
        if self._chat or not self._calling:
            raise CannotPlay("no call is on")
        await self._telephone.press(keys)

    async def choose(self, label: str) -> None:
        await self._there().choose(label)

    async def type(self, text: str) -> None:
        await self._there().type(text)

    async def speak(self, text: str, confidence: float = 1.0) -> None:
        if self._chat or not self._calling:
            raise CannotPlay("no call is on")
        assert confidence == 1, "how sure ears are is up to them"
        flow, pressed = self._server.segue.flows.menus[self._told.menu], self._pressed.turns[self._turn].act
        talker = Talker(flow, self._telephone, self._here, self._answered)
        self._more_turns += await talker.say(text, pressed.keys if isinstance(pressed, Press) else text)

    async def unheard(self, reason: str) -> None:
        raise CannotPlay(f"ears cannot be made to miss what is said ({reason})")

    async def record(self, seconds: float) -> None:
        if self._chat or not self._calling:
            raise CannotPlay("no call is on")
        await self._telephone.record(seconds)

    async def give_code(self) -> None:
        """As the message has it that only the carrier may read."""
        row = next((row for row in await self._outbox() if "code" in row.payload), None)
        if row is None:
            raise CannotPlay("no message with a code was sent yet")
        secret = (self._server.segue.settings.data_dir / "secret").read_bytes()
        code = code_for(secret, row.journey, row.payload["code"])
        await (self._chat.type(code) if self._chat else self._telephone.press(code))

    async def flip(self, switches: Mapping[str, bool]) -> None:
        for name, on in switches.items():
            await self._server.segue.driver.switches.flip(name, on, "ops")

    async def wait(self, seconds: float) -> None:
        """A question or a queue that gives up meanwhile is waited for when the turn is heard."""
        if self._calling and await self._at_a_recorder():
            await self._telephone.beep()
        self._server.clock.move(seconds)

    async def silence(self) -> None:
        if self._chat or not self._calling:
            raise CannotPlay("no call is on")
        if await self._at_a_recorder():
            await self._telephone.beep()

    async def drop(self) -> None:
        await self._telephone.drop()

    async def hang_up(self) -> None:
        if self._chat:
            await self._chat.leave()
        else:
            await self._telephone.hang_up()

    async def open_link(self) -> None:
        """In a browser of its own, as messages open links: it shares no cookie with the chat that may be on."""
        await self._until(lambda: bool(self._messages))
        browser, calling = self._browser(), self._calling
        if not await browser.follow(self._messages[-1]):
            raise Refused("the page says that the link was used or has expired")
        self._chat = browser
        if calling:
            await self._telephone.over()
            self._calling = False

    async def agent_joins(self) -> None:
        if self._chat:
            await self._desk.accept(self._contact)
        else:
            await self._telephone.agent_joins(self._contact)

    async def agent_finishes(self) -> None:
        if self._chat:
            await self._desk.finish(self._contact)
        else:
            await self._telephone.agent_finishes(self._contact)

    async def other_end(self, does: Does) -> None:
        await self._telephone.other_end(does)

    # What comes of it

    async def heard(self) -> list[str]:
        turn, bar = self._told.turns[self._turn], self._bars[self._turn]
        await self._settled(bar)
        if self._chat:
            await self._chat.look()
            said, self._chat.said = self._chat.said, []
        else:
            said, self._said = self._said, []
            await self._telephone.hears(listened(said, turn.hears))
        if bar.end and bar.end.status == "finished" and self._calling:
            await self._telephone.over()
            await self._until(lambda: not self._calling)
        self._turn += 1
        self._set_tempo()
        return said

    async def journey(self) -> Journey | None:
        return await self._server.segue.store.load(self._journey) if self._journey else None

    async def sent(self) -> str | None:
        rows = await self._outbox()
        return self._server.segue.outbox.text(rows[0]) if rows else None

    async def callback(self) -> Promised | None:
        rows = await self._server.segue.store.callbacks(1000)
        last = max(rows, key=lambda row: row.at, default=None)
        return Promised(last.queue, last.number, last.wanted) if last else None

    async def _answered(self) -> bool:
        """Until one more answer was handled; whether it was heard."""
        before = self._answers
        await self._until(lambda: self._answers > before)
        return self._was_heard

    async def _here(self) -> Journey:
        journey = await self.journey()
        assert journey
        return journey

    async def _outbox(self) -> list[OutboxRow]:
        """What was sent or is to be, newest first."""
        return sorted(await self._server.segue.store.outbox(100), key=lambda row: row.due_at, reverse=True)

    async def _settled(self, bar: Bar) -> None:
        """The stored journey is where it is on the engine, and all that was said on the way was told."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self._place(found := await self.journey(), bar) != bar.end or (
                    found and self._told_rev < found.rev
                ):
                    await self._next_event()
        except TimeoutError:
            turn, found = self._told.turns[self._turn], await self.journey()
            misheard = isinstance(turn.act, Speak) and self._place(found, bar) != bar.end
            wrong = f"{turn.shown}: at {place_of(found)} instead of {bar.end}"
            raise (Misheard if misheard else AssertionError)(wrong) from None

    def _place(self, journey: Journey | None, bar: Bar) -> Place | None:
        """As it would be, had everything been understood at once."""
        place = place_of(journey)
        if place is None or bar.end is None or not self._more_turns:
            return place
        turn = place.turn - self._more_turns
        return replace(place, turn=turn, noinputs=bar.end.noinputs, nomatches=bar.end.nomatches)

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await self._next_event()

    async def _next_event(self) -> None:
        event = await anext(self._events)
        body = event.body
        if event.kind == "outbox" and body["state"] == "sent" and (link := LINK.search(body["text"])):
            self._messages.append(link[1])
        if event.kind != "turn":
            return
        if body["event"] == "Arrived":
            self._more_turns = self._more_turns if body["journey"] == self._journey else 0
            self._journey, self._contact = body["journey"], body["contact"]
            if body["channel"] == "voice":
                self._call, self._calling = self._contact, True
        elif body["event"] == "Left" and body["contact"] == self._call:
            self._calling = False
        elif body["event"] in {"Input", "Recorded", "Unheard"}:
            self._said.clear()  # the first key cuts short what is being said
        if body["event"] in {"Input", "NoInput", "Unheard"}:
            self._answers, self._was_heard = self._answers + 1, body["event"] == "Input"
        if body["journey"] == self._journey:
            self._told_rev = body["rev"]
        if body["channel"] == "voice":
            self._said += body["said"]

    # Means

    def _browser(self) -> Browser:
        self._browsers.append(Browser(self._server.url))
        return self._browsers[-1]

    async def _at_a_recorder(self) -> bool:
        journey = await self.journey()
        steps = self._server.segue.flows.menus[self._told.menu].steps
        return journey is not None and isinstance(steps.get(journey.step or ""), RecordStep)

    def _there(self) -> Browser:
        if not self._chat:
            raise CannotPlay("no chat is on")
        return self._chat

    def _set_tempo(self) -> None:
        coming = self._bars[self._turn + 1 : self._turn + 2]
        self._server.tempo.quick = any(bar.gives_up for bar in coming)


class DiallingCustomer(Customer):
    """On a line that can dial whom a menu puts callers through to."""

    features = Customer.features | {"other_end"}
