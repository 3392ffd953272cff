"""What of callers' answers reached the engine, and what it made of them, as ops can have it kept (`segue ears`): so an
answer that was cut is told from one that was whole and not understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.utterances import About, Utterances
from recognition import audio
from recognition.audio import Samples
from tests.asterisk.hearing import ALIKE, likeness
from tests.bench.listening.callers import AROUND
from tests.bench.listening.lines import PERIOD

FIRST = 0.3  # seconds from the first loud frame of an answer on: less than its first word


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as a caller's line carries it, with `AROUND` frames more at both ends."""

    words: str
    meant: str
    samples: Samples


@dataclass(frozen=True, slots=True)
class Reached:
    """`whole`: the first `FIRST` seconds of the words came to the engine, sample by sample. `right`: it took the whole
    for these words rather than others, however sure it was."""

    words: str
    whole: bool
    right: bool


def reached(folder: Path, answers: Sequence[Said]) -> list[Reached]:
    """Each utterance in a folder of `ivr.utterances`."""
    return [_reached(about, path, answers) for about, path in _all(Utterances(folder))]


def clear(folder: Path) -> None:
    Utterances(folder).forget(inf)


def _all(utterances: Utterances) -> Iterator[tuple[About, Path]]:
    for about in utterances.all():
        if path := utterances.find(about.id):
            yield about, path


def _reached(about: About, path: Path, answers: Sequence[Said]) -> Reached:
    samples, rate = audio.read(path)
    room = audio.silence(2.0, rate)  # so that a part is found as well
    heard = np.round(np.concatenate([room, samples, room]) * audio.FULL).astype(np.int16)
    around = int(AROUND * PERIOD * rate)
    said = max(answers, key=lambda one: _found(heard, one.samples[around:-around]))
    first = said.samples[around : around + int(FIRST * rate)]
    best = about.alternatives[0] if about.alternatives else None
    right = best is not None and said.meant == (best.option or best.text)
    return Reached(said.words, _found(heard, first) > ALIKE, right)


def _found(heard: NDArray[np.int16], clip: Samples) -> float:
    return float(np.max(likeness(heard, clip), initial=0.0))
