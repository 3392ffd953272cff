"""One call of the web phone, from arrival to hang-up, as one coroutine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from aiohttp import web

from context_bridge.records import StoreUnavailable
from ivr.channels import webphone_wire as wire
from ivr.channels.bridge import Talk
from ivr.channels.ending import Ending, Gone, Why
from ivr.channels.line import Line
from ivr.channels.message import Messages
from ivr.channels.patience import AFTERWARDS, patiently
from ivr.channels.playout import Playout, Sound
from ivr.channels.presses import Presses, choices, event_id, last_used
from ivr.channels.prompts import Prompts
from ivr.driver import Arrival, Driver, UnknownMenu
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Record, Say
from ivr.engine.events import Input, Left, LeftReason, NoInput, QueueOutcome, Recorded
from ivr.prompts import fault, moment, moved
from ivr.recordings import Message, Recordings
from ivr.traces import trace
from recognition.audio import to_pcm
from recognition.keys import Answer, Keyed, Silence
from recognition.music import hold_music
from recognition.speak import Speaker

log = logging.getLogger(__name__)

NODE = "webphone"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What all calls share. `grace`: seconds in which a lost line may come back; `speed`: see `Playout`."""

    driver: Driver
    speaker: Speaker
    recordings: Recordings
    menu: str
    grace: float
    speed: float


