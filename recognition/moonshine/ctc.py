"""Which words a sound may be, from what is told of each moment of it.

Prefix beam search (Hannun et al., 2014) over what a layer says that learnt by CTC: a sequence of words is as likely as
all ways together to spread it, with pauses, over the moments.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NOTHING = 0  # no word, or the rest of one
WIDTH = 16  # sequences followed at once
UNLIKELY = -7.0  # a word that is less likely (log) than this does not begin here
LONGEST = 12  # words, unless somebody asks for more

Words = tuple[int, ...]
Rests = tuple[float, float]  # logarithms of the probability: that nothing sounds by now, and that the last word does


def sequences(logs: NDArray[np.float64], width: int = WIDTH, longest: int = LONGEST) -> dict[Words, float]:
    """With the logarithms of their probabilities. `logs`: those of each word, for each moment: (moments, words);
    `longest`: words."""
    found: dict[Words, Rests] = {(): (0.0, -np.inf)}
    for now in logs:
        begin = [int(word) for word in np.flatnonzero(now > UNLIKELY) if word != NOTHING]
        longer = _longer(found, now, begin, longest)
        likeliest = heapq.nlargest(width, longer, key=lambda words: max(longer[words]))
        found = {words: longer[words] for words in likeliest}
    return {words: float(np.logaddexp(*rests)) for words, rests in found.items()}


def _longer(
    found: dict[Words, Rests], now: NDArray[np.float64], begin: Sequence[int], longest: int
) -> dict[Words, Rests]:
    """The sequences one moment later, those in which one of the words to `begin` has begun among them."""
    silent: dict[Words, float] = defaultdict(lambda: -np.inf)
    sounding: dict[Words, float] = defaultdict(lambda: -np.inf)
    for words, (quiet, loud) in found.items():
        either = float(np.logaddexp(quiet, loud))
        silent[words] = float(np.logaddexp(silent[words], either + now[NOTHING]))
        if words:
            sounding[words] = float(np.logaddexp(sounding[words], loud + now[words[-1]]))
        for word in begin if len(words) < longest else ():
            before = quiet if words[-1:] == (word,) else either  # the same word needs a pause
            longer = (*words, word)
            sounding[longer] = float(np.logaddexp(sounding[longer], before + now[word]))
    return {words: (silent[words], sounding[words]) for words in {**silent, **sounding}}
