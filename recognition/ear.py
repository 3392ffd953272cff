"""The ear of one call: frames in; when somebody begins to speak, what they say, and that it is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial, reduce
from typing import Final

from recognition import audio
from recognition.audio import Samples
from recognition.dtmf import has_key
from recognition.ear_pool import Pool
from recognition.ear_utterance import Utterance, Verdict
from recognition.ear_wire import Opening
from recognition.echo import Echo
from recognition.endpoint import AFTER, BEFORE, ENOUGH, Edge, Endpointer, complete, evidence, pauses
from recognition.listen import Asked, Deaf, Heard, Hints, Partial, SpeechStarted, Told
from recognition.vad import STEP_SECONDS, Probability, Tell, at_once, steady

KEPT: Final = 25  # steps of sound (0.8 s), that of the word which tells of itself least (0.5 s) and `BEFORE` it
LOOKED_AT: Final = 6  # of these, to tell what seems to be speech from what never is
Keep = Callable[[Asked, Opening, bytes, Heard], None] | None
Ask = Callable[[Probability, Samples, Tell], None]


class CallEar:
    """See `recognition.listen.Ear`. `engine`: the number of the engine for a language; None: there is none. `keep` gets
    what was said where that may be kept, as PCM. `ask`: how probable speech is in a step, told soon."""

    def __init__(
        self,
        rate: int,
        tell: Callable[[Told], None],
        probability: Probability,
        pool: Pool,
        engine: Callable[[str], int | None],
        keep: Keep = None,
        ask: Ask = at_once,
    ) -> None:
        self._rate, self._tell, self._probability, self._ask = rate, tell, probability, ask
        self._pool, self._engine, self._keep = pool, engine, keep
        self._size = 2 * round(STEP_SECONDS * rate)
        self._pending = bytearray()
        self._kept: deque[bytes] = deque(maxlen=KEPT)
        self._echo = Echo(rate)
        self._opening: Opening | None = None
        self._asked: Asked | None = None
        self._endpointer: Endpointer | None = None
        self._utterance: Utterance | None = None
        self._closed = False

    def feed(self, frame: bytes) -> None:
        if self._closed:
            return
        self._pending += frame
        while len(self._pending) >= self._size:
            step = bytes(self._pending[: self._size])
            del self._pending[: self._size]
            self._step(step)

    def begin(self, hints: Hints) -> None:
        self.end()
        engine = self._engine(hints.language)
        if self._closed or engine is None:
            return
        self._opening, self._asked = Opening(engine, self._rate, replace(hints, keep=None)), hints.keep
        self._endpointer = Endpointer(pauses(hints), self._speaking())
        self._pending.clear()
        self._kept.clear()

    def playing(self, pcm: bytes) -> None:
        self._echo.playing(pcm)

    def end(self) -> None:
        utterance, self._utterance = self._utterance, None
        self._endpointer = None
        if utterance:
            utterance.drop()

    def close(self) -> None:
        self.end()
        self._closed = True

    def _speaking(self) -> bool:
        """Whether somebody is speaking now. What came between questions has not been looked at until now."""
        recent = [self._probability(audio.from_pcm(step)) for step in list(self._kept)[-2 * LOOKED_AT :]]
        return reduce(evidence, recent[-LOOKED_AT:], 0.0) >= ENOUGH and not self._echo.explains()

    def _step(self, step: bytes) -> None:
        samples = audio.from_pcm(step)
        self._echo.hear(samples)
        self._kept.append(step)
        if self._endpointer is None:
            return
        if self._utterance:
            self._utterance.feed(step)
        self._ask(self._probability, samples, partial(self._judged, self._endpointer))

    def _judged(self, endpointer: Endpointer, probability: float) -> None:
        if endpointer is not self._endpointer:
            return  # the question is over
        edge = endpointer.take(probability)
        if edge == "start" and self._no_speech():
            endpointer.restart()
        elif edge == "start":
            self._start(endpointer)
        elif edge:
            self._finish(endpointer, edge)
        elif self._utterance and endpointer.lull:
            self._utterance.pause(self._silence(AFTER / STEP_SECONDS - endpointer.quiet), self._guessed)
        elif self._utterance and endpointer.quiet == 0:
            self._utterance.resume()

    def _no_speech(self) -> bool:
        """What the network takes for speech now and then: a busy line, keys, ourselves."""
        recent = audio.from_pcm(b"".join(list(self._kept)[-LOOKED_AT:]))
        return steady(recent, self._rate) or has_key(recent, self._rate) or self._echo.explains()

    def _finish(self, ended: Endpointer, edge: Edge) -> None:
        self._endpointer = None
        if self._utterance:
            self._utterance.feed(self._silence(AFTER / STEP_SECONDS - ended.quiet))
            self._utterance.finish(cut=edge == "cut")

    def _start(self, begun: Endpointer) -> None:
        """The channel may end this question when it is told that somebody speaks."""
        self._tell(SpeechStarted())
        if self._endpointer is not begun or self._opening is None:
            return
        utterance = self._pool.start(self._opening, self._told)
        if isinstance(utterance, Deaf):
            self._endpointer = None
            self._tell(utterance)
            return
        self._utterance = utterance
        before = min(KEPT, round(BEFORE / STEP_SECONDS) + begun.since)
        utterance.feed(self._silence(before - len(self._kept)))
        for step in list(self._kept)[-before:]:
            utterance.feed(step)

    def _guessed(self, heard: Heard | None) -> None:
        """What it is if no more is said; nobody is told before it is certain."""
        if self._endpointer and heard is None:
            self._endpointer.wait()
        elif self._endpointer and heard and self._opening and complete(self._opening.hints, heard.alternatives):
            self._endpointer.complete()

    def _silence(self, steps: float) -> bytes:
        """In place of what came before the question, or did not come yet."""
        return bytes(self._size // 2 * max(0, round(2 * steps)))

    def _told(self, verdict: Verdict) -> None:
        if isinstance(verdict, Heard) and self._utterance and self._asked and self._keep:
            self._keep(self._asked, self._utterance.opening, self._utterance.pcm, verdict)
        if not isinstance(verdict, Partial):
            self._utterance = self._endpointer = None
        self._tell(verdict)
