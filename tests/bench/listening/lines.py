"""A caller's end of a call in `bench_listening.py`: speaks what was prepared, and notes when there is sound of ours.

Both ends are as cheap as can be, for they share the machine with the server: speech is encoded beforehand, and what is
heard is looked at once for each answer. Times are those of the event loop, in seconds.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import aiohttp
import numpy as np

from recognition.audio import Samples
from tests.asterisk.hearing import ALIKE, likeness
from tests.asterisk.phone import Phone
from tests.asterisk.rtp import PACKET
from tests.bench.listening.questions import REFUSAL, REPLIES

PERIOD = 0.02  # seconds of a frame, on both lines
APART = 0.2  # seconds without sound between two prompts
SILENCE = bytes(640)
JITTER = 0.06  # seconds that the web phone's page buffers before it plays (audio-worklet.js)
REFUSED = len(REPLIES)  # its place among the beginnings
RECOGNIZED, LATELY = 35, 50  # packets by which a prompt is told from others, at its beginning and somewhere in them
ANONYMOUS = "anonymous"  # a From that says nothing: each call is somebody new


@dataclass(slots=True)
class Stretch:
    """Sound without a pause, as the caller hears it."""

    began: float
    ends: float


class Sounds:
    """What a caller has heard."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._stretches: list[Stretch] = []
        self._cleared = False
        self._woken = asyncio.Event()

    def frame(self, delay: float = 0.0) -> None:
        """One has come; the first of a stretch is heard after `delay`."""
        now, last = self._clock(), self.last
        if last is None or self._cleared or now > last.ends + APART:
            self._cleared = False
            self._stretches.append(Stretch(now, now + delay))
            self._woken.set()
        last = self._stretches[-1]
        last.ends = max(last.ends, now) + PERIOD

    def cleared(self) -> None:
        """What is buffered is not heard any more."""
        if self.last:
            self.last.ends = min(self.last.ends, self._clock())
        self._cleared = True

    @property
    def last(self) -> Stretch | None:
        return self._stretches[-1] if self._stretches else None

    def split(self) -> Stretch:
        """What is heard from now on is another prompt, though there was no pause before it."""
        now = self._clock()
        self._stretches.append(Stretch(now, now))
        return self._stretches[-1]

    async def after(self, when: float) -> Stretch:
        """The first that begins after `when`, once it has begun."""
        while self.last is None or self.last.began <= when:
            self._woken.clear()
            await self._woken.wait()
        return self.last


class Line(Protocol):
    """Async context manager: the call."""

    sounds: Sounds

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None: ...

    async def say(self, frames: Sequence[bytes]) -> tuple[float, float]:
        """Silence follows. When the first of these frames was sent, and the last."""

    async def press(self, keys: str) -> None: ...

    async def reply(self, when: float) -> int | None:
        """Which of `REPLIES` the sound that began at `when` begins with."""

    def replied(self) -> bool:
        """Whether one of them has begun in the second before now, since a key was pressed."""

    def refused(self) -> bool:
        """Whether `REFUSAL` has begun since the last `say`, and in the second before now."""


