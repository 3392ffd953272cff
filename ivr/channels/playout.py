"""Playing sounds to a line, paced by its clock."""

from __future__ import annotations

import asyncio
import math
import wave
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.channels import webphone_wire as wire
from ivr.channels.line import Line

LEAD = 0.1  # seconds sent ahead of their time: rides out a busy machine, and is all that a barge-in has to take back
LATE = 0.3  # seconds; when we are later than this, the rest of the sound moves instead of being sent in one burst


@dataclass(frozen=True, slots=True)
class Sound:
    """PCM16 at the wire's rate. `caption` is told when it begins. `loop`: over and over, until cleared."""

    pcm: bytes
    caption: wire.Say | None = None
    loop: bool = False

    @property
    def seconds(self) -> float:
        return math.inf if self.loop else -(-len(self.pcm) // wire.FRAME) * wire.FRAME_SECONDS

    def frames(self) -> Iterator[bytes]:
        """The last one is filled up with silence."""
        for start in range(0, len(self.pcm), wire.FRAME):
            yield self.pcm[start : start + wire.FRAME].ljust(wire.FRAME, b"\0")


class Unplayable(Exception):
    """A sound file cannot be played; the message says which and what to do."""


def read(path: Path) -> bytes:
    """The samples of a mono PCM16 wav at the wire's rate. Raises `Unplayable` for any other file."""
    try:
        with wave.open(str(path)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (wire.RATE, 1, 2):
                return bytes(file.readframes(file.getnframes()))
    except (OSError, EOFError, wave.Error) as error:
        raise Unplayable(f"{path} cannot be read ({error}); delete it, so that it is rendered again") from error
    raise Unplayable(f"{path} is not mono PCM16 at {wire.RATE} Hz; delete it, so that it is rendered again")


class Playout:
    """Plays what is queued, one sound after another. `speed` is for rehearsals: above 1, sounds take less time.
    `playing` is told each sound as it begins, and an empty one when it is cut short: its echo comes back to the ear."""

    def __init__(self, line: Line, speed: float = 1.0, playing: Callable[[bytes], None] = lambda _pcm: None) -> None:
        self._line, self._frame_seconds, self._speed = line, wire.FRAME_SECONDS / speed, speed
        self._playing = playing
        self._sounds: deque[Sound] = deque()
        self._ends = -math.inf
        self._player: asyncio.Task[None] | None = None

    @property
    def ends(self) -> float:
        """When the last sound that is queued will have been heard, in the line's time."""
        return max(self._ends, self._line.now())

    def ends_with(self, sounds: list[Sound]) -> float:
        """The same, if `sounds` were queued now."""
        return self.ends + sum(sound.seconds for sound in sounds) / self._speed

    def queue(self, *sounds: Sound) -> None:
        self._ends = self.ends_with(list(sounds))
        self._sounds.extend(sounds)
        if self._sounds and self._player is None:
            self._player = asyncio.create_task(self._play())

    async def finished(self) -> None:
        """Wait until everything has been heard."""
        while self._player is not None:
            await self._player
        await self._line.until(self.ends)

    async def clear(self) -> None:
        """Fall silent at once, at the listener's end too."""
        unheard = self._ends > self._line.now()
        await self.stop()
        if unheard:
            self._playing(b"")
            await self._line.send(wire.Clear())

    async def stop(self) -> None:
        self._sounds.clear()
        self._ends = -math.inf
        if (player := self._player) is not None:
            player.cancel()
            await asyncio.wait({player})

    async def _play(self) -> None:
        try:
            due = self._line.now()
            while self._sounds:
                sound = self._sounds.popleft()
                if sound.caption is not None:
                    await self._line.until(due - LEAD)
                    await self._line.send(sound.caption)
                due = await self._play_one(sound, due)
        finally:
            self._player = None

    async def _play_one(self, sound: Sound, due: float) -> float:
        """Send `sound`, its first frame to be heard at `due`; returns when it ends."""
        while True:
            await self._line.until(due - LEAD)
            self._playing(sound.pcm)
            for frame in sound.frames():
                await self._line.until(due - LEAD)
                if (late := self._line.now() - due) > LATE:
                    due += late
                    self._ends += late
                await self._line.sound(frame)
                due += self._frame_seconds
            if not sound.loop:
                return due
