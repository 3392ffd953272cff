"""`GET /api/events`: what happens, as it happens, to every open desk (server-sent events).

A desk that lost its connection names the last event it saw and gets the ones it missed, once and in order. When they
are not kept any more it gets `reset` and loads its lists again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from aiohttp import web

from context_bridge.contract import EventBus
from ivr.http import Described, Route
from ivr.sse import HEARTBEAT, ServerEvent, Streams, after


class Live(Described):
    """`limit`: how many desks may listen at one time to this process."""

    def __init__(self, bus: EventBus, limit: int = 500, heartbeat: float = HEARTBEAT) -> None:
        self._bus = bus
        self._streams = Streams(limit, heartbeat)

    def table(self) -> list[Route]:
        return [
            Route(
                method="GET",
                path="/api/events",
                handler=self.events,
                summary="Live events: pop, contact, turn, outbox, message, published, switch, callback, reset",
                query={"after": "id of the last event seen; the header Last-Event-ID wins over it"},
                media="text/event-stream",
                problems=(503,),
                desk=True,
            )
        ]

    async def events(self, request: web.Request) -> web.StreamResponse:
        return await self._streams.serve(request, self._since(after(request)))

    async def _since(self, last: str | None) -> AsyncGenerator[ServerEvent]:
        async with self._bus.subscribe(last) as stream:
            async for event in stream:
                yield ServerEvent(event.kind, event.body, event.id)

    async def close(self) -> None:
        """End all streams; the desks reconnect, to this process or another."""
        await self._streams.close()
