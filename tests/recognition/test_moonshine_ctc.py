"""The words that a sound may be, against all ways to spread words over its moments."""

from __future__ import annotations

from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recognition.moonshine.ctc import NOTHING, Words, sequences

MOMENTS, WORDS = 5, 3  # with `NOTHING` among them
weights = st.floats(0.05, 1.0)


def all_ways(logs: NDArray[np.float64]) -> dict[Words, float]:
    """What is told at each moment, one way after the other: repeated is said once, unless there was nothing between."""
    found: dict[Words, float] = {}
    for told in product(range(WORDS), repeat=MOMENTS):
        words = tuple(word for word, _ in groupby(told) if word != NOTHING)
        likely = float(sum(logs[moment, word] for moment, word in enumerate(told)))
        found[words] = float(np.logaddexp(found.get(words, -np.inf), likely))
    return found


@settings(max_examples=50, deadline=None)
@given(st.lists(weights, min_size=MOMENTS * WORDS, max_size=MOMENTS * WORDS))
def test_a_sequence_is_as_likely_as_all_its_ways_together(each: list[float]) -> None:
    told = np.array(each).reshape(MOMENTS, WORDS)
    logs = np.log(told / told.sum(axis=1, keepdims=True))
    possible = {words: likely for words, likely in sequences(logs, width=1000).items() if likely > -np.inf}
    assert possible == pytest.approx(all_ways(logs))


def test_the_same_word_twice_needs_a_pause_between() -> None:
    """`oh`, then nothing, then `oh` again is said twice; one long `oh` once."""
    twice = np.log([[0.05, 0.95], [0.9, 0.1], [0.05, 0.95]])
    long = np.log([[0.05, 0.95], [0.1, 0.9], [0.05, 0.95]])
    assert max(found := sequences(twice), key=lambda words: found[words]) == (1, 1)
    assert max(found := sequences(long), key=lambda words: found[words]) == (1,)
