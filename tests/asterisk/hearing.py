"""Recognizing a prompt in what a phone has heard: normalized cross-correlation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.8  # mu-law costs 0.01 of the 1.0 that the same sound has; other prompts stay below 0.5


def likeness(heard: NDArray[np.int16], clip: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of the clip to each place in what was heard: 1 the same, 0 nothing in common."""
    if len(heard) < len(clip):
        return np.zeros(0)
    sound = heard.astype(np.float64) / 32767
    size = 1 << (len(sound) + len(clip) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(clip, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(sound**2)])
    window = energy[len(clip) :] - energy[: -len(clip)]
    scale = np.sqrt(np.maximum(window, 1e-6) * np.sum(clip.astype(np.float64) ** 2))
    return np.asarray(product[: len(window)] / scale)


def where(heard: NDArray[np.int16], clip: NDArray[np.float32]) -> int | None:
    """The first sample at which the clip is heard."""
    scores = likeness(heard, clip)
    found = np.flatnonzero(scores > ALIKE)
    if not len(found):
        return None
    first = int(found[0])
    return first + int(np.argmax(scores[first : first + 80]))


def times(heard: NDArray[np.int16], clip: NDArray[np.float32]) -> int:
    """How often the beginning of the clip is heard."""
    begin, count, start = clip[: 8000 * 6 // 10], 0, 0
    while (found := where(heard[start:], begin)) is not None:
        count, start = count + 1, start + found + len(begin)
    return count
