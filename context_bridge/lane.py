"""Group commit: requests that come at the same moment share one transaction.

There is no timer. While one batch is under way the next one fills, so a busy system commits many turns at once and an
idle one waits for nothing. (Measured on two cores with PostgreSQL: 4 to 6 times the turns of one transaction each.)
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar, cast

from context_bridge.contract import StoreUnavailable

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Lane(Generic[Item, Answer]):
    """`run` answers a batch in its order. A batch holds a key at most once: the second compare-and-swap of a journey
    waits for the first. Up to `width` batches run at a time; no request waits longer than `patience` seconds."""

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        key: Callable[[Item], Hashable],
        *,
        width: int = 1,
        limit: int = 128,
        patience: float = 5.0,
    ) -> None:
        self._run, self._key = run, key
        self._idle, self._limit, self._patience = width, limit, patience
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._drains: set[asyncio.Task[None]] = set()
        self._patient: deque[tuple[float, asyncio.Future[Answer]]] = deque()  # until when, in the order of asking
        self._timer: asyncio.TimerHandle | None = None  # one for all: each costs a place in the loop's heap
        self._closed = False

    async def submit(self, item: Item) -> Answer:
        """Raises `StoreUnavailable`, or what is wrong with this item. After a `StoreUnavailable` a write may still
        have happened: only the database can tell."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((item, answer))
        self._look_after(loop, answer)
        if self._idle:
            self._idle -= 1  # here and in `_drain`, not in a callback: one that runs later would leave items waiting
            drain = asyncio.create_task(self._drain())
            self._drains.add(drain)
            drain.add_done_callback(self._drains.discard)
        return await answer

    def _look_after(self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Answer]) -> None:
        while self._patient and self._patient[0][1].done():
            self._patient.popleft()
        self._patient.append((loop.time() + self._patience, answer))
        if self._timer is None:
            self._timer = loop.call_later(self._patience, self._give_up, loop)

    def _give_up(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._patient and (self._patient[0][0] <= loop.time() or self._patient[0][1].done()):
            _, answer = self._patient.popleft()
            if not answer.done():
                answer.set_exception(StoreUnavailable(f"the database did not answer within {self._patience:g} s"))
        self._timer = loop.call_at(self._patient[0][0], self._give_up, loop) if self._patient else None

    async def close(self) -> None:
        """Takes nothing more and waits for what is under way."""
        self._closed = True
        while self._drains:
            await asyncio.wait(self._drains)
        if self._timer is not None:
            self._timer.cancel()

    async def _drain(self) -> None:
        await asyncio.sleep(0)  # let the other requests of this moment join
        while batch := self._take():
            await self._settle(batch)
        # At once, not by the callback: whoever submits before that runs would wait for a drain that takes no more.
        self._drains.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        self._idle += 1

    def _take(self) -> list[tuple[Item, asyncio.Future[Answer]]]:
        batch: dict[Hashable, tuple[Item, asyncio.Future[Answer]]] = {}
        rest = []
        for item, answer in self._waiting:
            if answer.done():  # the one who asked has given up
                continue
            if len(batch) < self._limit and (key := self._key(item)) not in batch:
                batch[key] = item, answer
            else:
                rest.append((item, answer))
        self._waiting = rest
        return list(batch.values())

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._run([item for item, _ in batch])
        except Exception as error:  # whatever it is belongs to those who asked, and must not end the drain
            if len(batch) == 1 or isinstance(error, StoreUnavailable):
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(error)
            else:  # one item cannot be stored: it must not fail its neighbours
                for single in batch:
                    await self._settle([single])
        else:
            for (_, answer), result in zip(batch, answers, strict=True):
                if not answer.done():
                    answer.set_result(result)
