"""Live events: what happened, for the pages that are open. Published after the commit, kept for replay, capped.

Nothing here is the only copy of anything.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Any

from context_bridge.contract import EventBus, EventStream
from context_bridge.pages import KEPT, RESET, Pages, Stream
from context_bridge.records import LiveEvent


def open_bus(redis_url: str) -> EventBus:
    """Events by way of Redis, so that every instance shows those of all; without a URL they stay in this process.
    Connects when it is used."""
    if not redis_url:
        return ProcessBus()
    from context_bridge.redis_stream import RedisBus  # here, since it costs half a second at each start

    return RedisBus(redis_url)


class ProcessBus:
    """Events of this process. Ids are microseconds of Unix time, so those of a former process are older than all of
    ours, and a page that comes back with one gets `reset`."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.pages = Pages()
        self._clock = clock
        self._last = self._dropped = int(clock() * 1e6)
        self._kept: deque[LiveEvent] = deque()

    async def publish(self, kind: str, body: Mapping[str, Any]) -> str:
        self._last = max(self._last + 1, int(self._clock() * 1e6))
        event = LiveEvent(str(self._last), kind, body)
        self._kept.append(event)
        if len(self._kept) > KEPT:
            self._dropped = int(self._kept.popleft().id)
        self.pages.deliver(event)
        return event.id

    def subscribe(self, after: str | None, kinds: Collection[str] = ()) -> EventStream:
        return Stream(self, after, kinds)

    async def close(self) -> None:
        self.pages.close()

    def order(self, id_: str) -> tuple[int, ...]:
        return (int(id_),)

    async def ready(self) -> None:
        """At once: publishing is delivering."""

    async def replay(self, after: str) -> AsyncIterator[LiveEvent]:
        last = int(after) if after.isdecimal() else 0
        if not self._dropped <= last <= self._last:
            yield LiveEvent(str(self._last), RESET)
            return
        for event in tuple(self._kept):
            if int(event.id) > last:
                yield event
