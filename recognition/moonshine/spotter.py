"""A second witness for digits: which number words are where in the sound.

The network writes one word after the other and sometimes loses its place: of "oh oh" it writes one, or a word twice.
A small layer on what its encoder heard knows no sentences, only which number word sounds in each 24 ms (CTC: Graves et
al., 2006). It cannot lose its place, and tells less well what was said; together they are right more often than each.

The shipped layer was trained on synthetic voices by an earlier form of `tests/bench/speech/train_spotter.py`, so a run
of that does not give the same weights; layers without the voices that they were judged by did as well (docs/speech.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.moonshine.model import Floats, log_softmax
from recognition.moonshine.numerals import ONES, REPEATS, TEENS, TENS

FILE = Path(__file__).with_name("spotter.npz")
NOTHING = 0  # no word, or the rest of one
WORDS = ("", *ONES, "oh", *TEENS, *TENS, *REPEATS)
NUMBER = {word: number for number, word in enumerate(WORDS)}
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
        ways = _ways(digits)
        fits = [max(FARTHEST, _likelihood(logs, ways, len(digits)) - best) for logs, best in self._views]
        return sum(fits) / len(fits)


@dataclass(frozen=True, slots=True)
class _Ways:
    """Ways to say digits, as words between places, of which the first are those between the digits. Of each word: where
    it begins, its number in `WORDS`, the logarithms of which may follow without a pause (the same word needs one), and
    of at which place it ends."""

    froms: NDArray[np.int64]
    words: NDArray[np.int64]
    joined: NDArray[np.float64]
    ending: NDArray[np.float64]


def _likelihood(logs: NDArray[np.float64], ways: _Ways, last: int) -> float:
    """Over all ways (the forward algorithm): `silent[place]` and `sounding[word]` are the logarithms of the probability
    of being there."""
    silent = np.full(ways.ending.shape[1], -np.inf)
    silent[0] = logs[0, NOTHING]
    sounding = np.where(ways.froms == 0, logs[0, ways.words], -np.inf)
    for now in logs[1:]:
        ended = np.logaddexp.reduce(sounding[:, None] + ways.ending, axis=0)
        begun = np.logaddexp(silent[ways.froms], np.logaddexp.reduce(sounding[:, None] + ways.joined, axis=0))
        silent = np.logaddexp(silent, ended) + now[NOTHING]
        sounding = np.logaddexp(sounding, begun) + now[ways.words]
    return float(np.logaddexp(silent[last], np.logaddexp.reduce(sounding + ways.ending[:, last])))


@lru_cache(maxsize=256)
def _ways(digits: str) -> _Ways:
    steps: list[tuple[int, int, int]] = []
    places = len(digits) + 1
    for begin, end, words in _phrases(digits):
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
    return _Ways(froms, numbers, joined, ending)


def _phrases(digits: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """From which digit to which, and the words for them: `nine`, `oh`, `double five`, `seventeen`, `forty two`."""
    for at, digit in enumerate(digits):
        names = (ONES[int(digit)], *(("oh",) if digit == "0" else ()))
        yield from ((at, at + 1, (name,)) for name in names)
        for repeat, times in REPEATS.items():
            if digits[at : at + times] == digit * times:
                yield from ((at, at + times, (repeat, name)) for name in names)
        if digit != "0" and at + 1 < len(digits):
            tens, ones = int(digit), int(digits[at + 1])
            if tens == 1:
                yield at, at + 2, (TEENS[ones],)
            else:
                yield at, at + 2, (TENS[tens - 2], *((ONES[ones],) if ones else ()))
