"""The far end of the web phone in tests: a server on a free port, a phone, and pure tones to know voices by."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from aiohttp import web

from ivr.channels.webphone import WebPhone
from ivr.engine.actions import Say
from ivr.web.pages import Pages, secure
from recognition.speak import Clip, SpeakFailed

PATIENCE = 90.0  # seconds: a bound for a hanging test on a slow machine, never waited out by a passing one


def tone(hertz: float, seconds: float) -> bytes:
    at = np.arange(int(16_000 * seconds)) / 16_000
    return (9000 * np.sin(2 * math.pi * hertz * at)).astype("<i2").tobytes()


def pitch(pcm: bytes, rate: int = 16_000) -> float:
    """The strongest frequency, in hertz."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum) * rate / samples.size)


@dataclass
class ToneSpeaker:
    """Speaks every prompt as a tone of `hertz`, for as long as `seconds` says (by the prompt's words, else a quarter
    of a second); a prompt in `fails` cannot be spoken."""

    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    fails: set[str] = field(default_factory=set)
    hertz: float = 700.0
    asked: list[str] = field(default_factory=list)

    async def say(self, say: Say, rate: int) -> Clip:
        text = say.text
        self.asked.append(text)
        if text in self.fails:
            raise SpeakFailed("the voice is hoarse; wait a day")
        seconds = self.seconds.get(text, 0.25)
        path = self.folder / f"tone-{seconds}.wav"
        if not path.exists():
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, rate, 0, "NONE", ""))
                file.writeframes(tone(self.hertz, seconds))
        return Clip(path, rate, seconds)


class Phone:
    """What a page does, without a page. `heard` keeps frames and events in the order of their arrival."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, call: str) -> None:
        self.ws, self.call = ws, call
        self.heard: list[bytes | dict[str, Any]] = []
        self._seen = 0
        self._more = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.ws:
            async with self._more:
                self.heard.append(message.data if message.type is aiohttp.WSMsgType.BINARY else message.json())
                self._more.notify_all()
        async with self._more:
            self._more.notify_all()

    async def until(self, event: str, **fields: Any) -> dict[str, Any]:
        """The next event of that name and fields after those that were waited for before."""
        return await self._first(
            lambda thing: isinstance(thing, dict) and {"event": event, **fields}.items() <= thing.items()
        )

    async def sees(self, event: str, **fields: Any) -> None:
        """Such an event, whenever it came."""
        async with asyncio.timeout(PATIENCE), self._more:
            while not any(fields.items() <= found.items() for found in self.events(event)):
                assert not self._reading.done(), f"the socket closed with {self.ws.close_code}"
                await self._more.wait()

    async def hears(self, words: str) -> None:
        """The next caption with these words in it."""
        await self._first(lambda thing: isinstance(thing, dict) and words in thing.get("text", ""))

    async def frames(self, count: int) -> bytes:
        """The sound of the next `count` frames."""
        return b"".join([await self._first(lambda thing: isinstance(thing, bytes)) for _ in range(count)])

    async def _first(self, wanted: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(PATIENCE), self._more:
            while True:
                for at in range(self._seen, len(self.heard)):
                    if wanted(self.heard[at]):
                        self._seen = at + 1
                        return self.heard[at]
                self._seen = len(self.heard)
                if self._reading.done():
                    raise AssertionError(f"the socket closed with {self.ws.close_code}; events: {self.events()}")
                await self._more.wait()

    def events(self, *names: str) -> list[dict[str, Any]]:
        return [e for e in self.heard if isinstance(e, dict) and (not names or e["event"] in names)]

    def said(self) -> list[str]:
        return [event["text"] for event in self.events("say")]

    async def press(self, keys: str, first: int) -> None:
        """`first`: the number of the first of these keys."""
        for seq, key in enumerate(keys, first):
            await self.ws.send_json({"event": "key", "key": key, "seq": seq})

    async def speak(self, pcm: bytes) -> None:
        for start in range(0, len(pcm), 640):
            await self.ws.send_bytes(pcm[start : start + 640])

    async def hang_up(self) -> None:
        await self.ws.send_json({"event": "hangup"})
        assert await self.closed() == 1000

    async def lose(self) -> None:
        """The network fails: no closing handshake."""
        connection = self.ws._response.connection  # aiohttp has no public way to be rude
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()
        await self.closed()

    async def closed(self) -> int | None:
        """Wait for the end of the socket; its close code."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(aiohttp.ClientError):  # an aborted transport
                await self._reading
        return self.ws.close_code


@dataclass
class Exchange:
    """A running server with a web phone, and the phones that are connected to it."""

    webphone: WebPhone
    url: str
    http: aiohttp.ClientSession

    async def call(self, call: str | None = None, **start: Any) -> Phone:
        call = call or secrets.token_hex(8)
        phone = await self.connect("/phone/ws", call)
        await phone.ws.send_json({"event": "start", "call": call, **start})
        return phone

    async def connect(self, path: str, call: str = "", **headers: str) -> Phone:
        return Phone(await self.http.ws_connect(self.url + path, compress=0, headers=headers), call)


Serve = Callable[..., Awaitable[Exchange]]  # the fixture `serve`


@asynccontextmanager
async def serving(webphone: WebPhone, pages: Pages | None = None) -> AsyncIterator[Exchange]:
    async def shutdown(_: web.Application) -> None:
        await webphone.close()

    app = web.Application()
    app.add_routes(webphone.routes())
    if pages is not None:
        app.add_routes(pages.routes())
        app.on_response_prepare.append(secure)
    app.on_shutdown.append(shutdown)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as http:
        try:
            yield Exchange(webphone, f"http://127.0.0.1:{port}", http)
        finally:
            await runner.cleanup()
