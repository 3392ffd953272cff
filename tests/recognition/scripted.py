"""Engines for tests, which live in real worker processes and do as they are told by the question: the option `do` says
`crash`, `hang`, `raise`, `slow` or `no` in its first phrase, `more` (is to come, until there are 2 s), or what becomes
of a caption: `draw` one for ever, `smear` it. Whatever is said, they hear how long it was."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from ivr.engine.events import Alternative
from recognition.audio import Samples
from recognition.listen import Hints

RATE = 8000
SLOW = 0.2  # seconds for an utterance


class Scripted:
    name = "scripted"
    rate = RATE

    def __init__(self, language: str, folder: Path | None, streaming: bool = False) -> None:
        if folder is not None and not folder.is_dir():
            raise FileNotFoundError(f"no model in {folder}; unpack one there")
        self.languages, self.streaming = frozenset({language}), streaming

    def check(self, hints: Hints) -> Sequence[str]:
        return [f"{phrase} is no word" for phrases in hints.phrases.values() for phrase in phrases if "x" in phrase]

    def open(self, hints: Hints) -> Length:
        return Length(next(iter(hints.phrases.get("do", ())), ""))


class Length:
    def __init__(self, what: str) -> None:
        self._what, self._samples = what, 0

    def feed(self, samples: Samples) -> None:
        self._samples += len(samples)

    def partial(self, hurry: Callable[[], bool]) -> str:
        if self._what == "smear":
            os.kill(os.getpid(), signal.SIGSEGV)
        while self._what == "draw":
            if hurry():
                return ""
            threading.Event().wait(0.01)
        return f"{self._samples // RATE} seconds"

    def unfinished(self) -> bool:
        return self._what == "more" and self._samples < 2 * RATE

    def final(self) -> tuple[Alternative, ...]:
        if self._what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif self._what == "raise":
            raise RuntimeError("the caller said a secret")
        elif self._what == "hang":
            threading.Event().wait()
        elif self._what == "slow":
            threading.Event().wait(SLOW)
        return () if self._what == "no" else (Alternative(f"{self._samples / RATE:.2f}", 0.9, "any"),)


def whole(language: str, folder: Path | None) -> Scripted:
    return Scripted(language, folder)


def streaming(language: str, folder: Path | None) -> Scripted:
    return Scripted(language, folder, streaming=True)


def deadly(language: str, folder: Path | None) -> Scripted:
    """A model that its native code does not survive."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError(language, folder)
