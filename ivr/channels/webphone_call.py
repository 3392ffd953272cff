"""One call of the web phone, from arrival to hang-up, as one coroutine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from aiohttp import web

from context_bridge.contract import StoreUnavailable
from ivr.channels import webphone_wire as wire
from ivr.channels.bridge import Talk
from ivr.channels.ending import Ending, Gone, Why
from ivr.channels.handset import Exchange, Handset
from ivr.channels.line import Line
from ivr.channels.message import Messages
from ivr.channels.patience import AFTERWARDS, patiently
from ivr.channels.presses import choices, event_id, last_used
from ivr.channels.webphone_queue import Queue
from ivr.driver import Arrival, UnknownMenu
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Record, Say, Transfer
from ivr.engine.events import Input, Left, LeftReason, NoInput, Recorded, TransferEnded, Unheard
from ivr.prompts import fault, moved
from ivr.recordings import Message
from ivr.traces import trace
from recognition.hearing import event_of
from recognition.keys import Answer, Keyed, Silence
from recognition.listen import Deaf, Heard

log = logging.getLogger(__name__)

NODE = "webphone"


class Call:
    """Also the `Leg` that the driver speaks to."""

    def __init__(self, contact: str, start: wire.Start, exchange: Exchange) -> None:
        self.contact, self._start, self._exchange, self._driver = contact, start, exchange, exchange.driver
        self._handset = handset = Handset(contact, exchange)
        self._queue = Queue(contact, handset, exchange.driver, exchange.grace)
        self._messages = Messages(
            contact, handset.line, handset.presses, handset.playout, exchange.recordings, handset.show
        )
        self._grace: asyncio.TimerHandle | None = None

    @property
    def line(self) -> Line:
        return self._handset.line

    @property
    def talk(self) -> Talk | None:
        """With the agent who has taken the call."""
        return self._queue.talk

    # What the socket tells.

    async def found(self, ws: web.WebSocketResponse, request: web.Request, keys: Sequence[tuple[int, str]]) -> None:
        """The page is on the line, for the first time or again; `keys` may have come before."""
        if self._grace is not None:
            self._grace.cancel()
        await self._handset.found(ws, request, keys)
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
        await self._handset.press(seq, key)

    async def heard(self, frame: bytes) -> None:
        """A frame of the microphone, for whoever listens."""
        if self.talk is not None:
            await self.talk.heard(frame)
        elif self._messages.taking:
            self._messages.heard(frame)
        else:
            self._handset.hearing.feed(frame)

    def leave(self, why: Why) -> None:
        self._handset.ending.come(why)

    # What the driver tells.

    async def moved(self) -> None:
        self.leave("moved")

    async def joined(self, agent: str) -> None:
        await self._queue.joined(agent)

    async def released(self, actions: tuple[Action, ...]) -> None:
        self._queue.released(actions)

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
            await self._handset.farewell((), "broken")
        except StoreUnavailable as error:
            log.error("call %s ends, the database has been away for too long: %s", self.contact, error)
            await self._handset.farewell((fault(self._handset.language),), "broken")
        except Exception as error:  # a mistake of ours must end this call kindly, not leave its caller in silence
            log.error("call %s failed with %s", self.contact, trace(error))
            await self._handset.farewell((fault(self._handset.language),), "broken")
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
                    actions = await self._queue.wait(says, wait)
                case Transfer() as wait:
                    actions = await self._cannot_dial(says, wait)
                case Hangup(reason="moved"):
                    raise Gone("moved")
                case Hangup(reason=reason):
                    return await self._handset.farewell(says, reason)
                case other:
                    raise AssertionError(f"{type(other).__name__} is carried out by the driver, not by a channel")

    async def _first_actions(self) -> tuple[Action, ...]:
        start, handset = self._start, self._handset
        if not start.resume:
            arrival = Arrival(
                contact=self.contact,
                channel="voice",
                node=NODE,
                menu=start.menu or self._exchange.menu,
                number=None if start.withheld else start.number,
                presentation="withheld" if start.withheld else "allowed",
                language=start.language,
            )
            return await handset.patiently(lambda: self._driver.arrive(arrival, handset.fill))
        found = await handset.patiently(lambda: self._driver.current(self.contact))
        if found is None:
            raise Gone("lost")
        journey, actions = found
        handset.presses.resume(last_used(self.contact, journey.seen))
        if journey.status == "with_agent":
            await self.joined(journey.agent)
        return actions  # with its prompt: `Presses` leaves it out when keys were pressed, so it had been heard

    async def _collect(self, says: Sequence[Say], wait: Collect) -> tuple[Action, ...]:
        handset = self._handset
        sounds = await handset.sounds(says)
        speech = handset.hearing.can(wait)
        await handset.show(wire.Collect(turn=wait.turn, secret=wait.secret, options=choices(wait), speech=speech))
        answering = handset.presses.answer(
            wait,
            handset.playout.ends_with(sounds),
            lambda: handset.playout.queue(*sounds),
            handset.playout.clear,
        )
        event = self._event(wait, await handset.ending.unless(answering))
        if isinstance(event, Unheard) or (isinstance(event, Input) and event.mode == "speech"):
            await self.line.send(wire.Heard(text=event.text if isinstance(event, Input) else None))
        actions = await handset.patiently(lambda: self._driver.advance(event, handset.fill))
        handset.presses.settle()
        await handset.acknowledge()
        return actions

    def _event(self, wait: Collect, answer: Answer | Heard | Deaf) -> Input | NoInput | Unheard:
        at = self._driver.now()
        match answer:
            case Keyed(text):
                name = event_id(self.contact, self._handset.presses.last_of_answer())
                return Input(id=name, at=at, contact=self.contact, text=text, mode="keys", turn=wait.turn)
            case Silence():
                return NoInput(id=self._driver.new_event_id(), at=at, contact=self.contact, turn=wait.turn)
            case Heard() | Deaf():
                return event_of(answer, self._driver.new_event_id(), at, self.contact, wait.turn)

    async def _record(self, says: Sequence[Say], wait: Record) -> tuple[Action, ...]:
        """Takes a message. One that a hang-up ends is kept too."""
        handset = self._handset
        sounds = await handset.sounds(says)
        try:
            message, key = await self._messages.take(sounds, wait, handset.ending)
        except Gone as gone:
            if (message := await self._messages.last_words(gone)) is not None:
                await self._report(self._recorded(wait, message, None))
            if gone.why != "restart":
                await self._messages.forget()
            raise
        event = self._recorded(wait, message, key)
        actions = await handset.patiently(lambda: self._driver.advance(event, handset.fill))
        await handset.acknowledge()
        await self._messages.forget()
        return actions

    def _recorded(self, wait: Record, message: Message | None, key: int | None) -> Recorded | NoInput:
        name = self._driver.new_event_id() if key is None else event_id(self.contact, key)
        at, contact, turn = self._driver.now(), self.contact, wait.turn
        if message is None:
            return NoInput(id=name, at=at, contact=contact, turn=turn)
        recording, seconds = message.recording, message.seconds
        return Recorded(id=name, at=at, contact=contact, turn=turn, recording=recording, seconds=seconds)

    async def _cannot_dial(self, says: Sequence[Say], wait: Transfer) -> tuple[Action, ...]:
        """There is no telephone network behind this phone; the menu knows what to say then."""
        name, at = self._driver.new_event_id(), self._driver.now()
        event = TransferEnded(id=name, at=at, contact=self.contact, turn=wait.turn, outcome="unable")
        actions = await self._handset.patiently(lambda: self._driver.advance(event, self._handset.fill))
        return (*says, *actions)

    # Endings.

    async def _gone_by(self, why: Why) -> LeftReason | None:
        """The last words to the caller; what the driver is to be told."""
        handset = self._handset
        match why:
            case "caller" | "dropped":
                return why
            case "moved":
                handset.ending = Ending()  # now a hang-up only cuts the goodbye short
                await handset.playout.clear()
                await self.line.send(wire.Moved())
                await handset.farewell((moved(handset.language),), "moved")
            case "lost":
                await handset.farewell((), "lost")
            case "restart":
                await self.line.close(wire.RESTART)
        return None

    async def _over(self, left: LeftReason | None) -> None:
        self._handset.hearing.close()
        await self._handset.playout.stop()
        if self.talk is not None and self._handset.ending.why == "restart":
            await self.talk.restart()
        await self._queue.end_talk("dropped" if left == "dropped" else "caller")
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
