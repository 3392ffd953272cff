"""Hearing in one call: its ear, whether somebody speaks now, and what was told of the open question.

For channels that wait for keys, words and time at once. The rules are here, the waiting is theirs: keys that are there
go before words, and while somebody speaks `deadline` takes the place of the time that the menu allows for an answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ivr.engine.actions import Collect
from ivr.engine.events import Input, Unheard
from recognition.listen import FRAME_SECONDS, Deaf, Ear, Heard, Listener, SpeechStarted, Told, hints_of

STALL = (
    1.5  # seconds without a frame while somebody speaks: a muted phone sends none, a stalled network sends them late
)
LONGEST = 60.0  # seconds from the first word to what was heard; an ear that takes longer has failed us


class Hearing:
    """`rate`: of the call's sound, in samples a second; `clock`: seconds of the call's time; `wake` is called when
    `told` has something new; `captions`: what is told before the end is shown to somebody. The ear is opened by the
    first question that ears may answer."""

    def __init__(
        self,
        listener: Listener | None,
        rate: Literal[8000, 16000],
        clock: Callable[[], float],
        wake: Callable[[], None],
        captions: bool = False,
    ) -> None:
        self._listener, self._rate, self._clock, self._wake = listener, rate, clock, wake
        self._captions = captions
        self._silence = bytes(2 * int(rate * FRAME_SECONDS))
        self._ear: Ear | None = None
        self._told: deque[Told] = deque()
        self._on = False
        self._since: float | None = None  # when somebody began to speak
        self._came = 0.0  # the last frame

    def can(self, wait: Collect) -> bool:
        """Whether ears may answer this question, and have an engine for its language."""
        hints = hints_of(wait)
        return hints is not None and self._listener is not None and self._listener.hears(hints.language)

    def begin(self, wait: Collect) -> None:
        """The question is put. Does nothing where ears cannot answer it."""
        hints = hints_of(wait)
        if hints is None or self._listener is None or not self._listener.hears(hints.language):
            return
        if self._ear is None:
            self._ear = self._listener.open(self._rate, self._tell)
        self._told.clear()
        self._on, self._since = True, None
        self._ear.begin(replace(hints, captions=self._captions))

    def end(self) -> None:
        """The question is answered, or will be by keys. What was told of it and not read yet is void."""
        self._told.clear()
        self._since = None
        if self._on and self._ear is not None:
            self._on = False
            self._ear.end()

    def close(self) -> None:
        """The call is over."""
        self.end()
        if self._ear is not None:
            self._ear.close()
            self._ear = self._listener = None

    def feed(self, frame: bytes) -> None:
        """20 ms of the caller's sound."""
        if self._ear is not None:
            self._came = self._clock()
            self._ear.feed(frame)

    def playing(self, pcm: bytes) -> None:
        """See `Ear.playing`."""
        if self._ear is not None:
            self._ear.playing(pcm)

    def told(self) -> Told | None:
        """The next thing; None: nothing more so far."""
        return self._told.popleft() if self._told else None

    @property
    def deadline(self) -> float | None:
        """When to call `tick`; None unless somebody speaks."""
        return None if self._since is None else min(self._came + STALL, self._since + LONGEST)

    def tick(self) -> None:
        """Time has passed. No question waits for ever for the end of a word."""
        if self._since is None or self._ear is None:
            return
        if self._clock() >= self._since + LONGEST:
            self._ear.end()
            self._tell(Deaf("failed"))
        elif self._clock() >= self._came + STALL:
            for _ in range(int(STALL / FRAME_SECONDS)):
                self.feed(self._silence)

    def _tell(self, told: Told) -> None:
        if not self._on:
            return
        match told:
            case SpeechStarted():
                self._since = self._came = self._clock()
            case Heard() | Deaf():
                self._on, self._since = False, None
        self._told.append(told)
        self._wake()


def event_of(told: Heard | Deaf, id_: str, at: float, contact: str, turn: int) -> Input | Unheard:
    """What the menu's engine is told. Speech that is no answer is an input of no words, in which nobody trusts."""
    match told:
        case Deaf(reason):
            return Unheard(id=id_, at=at, contact=contact, turn=turn, reason=reason)
        case Heard((best, *others)):
            return Input(
                id=id_,
                at=at,
                contact=contact,
                turn=turn,
                mode="speech",
                text=best.text,
                confidence=best.confidence,
                option=best.option,
                others=tuple(others),
            )
        case Heard():
            return Input(id=id_, at=at, contact=contact, turn=turn, mode="speech", text="", confidence=0.0)
