"""Waiting for what nobody tells: a process that starts, a file that grows. All else has an event to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 120.0  # seconds that nothing here needs
AGAIN = 0.01  # seconds; to ask without a pause would take the processor from whoever is waited for


async def eventually(true: Callable[[], bool]) -> None:
    """Asked again and again: this is the one place that does. Raises `TimeoutError`."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE):
        while not true():
            turn = loop.create_future()
            loop.call_later(AGAIN, turn.set_result, None)
            await turn
