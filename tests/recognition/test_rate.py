"""Twice and half the rate, piece by piece."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition import audio
from recognition.rate import TAPS, Resampler
from tests.recognition import sounds


@pytest.mark.parametrize(("rate", "to"), [(8000, 16000), (16000, 8000), (8000, 8000)])
@given(lengths=st.lists(st.integers(0, 900), max_size=12))
def test_pieces_sound_as_the_whole_does(rate: int, to: int, lengths: list[int]) -> None:
    sound = sounds.pink(0.5, rate)
    pieces, whole, at = Resampler(rate, to), Resampler(rate, to), 0
    found = []
    for length in [*lengths, len(sound)]:
        found.append(pieces.take(sound[at : at + length]))
        at += length
    expected = np.concatenate([whole.take(sound), whole.rest()])
    assert np.array_equal(np.concatenate([*found, pieces.rest()]), expected)


@pytest.mark.parametrize(("rate", "to"), [(8000, 16000), (16000, 8000)])
def test_it_is_the_same_sound(rate: int, to: int) -> None:
    sound = sounds.band(sounds.said("track my order", rate), rate, 300, 3000)
    resampler = Resampler(rate, to)
    found = np.concatenate([resampler.take(sound), resampler.rest()])
    expected = audio.resample(sound, rate, to)
    late = len(found) - len(expected) - (TAPS // 2 if to > rate else 0)  # what the filter holds back
    assert np.corrcoef(found[late : late + len(expected)], expected)[0, 1] > 0.999


def test_other_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="22050"):
        Resampler(8000, 22050)
