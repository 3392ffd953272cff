"""Patience with a database that is away: the same turn again, for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import TypeVar

from context_bridge.contract import StoreUnavailable

WITHIN = 20.0  # seconds in which it may come back while a customer waits
AFTERWARDS = 60.0  # seconds, when nobody waits any more
PAUSES = (0.5, 1, 2, 3)  # seconds between two looks for it; the last one again and again

T = TypeVar("T")
Turn = Callable[[], Awaitable[T]]


async def patiently(turn: Turn[T], rest: Callable[[float], Awaitable[None]], within: float = WITHIN) -> T:
    """`turn`, which must be safe to repeat; `rest(seconds)` passes the time between two attempts. No attempt begins
    after `within` seconds: then it raises `StoreUnavailable`."""
    clock = asyncio.get_running_loop().time
    give_up = clock() + within
    pauses = chain(PAUSES, repeat(PAUSES[-1]))
    while True:
        try:
            return await turn()
        except StoreUnavailable:
            pause = next(pauses)
            if clock() + pause > give_up:
                raise
        await rest(pause)
