"""Keys in the sound itself, which are no speech (ITU-T Q.23 and Q.24): Goertzel's filters as one product.

A key is two tones of about equal loudness, one of each group, that hold most of the energy and have no second
harmonic, for 40 ms. It counts once, until it has been released.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

LOW: Final = (697, 770, 852, 941)
HIGH: Final = (1209, 1336, 1477, 1633)
KEYS: Final = ("123A", "456B", "789C", "*0#D")

WINDOW: Final = 205 / 8000  # seconds: the tones fall on its bins
HOP: Final = 0.01  # seconds
HITS: Final = 3  # windows in a row with a key, or without: a tone of 40 ms fills three, one of 23 ms two at most
SOFTEST: Final = 60 / 32768  # RMS, of full scale
PURE: Final = 0.62  # of the energy
TWIST: Final = 10**0.8  # 8 dB between the two
ALONE: Final = 6.0  # times the energy of the next tone of its group
HARMONIC: Final = 12.0  # times the energy at twice the frequency of a low one: speech has that


class Dtmf:
    """For one call of 8,000 or 16,000 Hz. `take` 16-bit PCM of any length: the keys that were pressed in it."""

    def __init__(self, rate: int) -> None:
        self._size, self._hop = round(WINDOW * rate), round(HOP * rate)
        self._filters = _filters(rate, self._size)
        self._samples: NDArray[np.float64] = np.zeros(0)
        self._shown, self._times = "", 0  # the key in the last window (empty: none), and in how many before it
        self._held = ""

    def take(self, pcm: bytes) -> str:
        self._samples = np.concatenate([self._samples, np.frombuffer(pcm, "<i2") / 32768])
        pressed = ""
        while len(self._samples) >= self._size:
            pressed += self._next(self._key(self._samples[: self._size]))
            self._samples = self._samples[self._hop :]
        return pressed

    def _next(self, shown: str) -> str:
        self._times = self._times + 1 if shown == self._shown else 1
        self._shown = shown
        if self._times < HITS or shown == self._held:
            return ""
        self._held = shown
        return shown

    def _key(self, window: NDArray[np.float64]) -> str:
        energy = float(window @ window)
        if energy < SOFTEST**2 * self._size:
            return ""
        power = np.sum(np.einsum("cts,s->ct", self._filters, window) ** 2, axis=0)
        low, high, harmonics = power[:4], power[4:8], power[8:]
        row, column = int(low.argmax()), int(high.argmax())
        is_key = (
            (low[row] + high[column]) * 2 / self._size > PURE * energy
            and 1 / TWIST < low[row] / high[column] < TWIST
            and low[row] > ALONE * np.partition(low, -2)[-2]
            and high[column] > ALONE * np.partition(high, -2)[-2]
            and low[row] + high[column] > HARMONIC * harmonics.max()
        )
        return KEYS[row][column] if is_key else ""


@cache
def _filters(rate: int, size: int) -> NDArray[np.float64]:
    """Cosine and sine of each tone. Not complex, and summed without BLAS: at 16 kHz it would wake all cores for each
    window, which takes 6 ms on a machine that is busy."""
    tones = np.array([*LOW, *HIGH, *(2 * tone for tone in LOW)])
    turns = 2 * np.pi * np.outer(tones, np.arange(size)) / rate
    return np.stack([np.cos(turns), np.sin(turns)])
