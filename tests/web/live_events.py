"""Live events in memory."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection, Mapping
from typing import Any

from context_bridge.records import LiveEvent

KEEP = 200  # live events that the bus keeps


class Bus:
    """Live events in memory, with replay; `broken` ends all streams as a dead instance would."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []
        self.changed = asyncio.Condition()
        self.numbers = itertools.count(1)

    async def publish(self, kind: str, body: Mapping[str, Any]) -> str:
        event = LiveEvent(str(next(self.numbers)), kind, body)
        async with self.changed:
            self.events = [*self.events, event][-KEEP:]
            self.changed.notify_all()
        return event.id

    def subscribe(self, after: str | None, kinds: Collection[str] = ()) -> Stream:
        return Stream(self, after)

    async def close(self) -> None: ...


class Stream:
    def __init__(self, bus: Bus, after: str | None) -> None:
        self.bus = bus
        self.seen = int(after) if after else (int(bus.events[-1].id) if bus.events else 0)
        oldest = int(bus.events[0].id) if bus.events else 1
        self.lost = after is not None and self.seen < oldest - 1

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(self, *exc: object) -> None: ...

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> LiveEvent:
        if self.lost:
            self.lost = False
            self.seen = int(self.bus.events[-1].id)
            return LiveEvent(str(self.seen), "reset")
        async with self.bus.changed:
            await self.bus.changed.wait_for(lambda: self.bus.events and int(self.bus.events[-1].id) > self.seen)
            event = next(e for e in self.bus.events if int(e.id) > self.seen)
        self.seen = int(event.id)
        return event
