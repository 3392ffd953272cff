"""A caller of Twilio's as a line of ours: what is played to them goes out as mu-law; what they say is frames."""

from __future__ import annotations

import asyncio
import contextlib

import numpy as np
from aiohttp import web

from ivr.channels import twilio_media_wire as media
from ivr.channels import webphone_wire as wire
from ivr.channels.line import Line
from recognition.audio import from_pcm, to_pcm
from recognition.rate import Resampler

SAID_WITHIN = 2.0  # seconds after the sound should have ended


class MediaLine(Line):
    """`stream`: its name, as messages to Twilio have it. Our own voices and ears work at 16,000 samples a second."""

    captions = False

    def __init__(self, ws: web.WebSocketResponse, stream: str) -> None:
        super().__init__()
        self._socket, self._stream = ws, stream
        self._out, self._in = Resampler(wire.RATE, media.RATE), Resampler(media.RATE, wire.RATE)
        self._heard = b""
        self._said = asyncio.Event()

    async def sound(self, frame: bytes) -> None:
        samples = np.frombuffer(to_pcm(self._out.take(from_pcm(frame))), "<i2")
        await self._say(media.render_media(self._stream, media.to_mulaw(samples)))

    async def send(self, message: wire.ToPhone) -> None:
        """Of all that a page is told, a telephone can only fall silent."""
        if isinstance(message, wire.Clear):
            await self._say(media.render_clear(self._stream))

    async def said(self) -> None:
        """Wait until what was sent was heard: a stream that ends drops the rest."""
        self._said.clear()
        await self._say(media.render_mark(self._stream, "said"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SAID_WITHIN):
                await self._said.wait()

    def marked(self) -> None:
        self._said.set()

    def frames(self, sound: bytes) -> list[bytes]:
        """The frames that `sound`, mu-law from the caller, makes with what came before."""
        self._heard += to_pcm(self._in.take(from_pcm(media.from_mulaw(sound).astype("<i2").tobytes())))
        whole = len(self._heard) // wire.FRAME * wire.FRAME
        found = [self._heard[at : at + wire.FRAME] for at in range(0, whole, wire.FRAME)]
        self._heard = self._heard[whole:]
        return found

    async def _say(self, text: str) -> None:
        with contextlib.suppress(ConnectionResetError):  # its reader notices the loss
            await self._socket.send_str(text)
