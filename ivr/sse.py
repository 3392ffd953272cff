"""Server-sent events, as the HTML standard has them (section 9.2): the one way our pages hear of something.

`Streams` bounds how many are open, keeps proxies from closing quiet ones, and ends all of them at shutdown (aiohttp
would wait a minute for each).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from aiohttp import web

from ivr.http import Problem

HEARTBEAT = 15.0  # seconds; most proxies close a connection that was silent for 30 to 60
STALLED = 20.0  # seconds that a browser may leave its socket unread before we drop it; it comes back and replays


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """`id` is what the browser sends back as `Last-Event-ID`; empty leaves the browser's last one as it is."""

    kind: str
    body: object = field(default_factory=dict)
    id: str = ""

    def encode(self) -> bytes:
        head = f"id: {self.id}\n" if self.id else ""
        return f"{head}event: {self.kind}\ndata: ".encode() + msgspec.json.encode(self.body) + b"\n\n"


def after(request: web.Request) -> str | None:
    """Where the browser stopped reading. The header wins: it is newer than the address the page was opened with."""
    return request.headers.get("Last-Event-ID") or request.query.get("after") or None


class Streams:
    """The open streams of one surface, at most `limit`."""

    def __init__(self, limit: int = 500, heartbeat: float = HEARTBEAT) -> None:
        self._limit = limit
        self._heartbeat = heartbeat
        self._open: set[asyncio.Task[Any]] = set()
        self._closing = asyncio.Event()

    async def serve(self, request: web.Request, events: AsyncGenerator[ServerEvent]) -> web.StreamResponse:
        """Write `events` until they end, the browser goes or `close` is called. Raises `Problem` 503 when full."""
        if len(self._open) >= self._limit:
            raise Problem(503, "Too many pages are open", "Close some and try again in a moment.", retry_after=5)
        task = cast("asyncio.Task[Any]", asyncio.current_task())  # a handler always runs in one
        self._open.add(task)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        try:
            await response.prepare(request)
            await response.write(b"retry: 1000\n\n")
            async with aclosing(self._paced(events)) as paced:
                async for data in paced:
                    async with asyncio.timeout(STALLED):
                        await response.write(data)
        except (ConnectionError, TimeoutError):
            pass  # the browser went or stopped reading: it will ask again from where it was
        finally:
            self._open.discard(task)
        return response

    async def _paced(self, events: AsyncGenerator[ServerEvent]) -> AsyncGenerator[bytes]:
        """The events, with a comment whenever it was quiet for a heartbeat. The pending read is kept across
        heartbeats: to cancel it could lose the event it was about to return."""
        waiting = asyncio.ensure_future(anext(events, None))
        closing = asyncio.ensure_future(self._closing.wait())
        first = asyncio.FIRST_COMPLETED
        try:
            while True:
                done, _ = await asyncio.wait({waiting, closing}, timeout=self._heartbeat, return_when=first)
                if not done:
                    yield b": still here\n\n"
                    continue
                if closing in done or (event := waiting.result()) is None:
                    return
                yield event.encode()
                waiting = asyncio.ensure_future(anext(events, None))
        finally:
            waiting.cancel()
            closing.cancel()
            await asyncio.gather(waiting, closing, return_exceptions=True)
            await events.aclose()

    async def close(self) -> None:
        """End all streams in good order; those whose browser does not read are cut off."""
        self._closing.set()
        if tasks := list(self._open):
            _, stuck = await asyncio.wait(tasks, timeout=1.0)
            for task in stuck:
                task.cancel()
