"""Twice or half the rate, as the sound comes in: for engines that listen while somebody speaks."""

from __future__ import annotations

from typing import Final

import numpy as np

from recognition.audio import Samples

TAPS: Final = 65  # of a half-band filter: -60 dB from 0.29 of the higher rate on


def _half_band() -> Samples:
    at = np.arange(TAPS) - TAPS // 2
    taps = np.sinc(at / 2) * np.kaiser(TAPS, 6.0)
    return np.asarray(taps / taps.sum(), np.float32)


FILTER: Final = _half_band()


class Resampler:
    """From `rate` to `to`, which is as much, twice or half of it. `take` what comes, then the `rest` that the filter
    holds back."""

    def __init__(self, rate: int, to: int) -> None:
        if to not in {rate, 2 * rate, rate // 2}:
            raise ValueError(f"{rate} Hz cannot become {to} Hz here; use recognition.audio.resample")
        self._up, self._down = to > rate, to < rate
        self._tail: Samples = np.zeros(TAPS - 1, np.float32)
        self._odd = 0  # samples to skip at the beginning of the next piece

    def take(self, samples: Samples) -> Samples:
        if not (self._up or self._down) or not len(samples):
            return samples
        if self._up:
            samples = np.stack([2 * samples, np.zeros_like(samples)], axis=1).reshape(-1)
        joined = np.concatenate([self._tail, samples])
        self._tail = joined[len(joined) - TAPS + 1 :]
        filtered = np.convolve(joined, FILTER, "valid").astype(np.float32)
        if self._up:
            return filtered
        kept = filtered[self._odd :: 2]
        self._odd = (self._odd + len(filtered)) % 2
        return kept

    def rest(self) -> Samples:
        return self.take(np.zeros(TAPS // 2, np.float32)) if self._up or self._down else self._tail[:0]
