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
from heapq import nlargest
from math import log
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.moonshine.ctc import LONGEST, NOTHING, Words, sequences
from recognition.moonshine.model import Floats, log_softmax
from recognition.moonshine.numerals import ONES, REPEATS, TEENS, TENS, ways
from recognition.moonshine.numerals import digits as read

FILE = Path(__file__).with_name("spotter.npz")
WORDS = ("", *ONES, "oh", *TEENS, *TENS, *REPEATS)
NUMBER = {word: number for number, word in enumerate(WORDS)}
MOST = 5  # numbers that are told
SURELY = 5.0  # less likely (log) than other words; so unlikely were 2 of 56 whole numbers, in noise
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

    def __init__(self, views: Iterable[Floats]) -> None:
        self._views = tuple(map(_View, views))
        self._fits: dict[str, float] = {}

    def beside(self, other: Spotted) -> Spotted:
        """With the views of another of the same sound, behind ours. What is known of a view by now stays known."""
        both = Spotted(())
        both._views = (*self._views, *other._views)
        return both

    def fit(self, digits: str) -> float:
        """How well digits fit the sound, in whatever words: the logarithm of their probability by that of the likeliest
        course of the sound, `FARTHEST` at least. The mean of all views."""
        if digits not in self._fits:
            said = _ways(digits)
            likely = [said.likelihood(view.sound) - view.best for view in self._views]
            self._fits[digits] = sum(max(FARTHEST, one) for one in likely) / len(likely)
        return self._fits[digits]

    def falls_short_of(self, length: int) -> bool:
        """Whether digits were said, but surely fewer. Not of one alone: anything may sound like that."""
        told = self._views[0].told(length)
        whole = max((score for words, score in told.items() if len(_read(words)) == length), default=-np.inf)
        likeliest, score = max(told.items(), key=itemgetter(1))
        return 1 < len(_read(likeliest)) < length and score - whole > SURELY

    def likeliest(self, length: int) -> list[str]:
        """So many digits that fit best, in any view: `MOST` at most, none where no words for so many were heard."""
        told: dict[str, float] = {}
        for view in self._views:
            for words, score in view.told(length).items():
                if len(digits := _read(words)) == length:
                    told[digits] = max(told.get(digits, -np.inf), score - view.best)
        likely = nlargest(2 * MOST, told, key=lambda digits: told[digits])
        return nlargest(MOST, likely, key=self.fit)


class _View:
    """`sound`: the probability of each of `WORDS`, for each moment; `best`: the logarithm of that of the likeliest
    course of it."""

    def __init__(self, logs: Floats) -> None:
        self._logs = logs.astype(np.float64)
        self._told: dict[int, dict[Words, float]] = {}
        self.sound = np.exp(self._logs)
        self.best = float(self._logs.max(axis=1).sum())

    def told(self, length: int) -> dict[Words, float]:
        """What may have been said where so many digits are asked for, each of which may be a word. Kept, since a pause
        asks for it and the answer once more."""
        if length not in self._told:
            self._told[length] = sequences(self._logs, longest=max(LONGEST, length))
        return self._told[length]


def _read(words: Iterable[int]) -> str:
    return read(" ".join(WORDS[word] for word in words)) or ""


@dataclass(frozen=True, slots=True)
class _Ways:
    """To say some digits: where one can be, which is in the silence at one of several places, of which the first are
    those between the digits, or in a word. `sounds`: the number in `WORDS` of what sounds there; `steps[one, other]`: 1
    where the one may be followed by the other; `first`, `last`: where one begins and ends."""

    sounds: NDArray[np.int64]
    steps: NDArray[np.float64]
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]

    def likelihood(self, sound: NDArray[np.float64]) -> float:
        """Its logarithm, over all ways (the forward algorithm)."""
        told = sound[:, self.sounds]
        here, total = told[0] * self.first, 0.0
        for now in told[1:]:
            here = here @ self.steps * now
            whole = here.sum()
            if not whole:
                return -np.inf
            here /= whole
            total += log(whole)
        ended = float(here[self.last].sum())
        return total + log(ended) if ended else -np.inf


@lru_cache(maxsize=256)
def _ways(digits: str) -> _Ways:
    words: list[tuple[int, int, int]] = []
    places = len(digits) + 1
    for begin, end, told in ways(digits):
        *inner, last = told
        here = begin
        for word in inner:
            words.append((here, places, NUMBER[word]))
            here, places = places, places + 1
        words.append((here, end, NUMBER[last]))
    froms, tos, numbers = np.array(words, np.int64).T
    steps = np.eye(places + len(words))
    in_word = places + np.arange(len(words))
    steps[froms, in_word] = steps[in_word, tos] = 1
    steps[places:, places:] += (tos[:, None] == froms) & (numbers[:, None] != numbers)  # the same word needs a pause
    begins, ends = np.concatenate([np.arange(places), froms]), np.concatenate([np.arange(places), tos])
    sounds = np.concatenate([np.full(places, NOTHING), numbers])
    return _Ways(sounds, steps, begins == 0, ends == len(digits))
