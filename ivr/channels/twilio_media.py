"""Calls of Twilio's that our own ears hear: their sound comes and goes over a WebSocket (a bidirectional media stream).

While a question is open the call is in a `<Connect><Stream>` document. Keys, words and silence come over the stream and
are turns as the webhooks' are, with the same ids. As soon as the call waits for anything else, or this server goes
away, the stream ends, and Twilio asks at its action what comes next: so a stream may be lost at any time, and all that
must be known is in the database.

Twilio signs the request for the WebSocket like every other, over the wss address.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from aiohttp import WSMsgType, web

from context_bridge.contract import ContextStore, StoreUnavailable
from ivr.channels import twilio_media_wire as media
from ivr.channels.ending import Gone
from ivr.channels.handset import Exchange, Handset
from ivr.channels.twilio_call import PATH, contact_of
from ivr.channels.twilio_door import Door
from ivr.channels.twilio_media_line import MediaLine
from ivr.driver import Driver
from ivr.engine.actions import Action, Collect, Say
from ivr.engine.events import Event, Input, NoInput
from ivr.traces import trace
from recognition.hearing import event_of
from recognition.keys import Answer, Keyed, Silence
from recognition.listen import Deaf, Heard

log = logging.getLogger(__name__)

START_WITHIN = 10.0  # seconds from connecting to `start`
STREAMS = 500  # at once
HEARTBEAT = 20.0  # seconds


class Media:
    """`exchange`: the voice and the ears; its grace and menu are not used here."""

    def __init__(self, driver: Driver, store: ContextStore, door: Door, exchange: Exchange) -> None:
        self._driver, self._store, self._door, self._exchange = driver, store, door, exchange
        self._calls: dict[str, Stream] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"/twilio/media/{PATH}", self.socket)]

    async def close(self) -> None:
        """Our server goes down: Twilio asks the next process, where the question is put again."""
        for call in list(self._calls.values()):
            call.end()

    async def socket(self, request: web.Request) -> web.StreamResponse:
        if not self._door.is_signed_socket(request):
            return web.Response(status=403)
        if len(self._calls) >= STREAMS:
            return web.Response(status=503)
        ws = web.WebSocketResponse(heartbeat=HEARTBEAT, compress=False, max_msg_size=media.LARGEST)
        await ws.prepare(request)
        try:
            async with asyncio.timeout(START_WITHIN):
                start = await _start(ws)
        except (TimeoutError, media.WireError) as error:
            log.warning("a media stream did not begin: %s", str(error) or "no `start` in time")
            await ws.close()
            return ws
        if start is not None and start.account == self._door.account and await self._is_here(start.call, request):
            await self._serve(start, ws, request)
        await ws.close()
        return ws

    async def _is_here(self, call: str, request: web.Request) -> bool:
        """Whether the call is at this place; one that was led elsewhere is not."""
        last = await self._store.last_answer(contact_of(call))
        return last is not None and last.epoch == int(request.match_info["epoch"])

    async def _serve(self, start: media.Start, ws: web.WebSocketResponse, request: web.Request) -> None:
        contact = contact_of(start.call)
        if (before := self._calls.get(contact)) is not None:
            before.end()
        epoch = int(request.match_info["epoch"])
        stream = self._calls[contact] = Stream(contact, epoch, MediaLine(ws, start.stream), self._exchange, self._store)
        await stream.line.attach(ws, request)
        reading = asyncio.create_task(stream.read(ws))
        try:
            await stream.run()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            if self._calls.get(contact) is stream:
                del self._calls[contact]


async def _start(ws: web.WebSocketResponse) -> media.Start | None:
    async for message in ws:
        if message.type is WSMsgType.TEXT and isinstance(found := media.parse(message.data), media.Start):
            return found
    return None


class Stream:
    """The questions of one call, for as long as one WebSocket lasts."""

    def __init__(self, contact: str, epoch: int, line: MediaLine, exchange: Exchange, store: ContextStore) -> None:
        self.contact, self._epoch, self.line = contact, epoch, line
        self._driver, self._store = exchange.driver, store
        self._handset = Handset(contact, exchange, line)
        self._keys = 0

    def end(self) -> None:
        self._handset.ending.come("restart")

    async def read(self, ws: web.WebSocketResponse) -> None:
        """What the caller does, until the stream ends."""
        async for message in ws:
            try:
                told = media.parse(message.data) if message.type is WSMsgType.TEXT else None
            except media.WireError as error:
                log.warning("call %s: %s", self.contact, error)
                break
            match told:
                case media.Media(sound):
                    for frame in self.line.frames(sound):
                        self._handset.hearing.feed(frame)
                case media.Key(digit):
                    self._keys += 1
                    await self._handset.press(self._keys, digit)
                case media.Mark():
                    self.line.marked()
                case media.Stop():
                    break
                case _:
                    pass
        self.end()

    async def run(self) -> None:
        """Returns when the call waits for something else than an answer, or the stream is over; raises nothing."""
        try:
            actions = await self._first()
            while actions and isinstance(wait := actions[-1], Collect):
                actions = await self._collect(_says(actions), wait)
            self._handset.playout.queue(*await self._handset.sounds(_says(actions)))
            await self._handset.ending.unless(self._handset.playout.finished())
            await self._handset.ending.unless(self.line.said())
        except Gone:
            pass
        except StoreUnavailable:
            log.error("call %s: the database is away; its next webhook says so", self.contact)
        except Exception as error:  # a mistake of ours: Twilio asks at the stream's action what comes next
            log.error("call %s failed with %s", self.contact, trace(error))
        finally:
            self._handset.hearing.close()
            await self._handset.playout.stop()

    async def _first(self) -> tuple[Action, ...]:
        """The question that is open, with what its turn said before it."""
        found = await self._handset.patiently(lambda: self._driver.current(self.contact))
        if found is None:
            return ()
        journey, actions = found
        says = _says(actions)
        rows = await self._store.history(journey.id)
        said = rows[-1].body.get("said", []) if rows else []
        before = said[: len(said) - len(says)] if said[-len(says) :] == [say.text for say in says] else []
        language = says[0].language if says else getattr(actions[-1], "language", "")
        return (*(Say(text, language=language) for text in before), *actions)

    async def _collect(self, says: Sequence[Say], wait: Collect) -> tuple[Action, ...]:
        handset = self._handset
        sounds = await handset.sounds(says)
        playout = handset.playout
        answering = handset.presses.answer(
            wait, playout.ends_with(sounds), lambda: playout.queue(*sounds), playout.clear
        )
        event = self._event(wait, await handset.ending.unless(answering))
        actions = await handset.patiently(lambda: self._driver.advance(event, handset.fill))
        handset.presses.settle()
        return actions

    def _event(self, wait: Collect, answer: Answer | Heard | Deaf) -> Event:
        """The id is the place, as a webhook's is: what was answered by one is late for the other."""
        at, name = self._driver.now(), f"{self.contact}:{self._epoch}.{wait.turn}"
        match answer:
            case Keyed(text):
                return Input(id=name, at=at, contact=self.contact, text=text, mode="keys", turn=wait.turn)
            case Silence():
                return NoInput(id=name, at=at, contact=self.contact, turn=wait.turn)
            case Heard() | Deaf():
                return event_of(answer, name, at, self.contact, wait.turn)


def _says(actions: Sequence[Action]) -> list[Say]:
    return [action for action in actions if isinstance(action, Say)]