class WebLine:
    """At the web phone's socket. What is heard is what its page would play."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.sounds = Sounds()
        self._http, self._url = http, url
        self._clock = asyncio.get_running_loop().time
        self._captions: list[tuple[float, str]] = []  # when they came
        self._pressed = self._spoke = 0.0
        self._frames: deque[bytes] = deque()
        self._silent = asyncio.Event()
        self._seq = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._ws = await self._http.ws_connect(self._url + "/phone/ws", compress=0)
        await self._ws.send_json({"event": "start", "call": secrets.token_hex(16), "withheld": True})
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._read())]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._ws.close()

    async def say(self, frames: Sequence[bytes]) -> tuple[float, float]:
        self._silent.clear()
        self._spoke = self._clock()
        self._frames.extend(frames)
        await self._silent.wait()
        return self._last - PERIOD * (len(frames) - 1), self._last

    async def press(self, keys: str) -> None:
        self._pressed = self._clock()
        for key in keys:
            self._seq += 1
            await self._ws.send_json({"event": "key", "key": key, "seq": self._seq})

    async def reply(self, when: float) -> int | None:
        """A prompt's caption comes before its sound."""
        text = [text for at, text in self._captions if at <= when][-1]
        return next((n for n, words in enumerate(REPLIES) if text.startswith(words)), None)

    def replied(self) -> bool:
        return any(at > self._pressed and text.startswith(REPLIES) for at, text in self._captions)

    def refused(self) -> bool:
        return any(at > self._spoke and text == REFUSAL for at, text in self._captions)

    async def _send(self) -> None:
        """A frame at a time, as a page does whose microphone is open."""
        due = self._clock()
        while True:
            spoken = bool(self._frames)
            await self._ws.send_bytes(self._frames.popleft() if spoken else SILENCE)
            self._last = self._clock() if spoken else self._last
            if spoken and not self._frames:
                self._silent.set()
            due += PERIOD
            await asyncio.sleep(due - self._clock())

    _last = 0.0  # a frame that was no silence was sent

    async def _read(self) -> None:
        async for message in self._ws:
            if message.type is aiohttp.WSMsgType.BINARY:
                self.sounds.frame(JITTER)
                continue
            event = message.json()
            if event["event"] == "say":
                self._captions.append((self._clock(), event["text"]))
            elif event["event"] == "clear":
                self.sounds.cleared()


class SipLine:
    """A telephone at a real Asterisk. `beginnings`: of the prompts with `REPLIES`, then of the `REFUSAL`, at 8,000 Hz.
    What is heard is what Asterisk has sent; it sends nothing while it plays nothing."""

    def __init__(self, port: int, beginnings: Sequence[Samples]) -> None:
        self.sounds = Sounds()
        self._phone, self._beginnings = Phone(port, ANONYMOUS), beginnings
        self._pressed = self._spoke = 0  # the last key, and the last answer: their places in what was heard
        self._places: dict[float, int] = {}  # by the beginning of a stretch: its place in what was heard

    async def __aenter__(self) -> Self:
        await self._phone.__aenter__()
        self._call = await self._phone.call("100")
        self._sound = self._call.sound
        self._sound.on_packet = self._packet
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._phone.__aexit__()

    async def say(self, frames: Sequence[bytes]) -> tuple[float, float]:
        self._spoke = len(self._sound.heard)
        return await self._sound.utter(b"".join(frames))

    async def press(self, keys: str) -> None:
        self._pressed = len(self._sound.heard)
        if keys:
            await self._sound.press(keys)

    async def reply(self, when: float) -> int | None:
        """Waits for as much of it as it takes."""
        place = self._places[when]
        while (missing := place + RECOGNIZED * PACKET - len(self._sound.heard)) > 0:  # noqa: ASYNC110 - as it comes
            await asyncio.sleep(PERIOD * missing / PACKET)
        return self._replied(place)

    def replied(self) -> bool:
        """After a key the next prompt follows without a pause."""
        return self._replied(self._lately(self._pressed), LATELY) is not None

    def refused(self) -> bool:
        return self._recognized(self._lately(self._spoke), LATELY) == REFUSED

    def _lately(self, since: int) -> int:
        return max(since, len(self._sound.heard) - LATELY * PACKET)

    def _replied(self, place: int, packets: int = RECOGNIZED) -> int | None:
        found = self._recognized(place, packets)
        return None if found == REFUSED else found

    def _recognized(self, place: int, packets: int) -> int | None:
        heard = self._sound.pcm(place)[: packets * PACKET]
        found = [float(np.max(likeness(heard, beginning), initial=0.0)) for beginning in self._beginnings]
        best = int(np.argmax(found))
        return best if found[best] > ALIKE else None

    def _packet(self) -> None:
        self.sounds.frame()
        assert self.sounds.last
        self._places.setdefault(self.sounds.last.began, len(self._sound.heard) - PACKET)
