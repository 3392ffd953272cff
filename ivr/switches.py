"""The switches that ops flip live: known in memory at every turn, kept in the store, told to all by a live event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from context_bridge.contract import ContextStore, EventBus, StoreUnavailable
from context_bridge.records import SwitchRow

FRESH = 1.0  # seconds for which what was read is good: so long may a flip take that no event told us of


class Switches:
    """Reads the store when somebody asks and what we know is older than `FRESH`, all that ask waiting for one look; so
    a turn costs no query, and an idle server none either. While the database is away, what was known last holds."""

    def __init__(
        self,
        store: ContextStore,
        bus: EventBus,
        clock: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._bus, self._clock, self._monotonic = store, bus, clock, monotonic
        self._on: frozenset[str] = frozenset()
        self._good_until, self._forgotten = -1.0, False
        self._reading = asyncio.Lock()

    async def on(self) -> frozenset[str]:
        """The names of those that are on."""
        if not self._is_fresh():
            async with self._reading:
                if not self._is_fresh():
                    await self._read()
        return self._on

    async def flip(self, name: str, on: bool, who: str) -> SwitchRow:
        """From the next turn on. Raises `StoreUnavailable`: then it was not flipped."""
        row = SwitchRow(name, "on" if on else "off", who, self._clock())
        await self._store.flip(row.name, row.state, row.who, row.at)
        self.forget()
        await self._bus.publish("switch", asdict(row))
        return row

    def forget(self) -> None:
        """Read anew when somebody asks next."""
        self._good_until, self._forgotten = -1.0, True

    async def follow(self) -> None:
        """Hear of flips by other instances at once. Runs until it is cancelled."""
        async with self._bus.subscribe(None, {"switch"}) as events:
            async for _ in events:
                self.forget()

    def _is_fresh(self) -> bool:
        return self._monotonic() < self._good_until

    async def _read(self) -> None:
        good_until, self._forgotten = self._monotonic() + FRESH, False
        with suppress(StoreUnavailable):  # said by /readyz, and by the turn that cannot be saved
            self._on = frozenset(row.name for row in await self._store.switches() if row.state == "on")
        if not self._forgotten:  # else somebody flipped one meanwhile
            self._good_until = good_until
