"""The door for callers' sound, with guests and strangers at it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from asterisk.media import FRAME, PATH, Media
from tests.waiting import eventually

ONE, TWO = b"\x01\x02" * (FRAME // 2), b"\x03\x04" * (FRAME // 2)


@dataclass
class Caller:
    """Whose sound is expected."""

    frames: list[bytes] = field(default_factory=list)
    gone: bool = False

    def frame(self, pcm: bytes) -> None:
        self.frames.append(pcm)

    def lost(self) -> None:
        self.gone = True


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    media = Media("127.0.0.1")
    await media.open()
    yield media
    await media.close()


@pytest.fixture
async def client(media: Media) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app.add_routes(media.routes())
    async with TestClient(TestServer(app)) as client:
        yield client
        await media.close()


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(2, "big") + body


Connect = Callable[..., Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
async def connect(media: Media) -> AsyncIterator[Connect]:
    """As Asterisk does, with these messages."""
    async with contextlib.AsyncExitStack() as stack:

        async def connect(*messages: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            host, _, port = media.address.partition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            stack.callback(writer.close)
            writer.write(b"".join(messages))
            return reader, writer

        yield connect


async def is_shown_out(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(30):
        try:
            return await reader.read() in (b"", bytes(3))  # or with a hang-up before
        except ConnectionResetError:
            return True


class TestAudioSocket:
    async def test_sound_comes_frame_by_frame_until_its_end(self, media: Media, connect: Connect) -> None:
        token = media.expect(caller := Caller())
        hello = message(0x01, UUID(token).bytes)
        _, writer = await connect(hello, message(0x10, ONE), message(0x03, b"5"), message(0x10, TWO + ONE))
        await eventually(lambda: len(caller.frames) == 3)
        assert caller.frames == [ONE, TWO, ONE]
        writer.close()
        await eventually(lambda: caller.gone)

    async def test_strangers_are_shown_out(self, media: Media, connect: Connect) -> None:
        media.expect(caller := Caller())
        for stranger in (
            message(0x01, uuid4().bytes),
            message(0x01, b"short"),
            message(0x10, ONE),
            b"GET / HTTP/1.1\r\n\r\n" + bytes(70_000),
        ):
            reader, _ = await connect(stranger, message(0x10, ONE))
            assert await is_shown_out(reader)
        assert caller.frames == []
        assert not caller.gone

    async def test_a_token_opens_once(self, media: Media, connect: Connect) -> None:
        token = media.expect(caller := Caller())
        hello = message(0x01, UUID(token).bytes)
        await connect(hello, message(0x10, ONE))
        await eventually(lambda: bool(caller.frames))
        thief, _ = await connect(hello, message(0x10, TWO))
        assert await is_shown_out(thief)
        assert caller.frames == [ONE]
        assert not caller.gone, "a stranger has ended it"

    async def test_who_is_forgotten_is_shown_out_and_not_told(self, media: Media, connect: Connect) -> None:
        token = media.expect(caller := Caller())
        reader, _ = await connect(message(0x01, UUID(token).bytes), message(0x10, ONE))
        await eventually(lambda: bool(caller.frames))
        media.forget(token)
        assert await is_shown_out(reader)
        assert not caller.gone
        reader, _ = await connect(message(0x01, UUID(token).bytes))
        assert await is_shown_out(reader)


class TestWebSocket:
    async def test_sound_comes_frame_by_frame_until_its_end(
        self, media: Media, client: TestClient[web.Request, web.Application]
    ) -> None:
        token = media.expect(caller := Caller())
        async with client.ws_connect(f"{PATH}?token={token}", protocols=("media",)) as socket:
            await socket.send_str('{"event": "MEDIA_START"}')
            await socket.send_bytes(ONE)
            await socket.send_bytes(TWO + ONE[:100])
            await eventually(lambda: len(caller.frames) == 2)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await client.ws_connect(f"{PATH}?token={token}")
        await eventually(lambda: caller.gone)
        assert caller.frames == [ONE, TWO]

    @pytest.mark.parametrize("query", ["", "?token=", "?token=0e2f8c1e-5f0d-4a0c-9a4b-0d5c2f0a9b11"])
    async def test_strangers_are_not_let_in(
        self, media: Media, client: TestClient[web.Request, web.Application], query: str
    ) -> None:
        media.expect(Caller())
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await client.ws_connect(PATH + query)


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("[::1]", True), ("localhost", True), ("10.0.0.7", False), ("segue.example", False)],
)
def test_only_this_machine_is_this_machine(host: str, here: bool) -> None:
    assert Media(host)._admits("192.0.2.1") is not here, "from elsewhere"
    assert Media(host)._admits("127.0.0.1")