class Call:
    """Also the `Leg` that the driver speaks to."""

    def __init__(self, contact: str, start: wire.Start, exchange: Exchange) -> None:
        self.contact, self._start, self._exchange, self._driver = contact, start, exchange, exchange.driver
        self.line = Line()
        self.talk: Talk | None = None
        self._presses = Presses(self.line)
        self._playout = Playout(self.line, exchange.speed)
        self._prompts = Prompts(exchange.speaker, contact)
        self._ending = Ending()
        self._news: asyncio.Queue[Literal["joined"] | QueueOutcome | tuple[Action, ...]] = asyncio.Queue()
        self._showing: wire.ToPhone | None = None
        self._messages = Messages(contact, self.line, self._presses, self._playout, exchange.recordings, self._show)
        self._grace: asyncio.TimerHandle | None = None

    # What the socket tells.

    async def found(self, ws: web.WebSocketResponse, request: web.Request, keys: Sequence[tuple[int, str]]) -> None:
        """The page is on the line, for the first time or again; `keys` may have come before."""
        if self._grace is not None:
            self._grace.cancel()
        await self.line.attach(ws, request)
        await self.line.send(wire.Answer())
        if self._showing is not None:
            await self.line.send(wire.Ack(seq=self._presses.used))
            await self.line.send(self._showing)
        for seq, key in keys:
            await self.press(seq, key)
        self._presses.wake()
        self._messages.wake()

    def lost(self, ws: web.WebSocketResponse) -> None:
        """A socket of this call has ended; the call has not, unless the page meant it."""
        if not self.line.detach(ws):
            return
        if ws.close_code == wire.DROPPED:
            self.leave("dropped")
        else:
            self._grace = asyncio.get_running_loop().call_later(self._exchange.grace, self.leave, "dropped")

    async def press(self, seq: int, key: str) -> None:
        if not self._presses.take(seq, key):
            await self.line.send(wire.Error(message="too many keys at once; wait for the next question"))

    async def heard(self, frame: bytes) -> None:
        if self.talk is not None:
            await self.talk.heard(frame)
        else:
            self._messages.heard(frame)

    def leave(self, why: Why) -> None:
        self._ending.come(why)

    # What the driver tells.

    async def moved(self) -> None:
        self.leave("moved")

    async def joined(self, agent: str) -> None:
        if self.talk is None:
            self.talk = Talk(self.line, agent, lambda: self._news.put_nowait("done"), self._exchange.grace)
            self._news.put_nowait("joined")
            await self._playout.clear()
            await self._show(wire.Agent(name=agent))

    async def released(self, actions: tuple[Action, ...]) -> None:
        self._news.put_nowait(actions)

    async def message(self, text: str, sender: str) -> None:
        """Written words: shown, since they were meant to be read."""
        await self.line.send(wire.Say(text=f"{sender}: {text}", seconds=0))

    # The call.

    async def run(self) -> None:
        """Returns when the call is over and the driver knows it; raises nothing."""
        self._driver.attach(self.contact, self)
        left: LeftReason | None = "ours"
        try:
            await self._dialogue()
        except Gone as gone:
            left = await self._gone_by(gone.why)
        except UnknownMenu as error:
            left = None
            await self.line.send(wire.Error(message=str(error)))
            await self._farewell((), "broken")
        except StoreUnavailable:
            log.error("call %s ends: the database has been away for too long", self.contact)
            await self._farewell((fault(self._prompts.language),), "broken")
        except Exception as error:  # a mistake of ours must end this call kindly, not leave its caller in silence
            log.error("call %s failed with %s", self.contact, trace(error))
            await self._farewell((fault(self._prompts.language),), "broken")
        finally:
            try:
                await self._over(left)
            finally:
                self._driver.detach(self.contact)
                await self.line.close(wire.FINISHED)

    async def _dialogue(self) -> None:
        actions = await self._first_actions()
        while True:
            says = [action for action in actions if isinstance(action, Say)]
            match actions[-1]:
                case Collect() as wait:
                    actions = await self._collect(says, wait)
                case Record() as wait:
                    actions = await self._record(says, wait)
                case Enqueue() as wait:
                    actions = await self._queue(says, wait)
                case Hangup() as end:
                    return await self._hang_up(says, end)
                case other:
                    raise AssertionError(f"{type(other).__name__} is carried out by the driver, not by a channel")

    async def _first_actions(self) -> tuple[Action, ...]:
        start = self._start
        if not start.resume:
            arrival = Arrival(
                contact=self.contact,
                channel="voice",
                node=NODE,
                menu=start.menu or self._exchange.menu,
                number=None if start.withheld else start.number,
                presentation="withheld" if start.withheld else "allowed",
            )
            return await self._patiently(lambda: self._driver.arrive(arrival, self._filler))
        found = await self._patiently(lambda: self._driver.current(self.contact))
        if found is None:
            raise Gone("lost")
        journey, actions = found
        self._presses.resume(last_used(self.contact, journey.seen))
        if journey.status == "with_agent":
            await self.joined(journey.agent)
        return actions  # with its prompt: `Presses` leaves it out when keys were pressed, so it had been heard

    async def _collect(self, says: Sequence[Say], wait: Collect) -> tuple[Action, ...]:
        sounds = await self._ending.unless(self._prompts.sounds(says))
        await self._show(wire.Collect(turn=wait.turn, secret=wait.secret, options=choices(wait)))
        answering = self._presses.answer(
            wait, self._playout.ends_with(sounds), lambda: self._playout.queue(*sounds), self._playout.clear
        )
        event = self._event(wait, await self._ending.unless(answering))
        actions = await self._patiently(lambda: self._driver.advance(event, self._filler))
        await self.line.send(wire.Ack(seq=self._presses.settle()))
        return actions

    def _event(self, wait: Collect, answer: Answer) -> Input | NoInput:
        at = self._driver.now()
        match answer:
            case Keyed(text):
                name = event_id(self.contact, self._presses.last_of_answer())
                return Input(id=name, at=at, contact=self.contact, text=text, mode="keys", turn=wait.turn)
            case Silence():
                return NoInput(id=self._driver.new_event_id(), at=at, contact=self.contact, turn=wait.turn)

    async def _record(self, says: Sequence[Say], wait: Record) -> tuple[Action, ...]:
        """Takes a message. One that a hang-up ends is kept too."""
        sounds = await self._ending.unless(self._prompts.sounds(says))
        try:
            message, key = await self._messages.take(sounds, wait, self._ending)
        except Gone as gone:
            if (message := await self._messages.last_words(gone)) is not None:
                await self._report(self._recorded(wait, message, None))
            if gone.why != "restart":
                await self._messages.forget()
            raise
        event = self._recorded(wait, message, key)
        actions = await self._patiently(lambda: self._driver.advance(event, self._filler))
        await self.line.send(wire.Ack(seq=self._presses.used))
        await self._messages.forget()
        return actions

    def _recorded(self, wait: Record, message: Message | None, key: int | None) -> Recorded | NoInput:
        name = self._driver.new_event_id() if key is None else event_id(self.contact, key)
        at, contact, turn = self._driver.now(), self.contact, wait.turn
        if message is None:
            return NoInput(id=name, at=at, contact=contact, turn=turn)
        recording, seconds = message.recording, message.seconds
        return Recorded(id=name, at=at, contact=contact, turn=turn, recording=recording, seconds=seconds)

    async def _queue(self, says: Sequence[Say], wait: Enqueue) -> tuple[Action, ...]:
        """Waits for a person and lets them talk; comes back with what the driver wants after that."""
        self._presses.forget()
        if self.talk is None:
            await self._show(wire.Queued())
            sounds = await self._ending.unless(self._prompts.sounds(says))
            music = to_pcm(await asyncio.to_thread(hold_music, wire.RATE))
            if self.talk is None:  # nobody was quicker than the rendering
                self._playout.queue(*sounds, Sound(music, loop=True))
        while not isinstance(news := await self._ending.unless(self._next_news(wait.timeout)), tuple):
            if news != "joined":
                await self._end_talk("finished")
                await self._patiently(partial(self._driver.release, self.contact, news))
        await self._end_talk("finished")
        while not self._news.empty():
            self._news.get_nowait()
        await self._playout.clear()
        self._presses.forget()
        await self.line.send(wire.Ack(seq=self._presses.used))
        return news

    async def _next_news(self, patience: float) -> Literal["joined"] | QueueOutcome | tuple[Action, ...]:
        try:
            async with asyncio.timeout(None if self.talk else patience):
                return await self._news.get()
        except TimeoutError:
            return "timeout"

    async def _hang_up(self, says: Sequence[Say], end: Hangup) -> None:
        if end.reason == "moved":
            raise Gone("moved")
        await self._farewell(says, end.reason)

    # Endings.

    async def _gone_by(self, why: Why) -> LeftReason | None:
        """The last words to the caller; what the driver is to be told."""
        match why:
            case "caller" | "dropped":
                return why
            case "moved":
                self._ending = Ending()  # now a hang-up only cuts the goodbye short
                await self._playout.clear()
                await self.line.send(wire.Moved())
                await self._farewell((moved(self._prompts.language),), "moved")
            case "lost":
                await self._farewell((), "lost")
            case "restart":
                await self.line.close(wire.RESTART)
        return None

    async def _farewell(self, says: Sequence[Say], reason: wire.Reason) -> None:
        if not self.line.there:
            return
        try:
            self._playout.queue(*await self._ending.unless(self._prompts.sounds(says)))
            await self._ending.unless(self._playout.finished())
        except Gone:
            return
        await self.line.send(wire.Ended(reason=reason))

    async def _over(self, left: LeftReason | None) -> None:
        await self._playout.stop()
        if self.talk is not None and self._ending.why == "restart":
            await self.talk.restart()
        await self._end_talk("dropped" if left == "dropped" else "caller")
        if left is not None:
            await self._report(
                Left(id=self._driver.new_event_id(), at=self._driver.now(), contact=self.contact, reason=left)
            )

    async def _report(self, event: Left | Recorded | NoInput) -> None:
        """At the end of the call; again while the database is away, so that no agent waits for a ghost."""

        async def rest(seconds: float) -> None:
            await self.line.close(wire.FINISHED)
            await asyncio.sleep(seconds)

        try:
            await patiently(lambda: self._driver.advance(event), rest, AFTERWARDS)
        except StoreUnavailable:
            log.warning("call %s ended and the database is away; our next start finds it", self.contact)

    async def _end_talk(self, reason: wire.Reason) -> None:
        talk, self.talk = self.talk, None
        if talk is not None:
            await talk.end(reason)

    # Means.

    async def _filler(self, says: tuple[Say, ...]) -> None:
        """Played while a back office is asked; what comes next waits for its end."""
        self._playout.queue(*await self._prompts.sounds(says))

    async def _show(self, state: wire.ToPhone) -> None:
        """A state of the call, which a page that comes back must know."""
        self._showing = state
        await self.line.send(state)

    async def _patiently(self, turn: Callable[[], Awaitable[T]]) -> T:
        """Take a turn of the driver's, again while the database is away. Raises `StoreUnavailable` in the end."""
        return await patiently(turn, self._ask_for_patience)

    async def _ask_for_patience(self, seconds: float) -> None:
        await self.line.send(wire.Error(message="One moment please, our records do not answer."))
        if self._playout.ends <= self.line.now():
            self._playout.queue(*await self._ending.unless(self._prompts.sounds((moment(self._prompts.language),))))
        await self._ending.unless(asyncio.sleep(seconds))
