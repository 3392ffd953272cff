"""A second witness for yes and no: which of the two a sound is, if either.

The network writes words, and of a short "No." it may write "Yeah.", depending on where its steps of 24 ms fall. A small
layer on what its encoder heard knows no words, only whether all of it together means yes, no, or anything else. Where
it is sure of the opposite the answer is asked for again: a wrong yes is worse than a question.

It has learnt from synthetic voices by an earlier form of `tests/bench/speech/train_replies.py`, so a run of that
does not give the same weights, and how well it does with people is not known (docs/speech.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from pathlib import Path

import numpy as np

from recognition.moonshine.model import Floats, log_softmax

FILE = Path(__file__).with_name("replies.npz")
REPLIES = ("yes", "no", "")  # empty: anything else
FARTHEST = -6.0  # it may be wrong, too


class Replies:
    """Raises `OSError` where its file is missing."""

    def __init__(self, file: Path = FILE) -> None:
        with np.load(file) as kept:
            self._mean, self._spread, self._in, self._in_bias, self._out, self._out_bias = (
                kept[name].astype(np.float32) for name in ("mean", "spread", "in", "in_bias", "out", "out_bias")
            )

    def spot(self, view: Floats) -> Replied:
        """`view`: from `Model.listen`."""
        hidden = np.maximum((view[0] - self._mean) / self._spread @ self._in + self._in_bias, 0)
        pooled = np.concatenate([hidden.max(axis=0), hidden.mean(axis=0)])
        shares = np.exp(log_softmax(pooled @ self._out + self._out_bias))
        return Replied(dict(zip(REPLIES, map(float, shares), strict=True)))


class Replied:
    """Of one utterance. `shares`: the probability of each of `REPLIES`."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._against = {"yes": shares["no"], "no": shares["yes"]}

    def fit(self, option: str | None) -> float:
        """How well an option fits the sound: the logarithm of the probability that it is not the opposite, `FARTHEST`
        at least. Of options other than yes and no nothing is known."""
        left = 1.0 - self._against.get(option or "", 0.0)
        return max(FARTHEST, log(left)) if left > 0.0 else FARTHEST
