"""Ears for tests, which understand tones: each pitch is a word. What they tell depends on the sound alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ivr.engine.events import Alternative
from recognition.listen import Deaf, Ear, Heard, Hints, Partial, SpeechStarted, Told
from tests.channels.far_end import pitch

LOUD = 500  # root mean square, of 32,767
ONSET, PARTIAL, END = 5, 20, 20  # frames: until speech is told, until its sound is shown, and of silence after it

Words = Mapping[int, tuple[Alternative, ...] | Deaf]


@dataclass
class ToneListener:
    """`words`: what is heard in which hertz, to within 30; any other tone is no answer."""

    words: Words = field(default_factory=dict)
    languages: frozenset[str] = frozenset({"en-US"})
    ears: list[ToneEar] = field(default_factory=list)

    def hears(self, language: str) -> bool:
        return language in self.languages

    def open(self, rate: int, tell: Callable[[Told], None]) -> Ear:
        self.ears.append(ToneEar(self.words, tell, rate))
        return self.ears[-1]

    def check(self, hints: Hints) -> Sequence[str]:
        return ()


class ToneEar:
    """`utterances`: each as it was understood from its first frame to its last; `fed`: frames in all."""

    def __init__(self, words: Words, tell: Callable[[Told], None], rate: int) -> None:
        self._words, self._tell, self._rate = words, tell, rate
        self.hints: Hints | None = None
        self.begun: list[Hints] = []
        self.played: list[bytes] = []
        self.utterances: list[bytes] = []
        self.fed, self.closed = 0, False
        self._speech, self._quiet = bytearray(), 0

    def begin(self, hints: Hints) -> None:
        self.hints = hints
        self.begun.append(hints)
        self._reset()

    def end(self) -> None:
        self.hints = None

    def close(self) -> None:
        self.closed = True

    def playing(self, pcm: bytes) -> None:
        self.played.append(pcm)

    def feed(self, frame: bytes) -> None:
        assert not self.closed, "fed after the call"
        self.fed += 1
        if self.hints is None:
            return
        samples = np.frombuffer(frame, "<i2").astype(float)
        loud = float(np.sqrt(np.mean(samples**2))) > LOUD
        self._quiet = 0 if loud else self._quiet + 1
        if loud or self._speech:
            self._speech += frame
        frames = len(self._speech) // (self._rate // 25)
        if frames == ONSET:
            self._tell(SpeechStarted())
        elif frames == PARTIAL:
            self._tell(Partial("a tone"))
        if frames >= ONSET and self._quiet == END:
            self._over()

    def _over(self) -> None:
        speech = bytes(self._speech)
        self.utterances.append(speech)
        self.end()
        hertz = pitch(speech, self._rate)
        found = next((said for at, said in self._words.items() if abs(at - hertz) < 30), ())
        self._tell(found if isinstance(found, Deaf) else Heard(found))

    def _reset(self) -> None:
        self._speech, self._quiet = bytearray(), 0
