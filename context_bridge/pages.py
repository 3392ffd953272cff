"""The pages that listen: each first gets the events it missed, then those that come, once and in order.

A page that comes back names the last event it saw. If the ones after it are not kept any more it gets `reset`, loads
its state again, and goes on from there. A page that is too slow is let go: it comes back and is served from what is
kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from typing import Final, Protocol

from context_bridge.contract import EventStream
from context_bridge.records import LiveEvent

KEPT: Final = 5000  # events for replay
BACKLOG: Final = 1000  # events that a page may be behind before it is let go
RESET: Final = "reset"


class Pages:
    """The open streams of this process."""

    def __init__(self) -> None:
        self._backlogs: dict[asyncio.Queue[LiveEvent | None], Collection[str]] = {}

    def open(self, kinds: Collection[str]) -> asyncio.Queue[LiveEvent | None]:
        backlog: asyncio.Queue[LiveEvent | None] = asyncio.Queue()
        self._backlogs[backlog] = kinds
        return backlog

    def leave(self, backlog: asyncio.Queue[LiveEvent | None]) -> None:
        self._backlogs.pop(backlog, None)

    def deliver(self, event: LiveEvent) -> None:
        for backlog, kinds in tuple(self._backlogs.items()):
            if not wants(kinds, event):
                continue
            if backlog.qsize() < BACKLOG:
                backlog.put_nowait(event)
            else:
                self._end(backlog)

    def close(self) -> None:
        for backlog in tuple(self._backlogs):
            self._end(backlog)

    def _end(self, backlog: asyncio.Queue[LiveEvent | None]) -> None:
        """It still gets what waits for it, then its stream ends."""
        self.leave(backlog)
        backlog.put_nowait(None)


def wants(kinds: Collection[str], event: LiveEvent) -> bool:
    return not kinds or event.kind in kinds or event.kind == RESET


class Source(Protocol):
    """What a stream reads from."""

    pages: Pages

    def order(self, id_: str) -> tuple[int, ...]:
        """The place of an id among all; raises `ValueError` for one that is not ours."""
        ...

    async def ready(self) -> None:
        """Returns when what is published from now on will be delivered."""
        ...

    def replay(self, after: str) -> AsyncIterator[LiveEvent]:
        """The events after that one, as far as they are kept; a `reset` first where some are not."""
        ...


class Stream:
    """One page's events: first those it missed, then those that come."""

    def __init__(self, source: Source, after: str | None, kinds: Collection[str]) -> None:
        self._source, self._after, self._kinds = source, after, kinds
        self._backlog: asyncio.Queue[LiveEvent | None] | None = None
        self._events: AsyncGenerator[LiveEvent] | None = None

    async def __aenter__(self) -> EventStream:
        self._backlog = self._source.pages.open(self._kinds)  # before the replay, so that no event falls between
        await self._source.ready()
        self._events = self._read(self._backlog)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._backlog is not None:
            self._source.pages.leave(self._backlog)
        if self._events is not None:
            await self._events.aclose()

    def __aiter__(self) -> EventStream:
        return self

    async def __anext__(self) -> LiveEvent:
        if self._events is None:
            raise RuntimeError("open the stream first: async with bus.subscribe(after) as stream")
        return await anext(self._events)

    async def _read(self, backlog: asyncio.Queue[LiveEvent | None]) -> AsyncGenerator[LiveEvent]:
        seen: tuple[int, ...] = ()
        if self._after is not None:
            async for event in self._source.replay(self._after):
                seen = self._source.order(event.id)
                if wants(self._kinds, event):
                    yield event
        while (live := await backlog.get()) is not None:
            if live.kind == RESET or self._source.order(live.id) > seen:
                yield live
