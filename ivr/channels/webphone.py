"""The web phone: a telephony engine of our own, which needs nothing but a browser and one WebSocket.

A caller's socket is at `/phone/ws`, an agent's at `/phone/agent`; what goes over them is in `webphone_wire`, what
happens in a call in `webphone_call`. Here: which socket belongs to which call, restarts, and who may connect.

Deliberately small: two parties, no conference, no codecs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from context_bridge.contract import StoreUnavailable
from ivr.channels import webphone_wire as wire
from ivr.channels.bridge import GRACE
from ivr.channels.handset import Exchange
from ivr.channels.line import received, send
from ivr.channels.webphone_call import NODE, Call
from ivr.driver import Driver
from ivr.engine.events import Left
from ivr.recordings import Recordings
from ivr.settings import Settings
from recognition.listen import Listener
from recognition.speak import Speaker

log = logging.getLogger(__name__)

CALLS = 1000  # at once; a call costs some 0.2 % of a core
START_WITHIN = 10.0  # seconds from connecting to `start`
CLOSE_WITHIN = 10.0  # seconds for turns in flight when we go down
HEARTBEAT = 10.0  # seconds; a peer that does not answer a ping within half of it is a lost line


class WebPhone:
    """Without a `listener` questions are answered by keys. `speed` is for rehearsals and tests: prompts are played that
    many times faster than they are spoken."""

    def __init__(
        self,
        driver: Driver,
        speaker: Speaker,
        settings: Settings,
        listener: Listener | None = None,
        *,
        grace: float = GRACE,
        speed: float = 1.0,
    ) -> None:
        self._driver, self._settings, self._grace = driver, settings, grace
        recordings = Recordings(settings.recordings_dir)
        self._exchange = Exchange(driver, speaker, recordings, settings.menu, grace, speed, listener)
        self._calls: dict[str, Call] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._missing: dict[str, asyncio.TimerHandle] = {}  # contacts of a former process
        self._sockets: set[web.WebSocketResponse] = set()
        self._closing = False

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/phone/ws", self.caller), web.get("/phone/agent", self._agent)]

    async def adopt(self) -> None:
        """Calls of a former process: their pages may come back for a while; after that their lines are lost."""
        for contact in await self._driver.open_contacts(NODE):
            if contact not in self._calls:
                self._missing[contact] = asyncio.get_running_loop().call_later(self._grace, self._drop, contact)

    async def close(self) -> None:
        """Our server goes down: turns in flight are finished, no call is reported as ended, and the pages come back
        to the next process. To be called before aiohttp waits for its handlers (`on_shutdown`)."""
        self._closing = True
        for timer in self._missing.values():
            timer.cancel()
        for call in self._calls.values():
            call.leave("restart")
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSE_WITHIN)
        await asyncio.gather(*(ws.close(code=wire.RESTART, message=b"we restart") for ws in list(self._sockets)))

    async def caller(self, request: web.Request) -> web.WebSocketResponse:
        ws = await self._open(request)
        try:
            async with aclosing(received(ws)) as messages:
                start = await _first(messages)
                if start is None:
                    await _refuse(ws, wire.POLICY, "begin with `start`; see docs/webphone.md")
                elif self._closing:
                    await ws.close(code=wire.RESTART)
                elif (call := self._call(start)) is None:
                    await _refuse(ws, wire.TRY_LATER, "all lines are busy; call again in a moment")
                else:
                    await self._serve(call, start, ws, request, messages)
        finally:
            self._sockets.discard(ws)
        return ws

    async def _serve(
        self,
        call: Call,
        start: wire.Start,
        ws: web.WebSocketResponse,
        request: web.Request,
        messages: AsyncIterator[wire.FromPhone | bytes],
    ) -> None:
        await call.found(ws, request, start.keys)
        try:
            async for message in messages:
                match message:
                    case bytes():
                        await call.heard(message)
                    case wire.Key(key, seq):
                        await call.press(seq, key)
                    case wire.Hangup():
                        call.leave("caller")
                    case wire.Start() | wire.Finish():
                        await send(ws, wire.Error(message="a caller sends one `start`, then `key` and `hangup`"))
        finally:
            call.lost(ws)

    def _call(self, start: wire.Start) -> Call | None:
        """The call that goes on, or a new one; None when there are too many."""
        contact = f"web-{start.call}"
        if (call := self._calls.get(contact)) is not None:
            return call
        if len(self._calls) >= CALLS:
            return None
        if (timer := self._missing.pop(contact, None)) is not None:
            timer.cancel()
        call = self._calls[contact] = Call(contact, start, self._exchange)
        self._run(self._follow(call))
        return call

    async def _follow(self, call: Call) -> None:
        try:
            await call.run()
        finally:
            del self._calls[call.contact]

    async def _agent(self, request: web.Request) -> web.WebSocketResponse:
        ws = await self._open(request)
        try:
            call = self._calls.get(request.query.get("contact", ""))
            if call is None or call.talk is None or call.talk.agent != request.query.get("agent"):
                await _refuse(ws, wire.TRY_LATER, "this call is not yours now; accept it first, or wait for its caller")
            else:
                await call.talk.serve(ws, request)
        finally:
            self._sockets.discard(ws)
        return ws

    async def _open(self, request: web.Request) -> web.WebSocketResponse:
        """A page of another site may not phone in its visitors' names: RFC 6455 section 10.2."""
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc not in {request.host, urlsplit(self._settings.url).netloc}:
            raise web.HTTPForbidden(text="This page may not phone here; open the phone at our own address.")
        ws = web.WebSocketResponse(
            heartbeat=HEARTBEAT, compress=False, max_msg_size=wire.LARGEST, timeout=2.0, autoping=True
        )
        await ws.prepare(request)
        self._sockets.add(ws)
        return ws

    def _drop(self, contact: str) -> None:
        del self._missing[contact]
        self._run(self._report(contact))

    async def _report(self, contact: str) -> None:
        event = Left(
            id=self._driver.new_event_id(),
            at=self._driver.now(),
            contact=contact,
            reason="dropped",
            detail="our server restarted and the page did not come back",
        )
        try:
            await self._driver.advance(event)
        except StoreUnavailable:
            log.warning("call %s was lost and the database is away; our next start finds it", contact)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _first(messages: AsyncIterator[wire.FromPhone | bytes]) -> wire.Start | None:
    """The `start` of a caller; None when something else came, or nothing in time."""
    with contextlib.suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(START_WITHIN):
            first = await anext(messages)
            return first if isinstance(first, wire.Start) else None
    return None


async def _refuse(ws: web.WebSocketResponse, code: int, why: str) -> None:
    await send(ws, wire.Error(message=why))
    await ws.close(code=code)
