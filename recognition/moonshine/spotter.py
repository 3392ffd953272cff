"""A second witness for digits: which number words are where in the sound.

The network writes one word after the other and sometimes loses its place: of "oh oh" it writes one, or a word twice.
A small layer on what its encoder heard knows no sentences, only which number word sounds in each 24 ms (CTC: Graves et
al., 2006). It cannot lose its place, and tells less well what was said; together they are right more often than each.

The shipped layer was trained on synthetic voices by an earlier form of `tests/bench/speech/train_spotter.py`, so a run
of that does not give the same weights; layers without the voices that they were judged by did as well (docs/speech.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.moonshine.ctc import NOTHING, sequences
from recognition.moonshine.model import Floats, log_softmax
from recognition.moonshine.numerals import ONES, REPEATS, TEENS, TENS, ways
from recognition.moonshine.numerals import digits as read

FILE = Path(__file__).with_name("spotter.npz")
WORDS = ("", *ONES, "oh", *TEENS, *TENS, *REPEATS)
NUMBER = {word: number for number, word in enumerate(WORDS)}
MOST = 5  # numbers that are told
FARTHEST = -15.0  # said in words that are not among these, it may be right all the same


class Spotter:
    """Raises `OSError` where its file is missing."""

    def __init__(self, file: Path = FILE) -> None:
        with np.load(file) as kept:
            self._mean, self._spread, self._in, self._in_bias, self._out, self._out_bias = (
                kept[name].astype(np.float32) for name in ("mean", "spread", "in", "in_bias", "out", "out_bias")
            )

    def spot(self, views: Sequence[Floats]) -> Spotted:
        """`views`: each from `Model.listen`, of the same sound."""
        return Spotted([self._logs(view[0]) for view in views])

    def _logs(self, heard: Floats) -> Floats:
        hidden = np.maximum((heard - self._mean) / self._spread @ self._in + self._in_bias, 0)
        return log_softmax(hidden @ self._out + self._out_bias)


class Spotted:
    """Of one utterance. `views`: the logarithm of the probability of each of `WORDS`, for each moment."""

    def __init__(self, views: Sequence[Floats]) -> None:
        self._views = [(view.astype(np.float64), float(view.max(axis=1).sum())) for view in views]

    def fit(self, digits: str) -> float:
        """How well digits fit the sound, in whatever words: the logarithm of their probability by that of the likeliest
        course of the sound, `FARTHEST` at least. The mean of all views."""
        steps = _steps(digits)
        fits = [max(FARTHEST, _likelihood(logs, steps, len(digits)) - best) for logs, best in self._views]
        return sum(fits) / len(fits)

    def agrees(self, digits: str) -> bool:
        """Whether the likeliest course of each view is these."""
        return all(_course(logs) == digits for logs, _ in self._views)

    def likeliest(self, length: int) -> list[str]:
        """So many digits that fit best, in any view: `MOST` at most, none where no words for so many were heard."""
        told = {_read(words) for logs, _ in self._views for words in sequences(logs)}
        return sorted((digits for digits in told if len(digits) == length), key=self.fit, reverse=True)[:MOST]


def _course(logs: NDArray[np.float64]) -> str:
    words = [int(word) for word in logs.argmax(axis=1)]
    return _read(word for before, word in pairwise([NOTHING, *words]) if word not in {NOTHING, before})


def _read(words: Iterable[int]) -> str:
    return read(" ".join(WORDS[word] for word in words)) or ""


@dataclass(frozen=True, slots=True)
class _Steps:
    """Ways to say digits, as words between places, of which the first are those between the digits. Of each word: where
    it begins, its number in `WORDS`, the logarithms of which may follow without a pause (the same word needs one), and
    of at which place it ends."""

    froms: NDArray[np.int64]
    words: NDArray[np.int64]
    joined: NDArray[np.float64]
    ending: NDArray[np.float64]


def _likelihood(logs: NDArray[np.float64], steps: _Steps, last: int) -> float:
    """Over all ways (the forward algorithm): `silent[place]` and `sounding[word]` are the logarithms of the probability
    of being there."""
    silent = np.full(steps.ending.shape[1], -np.inf)
    silent[0] = logs[0, NOTHING]
    sounding = np.where(steps.froms == 0, logs[0, steps.words], -np.inf)
    for now in logs[1:]:
        ended = np.logaddexp.reduce(sounding[:, None] + steps.ending, axis=0)
        begun = np.logaddexp(silent[steps.froms], np.logaddexp.reduce(sounding[:, None] + steps.joined, axis=0))
        silent = np.logaddexp(silent, ended) + now[NOTHING]
        sounding = np.logaddexp(sounding, begun) + now[steps.words]
    return float(np.logaddexp(silent[last], np.logaddexp.reduce(sounding + steps.ending[:, last])))


@lru_cache(maxsize=256)
def _steps(digits: str) -> _Steps:
    steps: list[tuple[int, int, int]] = []
    places = len(digits) + 1
    for begin, end, words in ways(digits):
        *inner, last = words
        here = begin
        for word in inner:
            steps.append((here, places, NUMBER[word]))
            here, places = places, places + 1
        steps.append((here, end, NUMBER[last]))
    froms, tos, numbers = np.array(steps, np.int64).T
    with np.errstate(divide="ignore"):
        joined = np.log((tos[:, None] == froms) & (numbers[:, None] != numbers), dtype=np.float64)
        ending = np.log(tos[:, None] == np.arange(places), dtype=np.float64)
    return _Steps(froms, numbers, joined, ending)
