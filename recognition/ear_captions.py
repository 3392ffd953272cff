"""Captions: what somebody who still speaks has said so far, by workers that have nothing else to do.

Nobody waits for a caption, so it costs nobody's time: it is asked of a worker that has nothing in hand, while no more
callers speak than there are workers and none takes long; and the worker gives it up as soon as another message comes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from recognition import ear_wire as wire
from recognition.ear_process import EarProcess
from recognition.ear_utterance import Utterance
from recognition.ear_wire import Opening
from recognition.listen import Partial

EVERY: Final = 0.7  # seconds of speech, at least, from one to the next ...
GROWN: Final = 1.35  # ... and so much more of it, since each begins anew: all cost as much as two or three of the last
LONGEST: Final = 8.0  # seconds; of 10 s the network's first pass alone takes 0.2 s, for which an answer might wait
SLOW, REST = 0.3, 10.0  # seconds that one takes where the machine has other work, for which it then has so many


@dataclass(frozen=True, slots=True)
class _Asked:
    utterance: Utterance
    worker: EarProcess
    at: float  # by the monotonic clock


class Captions:
    def __init__(self) -> None:
        self._clock = time.monotonic
        self._asked: dict[int, _Asked] = {}  # by their own numbers
        self._rest = 0.0  # until then there are none

    def ask(self, number: int, utterance: Utterance, idle: Iterable[EarProcess]) -> None:
        """Of one that is idle, unless all of these are asked for one already."""
        busy = {asked.worker for asked in self._asked.values()}
        worker = next((one for one in idle if one not in busy), None)
        if worker is None or utterance.seconds > LONGEST or self._clock() < self._rest:
            return
        utterance.shown = max(utterance.seconds + EVERY, utterance.seconds * GROWN)
        self._asked[number] = _Asked(utterance, worker, self._clock())
        worker.send(wire.OPEN, number, msgspec.json.encode(utterance.opening))
        worker.send(wire.AUDIO, number, utterance.pcm)
        worker.send(wire.SO_FAR, number)

    def told(self, kind: bytes, number: int, payload: bytes) -> bool:
        """Whether that was about a caption. One that was given up is empty, one that failed is none."""
        if (asked := self._asked.pop(number, None)) is None:
            return False
        if self._clock() - asked.at > SLOW:
            self._rest = self._clock() + REST
        if kind == wire.PARTIAL and payload and not asked.utterance.finished:
            asked.utterance.tell(Partial(payload.decode()))
        return True

    def drop(self, utterance: Utterance) -> None:
        """It is over, or perhaps is: the work is for that now."""
        for number, asked in self._asked.items():
            if asked.utterance is utterance:
                asked.worker.send(wire.DROP, number)

    def died(self, worker: EarProcess) -> Opening | None:
        """The question whose caption it had in hand."""
        asked = self._asked.get(worker.in_hand)
        self._asked = {number: one for number, one in self._asked.items() if one.worker is not worker}
        return asked.utterance.opening if asked else None
