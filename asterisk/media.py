"""The door at which Asterisk hands us what callers say: 8,000 Hz, 16-bit, 20 ms at a time.

Two ways lead to it. By WebSocket (chan_websocket) to a route of our server, at the address that Asterisk's
websocket_client.conf holds; by AudioSocket (chan_audiosocket) to a port of its own, whose address goes with each call.
Only who brings the token of a call that we expect is let in, once; and only from this machine, unless
IVR_ASTERISK_MEDIA says that Asterisk is elsewhere.

AudioSocket: messages of a kind (1 byte), a length (2, big endian) and that many bytes; the first one is the token.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from aiohttp import WSMsgType, web

PATH: Final = "/asterisk/media"
RATE: Final = 8000
FRAME: Final = 320  # bytes: 20 ms
HANGUP, TOKEN, SOUND = 0x00, 0x01, 0x10  # kinds of AudioSocket messages
HELLO_WITHIN = 5.0  # seconds for the token to come
CLOSE_WITHIN = 1.0  # seconds for Asterisk to say goodbye

log = logging.getLogger(__name__)


class Guest(Protocol):
    """Whoever expects the sound of one call."""

    def frame(self, pcm: bytes) -> None:
        """20 ms of it."""

    def lost(self) -> None:
        """No more comes."""


@dataclass(slots=True)
class _Visit:
    guest: Guest
    leave: Callable[[], None] | None = None  # None: not there yet


class Media:
    """`where`: the address at which Asterisk reaches us for AudioSocket, as `host` or `host:port`; without a port a
    free one is taken."""

    def __init__(self, where: str) -> None:
        parts = urlsplit(f"//{where}")
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 0
        self._visits: dict[str, _Visit] = {}
        self._server: asyncio.Server | None = None
        self._handlers: set[asyncio.Task[object]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self._websocket)]

    @property
    def address(self) -> str:
        """Of AudioSocket, once open."""
        return f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    async def open(self) -> None:
        """Raises `OSError` when the address is not ours or in use."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, self._host, self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Nobody is let in any more, and all are shown out."""
        if self._server:
            self._server.close()
        for token in list(self._visits):
            self.forget(token)
        if self._handlers:
            await asyncio.wait(self._handlers, timeout=CLOSE_WITHIN)
        for task in self._handlers:
            task.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    def expect(self, guest: Guest) -> str:
        """The token with which the sound for `guest` will come."""
        self._visits[token := str(uuid4())] = _Visit(guest)
        return token

    def forget(self, token: str) -> None:
        """End it, whether it is there or not. Its guest is told nothing."""
        visit = self._visits.pop(token, None)
        if visit and visit.leave:
            visit.leave()

    def _enter(self, token: str, leave: Callable[[], None]) -> bool:
        visit = self._visits.get(token)
        if visit is None or visit.leave:
            return False
        visit.leave = leave
        return True

    def _feed(self, token: str, sound: bytes) -> None:
        """Asterisk sends whole frames, one at a time; a half one would be no sound of ours."""
        if visit := self._visits.get(token):
            for start in range(0, len(sound) - FRAME + 1, FRAME):
                visit.guest.frame(sound[start : start + FRAME])

    def _left(self, token: str) -> None:
        if visit := self._visits.pop(token, None):
            visit.guest.lost()

    # By WebSocket

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        token, socket = request.query.get("token", ""), web.WebSocketResponse(protocols=("media",), compress=False)
        if not (self._admits(request.remote) and self._enter(token, lambda: self._spawn(socket.close()))):
            raise web.HTTPForbidden
        try:
            await socket.prepare(request)
            async for message in socket:
                if message.type is WSMsgType.BINARY:
                    self._feed(token, message.data)
        finally:
            self._left(token)
        return socket

    def _admits(self, remote: str | None) -> bool:
        """Whether a request from that address may be Asterisk's."""
        return not is_loopback(self._host) or is_loopback(remote or "")

    # By AudioSocket

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._spawn(self._audiosocket(reader, writer))

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._handlers.add(task)
        task.add_done_callback(self._handlers.discard)

    async def _audiosocket(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                token = await _token(reader)
            if self._enter(token, lambda: _hang_up(writer)):
                await self._listen(token, reader)
        except (OSError, EOFError, TimeoutError):
            pass  # its end, however it came
        finally:
            writer.close()

    async def _listen(self, token: str, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                kind, body = await _message(reader)
                if kind == SOUND:
                    self._feed(token, body)
        finally:
            self._left(token)


def _hang_up(writer: asyncio.StreamWriter) -> None:
    """Without it, Asterisk would write an error."""
    with contextlib.suppress(OSError):
        writer.write(bytes([HANGUP, 0, 0]))
    writer.close()


async def _token(reader: asyncio.StreamReader) -> str:
    """Of the first message; empty for a stranger, who may send anything."""
    if (await reader.readexactly(3)) != bytes([TOKEN, 0, 16]):
        return ""
    return str(UUID(bytes=await reader.readexactly(16)))


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readexactly(3)
    return head[0], await reader.readexactly(int.from_bytes(head[1:], "big"))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
