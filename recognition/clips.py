"""Sound files made once: the cache of clips on disk, by name. A flat folder for each rate."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from recognition import audio

Rate = Literal[8000, 16000]
RATES: tuple[Rate, ...] = (8000, 16000)
MOST = 2_000_000_000  # bytes kept: some 25 hours of each rate
RECENT = 3600.0  # seconds: a clip that was heard since may be on its way to a caller again
REMEMBERED = 20_000  # clips known by heart


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound file on disk: mono, 16-bit PCM WAV."""

    path: Path
    rate: int
    seconds: float


class Clips:
    def __init__(self, folder: Path, most: int = MOST) -> None:
        self.folder = folder.absolute()
        self._most = most
        self._known: dict[Path, Clip] = {}

    def prepare(self) -> None:
        """Raises `OSError` when nothing can be kept there. Blocking, as all that is not said to be quick."""
        for rate in RATES:
            (self.folder / str(rate)).mkdir(parents=True, exist_ok=True)
        for part in self.folder.glob("[0-9]*/.*.part"):  # of a server that was killed while writing
            part.unlink(missing_ok=True)

    def path(self, name: str, rate: Rate) -> Path:
        return self.folder / str(rate) / f"{name}.wav"

    def find(self, name: str, rate: Rate) -> Path | None:
        """The file of a clip by its name; None when there is none, or not any more."""
        path = self.path(name, rate)
        return path if path.parent == self.folder / str(rate) and path.is_file() else None

    def get(self, name: str, rate: Rate) -> Clip | None:
        """A clip that is there and whole. Quick: one look at the disk."""
        path = self.path(name, rate)
        clip = self._known.get(path)
        if clip and _size(path) == audio.HEADER + 2 * round(clip.seconds * rate):
            return clip
        count = audio.frames(path, rate)
        return self._remember(path, rate, count) if count else None

    def put(self, name: str, rate: Rate, samples: audio.Samples) -> Clip:
        """Raises `OSError`."""
        path = self.path(name, rate)
        audio.write(path, samples, rate)
        return self._remember(path, rate, len(samples))

    def forget(self, before: float) -> int:
        """Remove the clips made before a time (Unix seconds). How many."""
        removed = 0
        for path in self.folder.glob("[0-9]*/*.wav"):
            with contextlib.suppress(FileNotFoundError):  # another server shares the cache
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed

    def trim(self) -> int:
        """Remove the clips that were not heard for the longest time, until the cache is small enough. How many. When
        a clip was heard is what the file system says of it, which is a day late where it is mounted with relatime."""
        found = []
        for path in self.folder.glob("[0-9]*/*.wav"):
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                found.append((max(stat.st_atime, stat.st_mtime), stat.st_size, path))
        over, removed, recent = sum(size for _, size, _ in found) - self._most, 0, time.time() - RECENT
        for used, size, path in sorted(found):
            if over <= 0 or used > recent:
                break
            path.unlink(missing_ok=True)
            over, removed = over - size, removed + 1
        return removed

    def _remember(self, path: Path, rate: Rate, count: int) -> Clip:
        if len(self._known) >= REMEMBERED:
            self._known.clear()  # they are still on disk
        clip = self._known[path] = Clip(path, rate, count / rate)
        return clip


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
