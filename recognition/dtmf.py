"""Keys in the sound itself, which are no speech (ITU-T Q.23 and Q.24): Goertzel's filters as one product.

A key is two tones of about equal loudness, one of each group, that hold most of the energy and have no second
harmonic, for 40 ms. Which one it is matters to nobody here.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recognition.audio import Samples

LOW: Final = (697, 770, 852, 941)
HIGH: Final = (1209, 1336, 1477, 1633)

WINDOW: Final = 205 / 8000  # seconds: the tones fall on its bins
HOP: Final = 0.01  # seconds
HITS: Final = 3  # windows in a row with the same key: a tone of 40 ms fills three, one of 23 ms two at most
SOFTEST: Final = 60 / 32768  # RMS, of full scale
PURE: Final = 0.62  # of the energy
TWIST: Final = 10**0.8  # 8 dB between the two
ALONE: Final = 6.0  # times the energy of the next tone of its group
HARMONIC: Final = 12.0  # times the energy at twice the frequency of a low one: speech has that


def has_key(samples: Samples, rate: int) -> bool:
    """Whether a key is pressed in a sound of 8,000 or 16,000 Hz."""
    size, hop = round(WINDOW * rate), round(HOP * rate)
    shown = [_key(samples[at : at + size], rate) for at in range(0, len(samples) - size + 1, hop)]
    return any(key and len(list(windows)) >= HITS for key, windows in groupby(shown))


def _key(window: Samples, rate: int) -> tuple[int, int] | None:
    """Which one of each group of tones makes it."""
    energy = float(np.sum(window**2))
    if energy < SOFTEST**2 * len(window):
        return None
    power = np.sum(np.einsum("cts,s->ct", _filters(rate, len(window)), window) ** 2, axis=0)
    low, high, harmonics = power[:4], power[4:8], power[8:]
    row, column = int(low.argmax()), int(high.argmax())
    is_key = (
        (low[row] + high[column]) * 2 / len(window) > PURE * energy
        and 1 / TWIST < low[row] / high[column] < TWIST
        and low[row] > ALONE * np.partition(low, -2)[-2]
        and high[column] > ALONE * np.partition(high, -2)[-2]
        and low[row] + high[column] > HARMONIC * harmonics.max()
    )
    return (row, column) if is_key else None


@cache
def _filters(rate: int, size: int) -> NDArray[np.float64]:
    """Cosine and sine of each tone. Not complex, and summed without BLAS: at 16 kHz it would wake all cores for each
    window, which takes 6 ms on a machine that is busy."""
    tones = np.array([*LOW, *HIGH, *(2 * tone for tone in LOW)])
    turns = 2 * np.pi * np.outer(tones, np.arange(size)) / rate
    return np.stack([np.cos(turns), np.sin(turns)])
