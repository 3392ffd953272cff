"""Captions: what somebody who still speaks has said so far, by workers that have nothing else to do.

Nobody waits for a caption, so it costs nobody's time: it is asked of a worker that has nothing in hand, while no more
callers speak than there are workers, and the worker gives it up as soon as another message comes to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from recognition import ear_wire as wire
from recognition.ear_process import EarProcess
from recognition.ear_utterance import Utterance
from recognition.ear_wire import Opening
from recognition.listen import Partial

EVERY: Final = 0.7  # seconds of speech, at least, from one to the next ...
GROWN: Final = 1.35  # ... and so much more of it, since each begins anew: all cost as much as two or three of the last


class Captions:
    def __init__(self) -> None:
        self._asked: dict[int, tuple[Utterance, EarProcess]] = {}  # by their own numbers

    def __contains__(self, number: int) -> bool:
        return number in self._asked

    def ask(self, number: int, utterance: Utterance, idle: Iterable[EarProcess]) -> None:
        """Of one that is idle, unless all of these are asked for one already."""
        busy = {worker for _, worker in self._asked.values()}
        if (worker := next((one for one in idle if one not in busy), None)) is None:
            return
        utterance.shown = max(utterance.seconds + EVERY, utterance.seconds * GROWN)
        self._asked[number] = utterance, worker
        worker.send(wire.OPEN, number, msgspec.json.encode(utterance.opening))
        worker.send(wire.AUDIO, number, utterance.pcm)
        worker.send(wire.SO_FAR, number)

    def told(self, kind: bytes, number: int, payload: bytes) -> bool:
        """Whether that was about a caption. One that was given up is empty, one that failed is none."""
        utterance, _ = self._asked.pop(number, (None, None))
        if utterance and kind == wire.PARTIAL and payload and not utterance.finished:
            utterance.tell(Partial(payload.decode()))
        return utterance is not None

    def died(self, worker: EarProcess) -> Opening | None:
        """The question whose caption it had in hand."""
        asked = self._asked.get(worker.in_hand)
        self._asked = {number: one for number, one in self._asked.items() if one[1] is not worker}
        return asked[0].opening if asked else None
