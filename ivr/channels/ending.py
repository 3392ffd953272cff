"""How a call ends from outside: as an exception in whatever it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal, TypeVar

Why = Literal["caller", "dropped", "moved", "restart", "lost"]
T = TypeVar("T")


class Gone(Exception):
    """The caller hung up, the line was lost, the journey moved, we restart, or there is no such call (any more)."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Ending:
    """Comes once; the first reason counts."""

    def __init__(self) -> None:
        self._why: asyncio.Future[Why] = asyncio.get_running_loop().create_future()

    @property
    def why(self) -> Why | None:
        return self._why.result() if self._why.done() else None

    def come(self, why: Why) -> None:
        if not self._why.done():
            self._why.set_result(why)

    async def unless(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, which is ended and `Gone` raised as soon as the call is over."""
        task = asyncio.create_task(work)
        either: list[asyncio.Future[Any]] = [task, self._why]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Gone(self._why.result())
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
