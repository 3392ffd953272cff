"""Recordings: what customers said after the beep, as WAV files in one folder.

While somebody speaks, their words are a *take*: bare samples in a hidden file, added to about every second, so that a
process that is killed loses no more than that and the next one goes on with it. A *recording* is a finished file,
written whole or not at all. Its id is known to the journey and to desks alone, and follows from the take: who is killed
between any two steps, and keeps the take again, has one recording and not two.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from glob import escape
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from recognition import audio
from recognition.gate import FRAME_SECONDS, Gate

ID = re.compile(r"[0-9a-f]{32}")
PREFIX = "recording:"  # before the id, in a slot


LEAST = 1.0  # seconds of speech; less is no message
BEGINNING = 0.5  # seconds, which every message has
TAIL = 0.5  # seconds of a closing silence that are kept


@dataclass(frozen=True, slots=True)
class Message:
    """What was recorded, and its length in seconds."""

    recording: str
    seconds: float


def id_in(value: str) -> str | None:
    """The id that a slot's value names."""
    found = value.removeprefix(PREFIX)
    return found if value.startswith(PREFIX) and ID.fullmatch(found) else None


class Recordings:
    """All methods block, and those that write raise `OSError`, such as for a full disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def prepare(self) -> None:
        self._folder.mkdir(mode=0o770, parents=True, exist_ok=True)

    def place(self, name: str) -> Path:
        """Where what is being said is kept; `name` tells the wait from all others."""
        return self._folder / f".{name}"

    def take(self, name: str, rate: int) -> Take:
        self.prepare()
        return Take(name, self, rate)

    def keep(self, name: str, samples: audio.Samples, rate: int) -> Message | None:
        """A recording of the take of that name, without most of the silence that ended it; None when it is too short to
        be a message. A take that has grown since it was kept takes the place of what was kept."""
        gate, pcm, frame = Gate(), audio.to_pcm(samples), 2 * int(FRAME_SECONDS * rate)
        for start in range(0, len(pcm), frame):
            gate.take(pcm[start : start + frame])
        if gate.spoken < LEAST:
            return None
        samples = samples[: len(samples) - int(max(0.0, gate.quiet - TAIL) * rate)]
        recording = _id(name, pcm[: int(2 * BEGINNING * rate)])
        self._write(recording, samples, rate)
        return Message(recording, len(samples) / rate)

    def take_over(self, name: str, sound: bytes) -> None:
        """A recording that was made elsewhere: the WAV file `sound`, under the id that it has there. Raises
        `audio.NotPlayable`."""
        self.prepare()
        self._write(name, *audio.read(BytesIO(sound)))

    def _write(self, name: str, samples: audio.Samples, rate: int) -> None:
        """The file of a recording. What a process that was killed here has written of it goes at once, not with age."""
        for part in self._folder.glob(f".{escape(name)}.wav.*"):
            part.unlink(missing_ok=True)
        audio.write(self._folder / f"{name}.wav", samples, rate)

    def find(self, name: str) -> Path | None:
        """The file of a recording; None when there is none, or not any more."""
        path = self._folder / f"{name}.wav"
        return path if ID.fullmatch(name) and path.is_file() else None

    def forget(self, before: float) -> int:
        """Remove what was recorded before a time (Unix seconds); how many."""
        removed = 0
        for path in (*self._folder.glob("*.wav"), *self._folder.glob(".*")):
            with contextlib.suppress(FileNotFoundError):  # another server shares the folder
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed


class Take:
    """Grows at the end. What a former process has written is there already. Its methods block and raise `OSError`."""

    def __init__(self, name: str, recordings: Recordings, rate: int) -> None:
        self._path, self._name = recordings.place(f"{name}.pcm"), name
        self._recordings, self._rate = recordings, rate

    def pcm(self) -> bytes:
        """16-bit samples."""
        with contextlib.suppress(FileNotFoundError):
            return self._path.read_bytes()
        return b""

    def write(self, pcm: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(pcm)

    def keep(self) -> Message | None:
        """What was said so far, as `Recordings.keep`. The take stays until `remove`: were we killed before the journey
        has the id, nobody would have to say it again."""
        return self._recordings.keep(self._name, audio.from_pcm(self.pcm()), self._rate)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def _id(name: str, beginning: bytes) -> str:
    """Of the wait that a take belongs to, and of how it begins, which stays as it is when the take grows."""
    return sha256(name.encode() + b"\0" + beginning).hexdigest()[:32]
