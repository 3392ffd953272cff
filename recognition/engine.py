"""What an engine of speech recognition is. It lives in a worker process (`recognition/ear_worker.py`), so that native
code which crashes or hangs takes no call with it; one object holds the model and is shared by all its utterances.

The worker calls an engine from one thread, several decodings open at a time. Finding where speech begins and ends is
not its work: a decoding gets one utterance, with some 0.3 s of sound before the first word and 0.5 s after the last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ivr.engine.events import Alternative
from recognition.audio import Samples
from recognition.listen import Hints


class Decoding(Protocol):
    """One utterance. Raises whatever it likes: its caller is then told that we could not listen."""

    def feed(self, samples: Samples) -> None:
        """More of it, of any length, at the engine's rate."""

    def partial(self, hurry: Callable[[], bool]) -> str:
        """What it sounds like so far; empty where the engine cannot tell before the end. One that does not work while
        somebody speaks asks `hurry` now and then: once it is true, somebody's answer waits and this is given up."""

    def unfinished(self) -> bool:
        """Whether something is surely missing, so that who pauses will go on. Asked in a pause, before `final`, and
        should cost much less; where that cannot be: no."""

    def final(self) -> tuple[Alternative, ...]:
        """It is over: what was said, best first; nothing where it is no answer to the question. Called once."""


class Engine(Protocol):
    @property
    def name(self) -> str:
        """For logs and doctors: `vosk`, `moonshine`."""

    @property
    def languages(self) -> frozenset[str]:
        """The language tags it knows; a tag without a region stands for all of them (`en` for `en-GB`)."""

    @property
    def rate(self) -> int:
        """The samples a second that `feed` wants: 8,000 or 16,000."""

    @property
    def streaming(self) -> bool:
        """Whether it works while somebody speaks. If not it gets an utterance as a whole, when a worker is free."""

    def check(self, hints: Hints) -> Sequence[str]:
        """What is wrong with a question, in words for whoever writes the menu; see `Listener.check`."""

    def open(self, hints: Hints) -> Decoding:
        """For one utterance that answers `hints`. Must be quick: prepare what can be kept, by hints."""
