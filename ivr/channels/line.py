"""A party's line: a WebSocket that may be lost and found again, the time that passes on it, and what comes in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from aiohttp import WSMessage, WSMsgType, web

from ivr.channels import webphone_wire as wire

BACKLOG = 32_000  # bytes not sent yet; a second of sound. Live sound that would come later is worth nothing
WRONG_MESSAGES = 50  # answered on one socket before it is closed
BURST, PER_SECOND = 400, 200  # messages; a phone sends 50 frames a second, all at once after a stalled network


class Line:
    """Time on a line stands still while it is away: neither a prompt nor the caller's time to answer runs out.
    What is sent while it is away is lost, except that nobody sends sound then: `until` waits for its return.
    `captions`: what somebody says is shown to them while they speak."""

    captions = True

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ws: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self._there = asyncio.Event()
        self._away_since: float | None = self._loop.time()
        self._away = 0.0

    @property
    def there(self) -> bool:
        return self._ws is not None

    def now(self) -> float:
        """Seconds that have passed on this line, from any beginning."""
        return (self._loop.time() if self._away_since is None else self._away_since) - self._away

    async def until(self, when: float) -> None:
        """Wait until `now()` is `when` and the line is there."""
        while (rest := when - self.now()) > 0 or not self.there:
            if self.there:
                await asyncio.sleep(rest)
            else:
                await self._there.wait()

    async def attach(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        """`ws` is the line from now on; one that was there before is closed."""
        before, self._ws, self._transport = self._ws, ws, request.transport
        if self._away_since is not None:
            self._away += self._loop.time() - self._away_since
            self._away_since = None
        self._there.set()
        if before is not None:
            await before.close(code=wire.REPLACED, message=b"this call came back on a newer socket")

    def detach(self, ws: web.WebSocketResponse) -> bool:
        """`ws` has ended. False: it was not the line any more."""
        if ws is not self._ws:
            return False
        self._ws = self._transport = None
        self._away_since = self._loop.time()
        self._there.clear()
        return True

    async def send(self, message: wire.ToPhone) -> None:
        if self._ws is not None:
            await send(self._ws, message)

    async def sound(self, frame: bytes) -> None:
        """A frame of a prompt; waits for a slow receiver."""
        if self._ws is not None:
            with contextlib.suppress(ConnectionResetError):  # its reader notices the loss
                await self._ws.send_bytes(frame)

    async def live(self, frame: bytes) -> None:
        """A frame of somebody speaking; dropped rather than late, and never waits."""
        if self._transport is not None and self._transport.get_write_buffer_size() < BACKLOG:
            await self.sound(frame)

    async def close(self, code: int) -> None:
        if self._ws is not None:
            await self._ws.close(code=code)


async def send(ws: web.WebSocketResponse, message: wire.ToPhone) -> None:
    with contextlib.suppress(ConnectionResetError):  # its reader notices the loss
        await ws.send_str(wire.render(message))


async def received(ws: web.WebSocketResponse) -> AsyncGenerator[wire.FromPhone | bytes]:
    """What the party sends, until the socket ends: whole frames and known messages. Anything else is answered with
    an `error`, and too much of it closes the socket. A flood is read slowly, so that TCP slows its sender."""
    wrong, bucket = 0, _TokenBucket()
    async for message in ws:
        await bucket.take()
        try:
            taken = _checked(message)
        except wire.WireError as error:
            wrong += 1
            await send(ws, wire.Error(message=str(error)))
            if wrong >= WRONG_MESSAGES:
                await ws.close(code=wire.UNSUPPORTED, message=b"too many messages that are not ours")
            continue
        yield taken


def _checked(message: WSMessage) -> wire.FromPhone | bytes:
    match message.type:
        case WSMsgType.TEXT:
            return wire.parse(message.data)
        case WSMsgType.BINARY if len(message.data) == wire.FRAME:
            return bytes(message.data)
        case WSMsgType.BINARY:
            raise wire.WireError(f"a frame of sound has {wire.FRAME} bytes, this one had {len(message.data)}")
        case _:
            raise wire.WireError("the message was too long or broken; see docs/webphone.md")


class _TokenBucket:
    """`take` waits while more than `PER_SECOND` are taken, beyond a burst."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tokens, self._at = float(BURST), self._loop.time()

    async def take(self) -> None:
        now = self._loop.time()
        self._tokens = min(BURST, self._tokens + (now - self._at) * PER_SECOND) - 1
        self._at = now
        if self._tokens < 0:
            await asyncio.sleep(-self._tokens / PER_SECOND)
