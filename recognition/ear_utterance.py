"""What one caller says, from the first word to what was heard: kept here until it is understood."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Literal, Protocol

from recognition import ear_wire as wire
from recognition.ear_process import EarProcess
from recognition.ear_wire import Opening
from recognition.listen import Deaf, Heard, Partial

CHUNK: Final = 5  # pieces of sound sent at a time
FIRST: Final = 1.0  # seconds before which there is hardly a whole word, the silence before it included

Verdict = Partial | Heard | Deaf
Outcome = Literal["heard", "failed", "refused", "dropped"]  # refused: too many spoke; dropped: nobody wants to know
Note = Callable[[Outcome, float], None]  # what became of an utterance, and the seconds since its end


def outcome(verdict: Heard | Deaf | None) -> Outcome:
    match verdict:
        case None:
            return "dropped"
        case Heard():
            return "heard"
        case Deaf("busy"):
            return "refused"
        case _:
            return "failed"


class Decoders(Protocol):
    """What becomes of utterances; see `recognition.ear_pool.Pool`."""

    def grown(self, utterance: Utterance) -> None: ...

    def paused(self, utterance: Utterance, silence: bytes) -> None: ...

    def finished(self, utterance: Utterance) -> None: ...

    def dropped(self, utterance: Utterance) -> None: ...


class Utterance:
    """What one caller says, from the first word on. `tell` gets `Partial`s and at last one `Heard` or `Deaf`, unless
    it is dropped before."""

    def __init__(self, pool: Decoders, number: int, opening: Opening, tell: Callable[[Verdict], None]) -> None:
        self._pool, self._tell = pool, tell
        self.number, self.opening = number, opening
        self.sound: list[bytes] = []
        self.seconds = 0.0  # of sound
        self.shown = FIRST  # ... at which the next caption is worth its work
        self.sent = 0  # pieces
        self.finished = self.over = self._cut = self._dropped = False
        self.tried = self.short = False  # a guess was made; something was missing in this pause
        self.ending = wire.FINISH  # what follows its sound
        self.worker: EarProcess | None = None
        self.of: Utterance | None = None  # it is a guess of one that may go on
        self.guess: Utterance | None = None  # what it is if no more is said: while a worker is at that ...
        self.guessed: Heard | None = None  # ... and once it has been found
        self.tell_guess: Callable[[Heard | None], None] = lambda _heard: None  # see `pause`
        self.timers: list[asyncio.TimerHandle] = []
        self._ended: float | None = None  # the loop's time

    def feed(self, pcm: bytes) -> None:
        self.sound.append(pcm)
        self.seconds += len(pcm) / 2 / self.opening.rate
        if self.worker and len(self.sound) - self.sent >= CHUNK:
            self.send()
        elif self.opening.hints.captions and self.seconds >= self.shown:
            self._pool.grown(self)

    @property
    def pcm(self) -> bytes:
        """All of it so far, at the rate of the call."""
        return b"".join(self.sound)

    @property
    def waited(self) -> float:
        """Seconds since it ended."""
        return 0.0 if self._ended is None else asyncio.get_running_loop().time() - self._ended

    def finish(self, cut: bool = False) -> None:
        """It is over. `cut`: we did not let it go on."""
        self.finished, self._cut, self._ended = True, cut, asyncio.get_running_loop().time()
        self._pool.finished(self)

    def pause(self, silence: bytes, tell: Callable[[Heard | None], None]) -> None:
        """Perhaps it is over, with `silence` to follow. If a worker has time to find out what it is then, `tell` gets
        that, or None where something is surely missing; unless `resume` or `finish` comes before."""
        self.tell_guess = tell
        self._pool.paused(self, silence)

    def resume(self) -> None:
        """It was not over."""
        guess, self.guess, self.guessed = self.guess, None, None
        if self.short or (guess and not guess.worker):  # something was missing, or it has cost nothing yet
            self.tried = False
        self.short = False
        if guess:
            guess.drop()

    def drop(self) -> None:
        """Nobody wants to know any more."""
        self._dropped = True
        if not self.over:
            self._pool.dropped(self)

    def send(self) -> None:
        """What the worker does not have yet."""
        assert self.worker  # noqa: S101  # for mypy
        if rest := b"".join(self.sound[self.sent :]):
            self.worker.send(wire.AUDIO, self.number, rest)
        self.sent = len(self.sound)
        if self.finished:
            self.worker.send(self.ending, self.number)

    def tell(self, verdict: Verdict) -> None:
        if isinstance(verdict, Heard) and self._cut:
            verdict = Heard(verdict.alternatives, cut=True)
        asyncio.get_running_loop().call_soon(self._pass_on, verdict)

    def _pass_on(self, verdict: Verdict) -> None:
        if not self._dropped:
            self._tell(verdict)
