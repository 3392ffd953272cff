"""Live events over one capped Redis Stream: each instance reads it once and hands the events to its pages.

Redis holds no truth. While it is away events are dropped, quickly, and no turn fails or waits for it; when it is back
everybody gets `reset` and loads what they missed from the store. Redis 6.2 or newer, or Valkey.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from context_bridge.codec import dump
from context_bridge.contract import EventStream
from context_bridge.pages import KEPT, RESET, Pages, Stream
from context_bridge.records import LiveEvent

log = logging.getLogger(__name__)
DROPPED = Counter("segue_live_events_dropped", "Live events that Redis did not take; pages load their state again")

KEY: Final = "segue:{events}"  # one hash slot, should it be a cluster
PATIENCE: Final = 0.5  # seconds that a turn may wait for Redis
PAUSE: Final = 1.0  # seconds for which Redis is left alone after it failed
BLOCK: Final = 2.0  # seconds that a read waits for something to happen
PAGE: Final = 500  # events in one reply
AWAY: Final = (RedisError, OSError, TimeoutError)
START: Final = "0-0"

Entry = tuple[str, Mapping[str, str]]


class RedisBus:
    """One reader for all pages of this process; it runs from the first page on."""

    def __init__(self, url: str) -> None:
        self.pages = Pages()
        # No retries: a second XADD of the same event would show it twice.
        self._redis = _client(url, PATIENCE)
        self._blocking = _client(url, BLOCK + 3)
        self._reader: asyncio.Task[None] | None = None
        self._placed = asyncio.Event()
        self._last: str | None = None  # the newest event that was read
        self._away_until = 0.0
        self._lost = 0

    async def publish(self, kind: str, body: Mapping[str, Any]) -> str:
        """The event's id; empty when Redis is away and the event was dropped."""
        if time.monotonic() < self._away_until:
            self._drop(None)
            return ""
        try:
            async with asyncio.timeout(PATIENCE):
                if self._lost:
                    await self._tell_loss()
                return await self._add(kind, body)
        except AWAY as error:
            self._drop(error)
            return ""

    def subscribe(self, after: str | None, kinds: Collection[str] = ()) -> EventStream:
        return Stream(self, after, kinds)

    async def close(self) -> None:
        self.pages.close()
        while self._reader is not None and not self._reader.done():
            self._reader.cancel()  # again, should it be swallowed: see there
            await asyncio.wait([self._reader], timeout=PATIENCE)
        await self._redis.aclose()
        await self._blocking.aclose()

    def order(self, id_: str) -> tuple[int, ...]:
        milliseconds, _, number = id_.partition("-")
        return int(milliseconds), int(number)

    async def ready(self) -> None:
        """While Redis is away a page opens all the same: it gets `reset` when Redis is back."""
        if self._reader is None:
            self._reader = asyncio.create_task(self._read())
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._placed.wait()

    async def replay(self, after: str) -> AsyncIterator[LiveEvent]:
        last = after
        try:
            if (missed := await self._missed(after)) is not None:
                yield LiveEvent(missed, RESET)
                return
            while entries := await self._redis.xrange(KEY, min=f"({last}", count=PAGE):
                for entry in entries:
                    event = _event(entry)
                    yield event
                    last = event.id
        except AWAY:  # what it missed cannot be known
            yield LiveEvent(last if self._is_id(last) else START, RESET)

    async def _missed(self, after: str) -> str | None:
        """The newest id, when events after `after` are not kept any more or it is no id of this stream."""
        oldest = await self._redis.xrange(KEY, count=1)
        newest = await self._newest()
        if oldest and self._is_id(after) and self.order(oldest[0][0]) <= self.order(after) <= self.order(newest):
            return None
        return newest

    def _is_id(self, text: str) -> bool:
        milliseconds, _, number = text.partition("-")
        return len(text) <= 40 and milliseconds.isdecimal() and number.isdecimal()

    async def _newest(self) -> str:
        entries = await self._redis.xrevrange(KEY, count=1)
        return str(entries[0][0]) if entries else START

    async def _read(self) -> None:
        """Deliver for ever. After a failure: where did we stop, and is what came since still kept?"""
        failed = False
        task = asyncio.current_task()
        # redis-py's timeout(0) may swallow a cancellation; asyncio.run would then wait for us for ever.
        while task is not None and not task.cancelling():
            try:
                if self._last is None or failed:
                    await self._place(failed)
                    failed = False
                reply = await self._blocking.xread({KEY: self._last or START}, count=PAGE, block=int(BLOCK * 1000))
                for entry in _entries(reply):
                    event = _event(entry)
                    self._last = event.id
                    self.pages.deliver(event)
            except AWAY as error:
                if not failed:
                    log.warning("live events stop until Redis is back: %s", type(error).__name__)
                failed = True
                await asyncio.sleep(PAUSE / 2)

    async def _place(self, failed: bool) -> None:
        if self._lost:
            await self._tell_loss()
        if self._last is None or await self._missed(self._last) is not None:
            self._last = await self._newest()
            if failed:
                self.pages.deliver(LiveEvent(self._last, RESET))
        if failed:
            log.warning("Redis is back")
            self._away_until = 0.0
        self._placed.set()

    async def _add(self, kind: str, body: Mapping[str, Any]) -> str:
        fields: Any = {"kind": kind, "body": dump(body)}
        return str(await self._redis.xadd(KEY, fields, maxlen=KEPT, approximate=True))

    async def _tell_loss(self) -> None:
        """Let the pages of all instances load what we could not publish."""
        await self._add(RESET, {})
        self._lost = 0

    def _drop(self, error: BaseException | None) -> None:
        DROPPED.inc()
        self._lost += 1
        if error is not None:
            self._away_until = time.monotonic() + PAUSE
            log.warning(
                "Redis did not take a live event (%s): see that it runs and that IVR_REDIS_URL is right",
                type(error).__name__,
            )


async def ping(url: str) -> None:
    """Whether Redis answers. Raises `OSError` when it does not, or refuses us."""
    client = _client(url, PATIENCE)
    try:
        await client.ping()
    except RedisError as error:
        raise OSError(str(error)) from error
    finally:
        await client.aclose()


def _client(url: str, patience: float) -> Any:
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=patience,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )


def _entries(reply: Any) -> list[Entry]:
    """Of an XREAD reply in either protocol: {key: [entries, …]} or [[key, entries]]."""
    if isinstance(reply, dict):
        return [entry for blocks in reply.values() for entries in blocks for entry in entries]
    return [entry for _, entries in reply or () for entry in entries]


def _event(entry: Entry) -> LiveEvent:
    id_, fields = entry
    return LiveEvent(id_, fields.get("kind", ""), msgspec.json.decode(fields.get("body", "{}")))
