"""What those who wait hear."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.music import CHORD_SECONDS, CHORDS, hold_music


@pytest.mark.parametrize("rate", [8000, 16000])
def test_hold_music_is_quiet_and_has_no_seam(rate: int) -> None:
    music = hold_music(rate)
    assert len(music) == CHORD_SECONDS * len(CHORDS) * rate
    assert np.abs(music).max() < 0.35
    assert abs(music[0] - music[-1]) <= np.abs(np.diff(music)).max()


def test_nobody_who_waits_hears_half_a_second_of_nothing() -> None:
    halves = hold_music(8000).reshape(-1, 4000)
    assert (np.sqrt((halves**2).mean(axis=1)) > 0.01).all()
