"""The web phone as a customer has it: a WebSocket, captions, and sound that must be the words."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Self

import aiohttp
import numpy as np

from ivr.channels import webphone_wire as wire
from ivr.channels.playout import read
from ivr.conversation import CannotPlay, Does
from tests.channels.far_end import Phone, tone
from tests.players.desk import AGENT, Desk
from tests.players.mouth import Mouth
from tests.players.server import Server

BEGINNING = 25  # frames: half a second
SPOKEN = 3.0  # seconds of a message, at most: it takes its time
LOUD = 1000  # of 32,767: no word is quieter at its loudest


class WebTelephone:
    """`mouth`: with which the customer speaks, where somebody listens."""

    def __init__(self, server: Server, desk: Desk, mouth: Mouth | None = None) -> None:
        self._spoken, self._desk, self._mouth = server.spoken, desk, mouth
        self._http = aiohttp.ClientSession(server.url)
        self._phone: Phone
        self._keys, self._fresh = 0, True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    async def call(self, number: str | None, language: str | None = None) -> None:
        call, self._keys, self._fresh = secrets.token_hex(16), 0, True
        self._phone = Phone(await self._http.ws_connect("/phone/ws", compress=0), call)
        start = {"event": "start", "call": call, "number": number, "withheld": number is None, "language": language}
        await self._phone.ws.send_json(start)
        await self._phone.until("answer")

    async def press(self, keys: str) -> None:
        await self._phone.press(keys, self._keys + 1)
        self._keys += len(keys)

    async def speak(self, text: str, turn: int, again: int) -> None:
        """Barges in, as people do who know the menu. The sound goes as fast as the server takes it: for ears, time is
        what they have heard."""
        assert self._mouth, "this caller has no mouth"
        await self._phone.sees("collect", turn=turn, speech=True)
        await self._phone.speak(await self._mouth.say(text, again))

    async def beep(self) -> None:
        await self._phone.until("recording")

    async def record(self, seconds: float) -> None:
        await self.beep()
        await self._phone.speak(tone(300, min(seconds, SPOKEN)))
        await self.press("#")
        await self._phone.until("recorded")

    async def hears(self, says: Sequence[str]) -> None:
        for n, text in enumerate(says):
            caption = await (self._phone.until("say") if n or self._fresh else self._phone.until("say", text=text))
            assert caption["text"] == text
            self._fresh = False
            words = read((await self._spoken.clip(text, wire.RATE)).path)
            count = -(-len(words) // wire.FRAME)
            sound = await self._phone.frames(count if n + 1 < len(says) else min(count, BEGINNING))
            assert sound.startswith(words[: len(sound)]), f"other sound than that of “{text}”"
            assert np.abs(np.frombuffer(sound, "<i2").astype(int)).max() > LOUD, f"“{text}” is silent"

    async def drop(self) -> None:
        await self._phone.ws.close(code=wire.DROPPED)

    async def hang_up(self) -> None:
        await self._phone.ws.send_json({"event": "hangup"})

    async def over(self) -> None:
        await self._phone.until("hangup")
        assert await self._phone.closed() == wire.FINISHED

    async def agent_joins(self, contact: str) -> None:
        await self._desk.accept(contact)
        await self._phone.until("agent", name=AGENT)

    async def other_end(self, does: Does) -> None:
        raise CannotPlay(f"nobody can be dialled from a web page, so nobody {does}")

    async def agent_finishes(self, contact: str) -> None:
        await self._desk.finish(contact)
