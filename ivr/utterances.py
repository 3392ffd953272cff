"""Utterances that are kept to find out why callers are misunderstood: a WAV file and a JSON file each, in one folder.

They tell what was said at which question and what was recognized, and nothing about who said it. Each is removed some
days after it was said.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from pathlib import Path
from typing import Final

import msgspec

from ivr.engine.events import Alternative
from recognition import audio
from recognition.kept import Kept

ID: Final = re.compile(r"[0-9a-f]{32}")
MOST: Final = 5000  # files of sound; a day's work must not fill the disk


class Full(OSError):
    """There are as many as may be."""


class About(msgspec.Struct, frozen=True):
    """What is known of an utterance. `at`: when it was kept, Unix seconds; `cut`: the customer went on speaking."""

    id: str
    at: float
    menu: str
    step: str
    language: str
    engine: str
    seconds: float
    alternatives: tuple[Alternative, ...]
    cut: bool


class Utterances:
    """All methods block, and those that write raise `OSError`, such as for a full disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def keep(self, kept: Kept, at: float) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sum(1 for _ in self._folder.glob("*.wav")) >= MOST:
            raise Full(f"there are {MOST} utterances in {self._folder}; look at them, and remove some")
        name, seconds = secrets.token_hex(16), len(kept.pcm) / 2 / kept.rate
        about = About(name, at, kept.menu, kept.step, kept.language, kept.engine, seconds, kept.alternatives, kept.cut)
        (self._folder / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(about)))
        audio.write(self._folder / f"{name}.wav", audio.from_pcm(kept.pcm), kept.rate)

    def all(self) -> list[About]:
        """The latest first."""
        found = []
        for path in self._folder.glob("*.wav"):
            with contextlib.suppress(OSError, msgspec.DecodeError):  # removed meanwhile, or cut off by a full disk
                found.append(msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=About))
        return sorted(found, key=lambda about: about.at, reverse=True)

    def find(self, name: str) -> Path | None:
        """The sound of one; None when there is none, or not any more."""
        path = self._folder / f"{name}.wav"
        return path if ID.fullmatch(name) and path.is_file() else None

    def forget(self, before: float) -> int:
        """Remove what was kept before a time (Unix seconds); how many files."""
        removed = 0
        for path in (*self._folder.glob("*"), *self._folder.glob(".*")):
            with contextlib.suppress(FileNotFoundError):  # another server shares the folder
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed
