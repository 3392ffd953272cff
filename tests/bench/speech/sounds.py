"""Sounds of a call that nobody speaks in, at 8,000 Hz. They must never answer a question."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recognition import music
from recognition.audio import Samples
from tests.bench.speech.line import RATE, mu_law, pink

KEYS = {
    key: (row, column)
    for row, keys in zip((697, 770, 852, 941), ("123", "456", "789", "*0#"), strict=True)
    for key, column in zip(keys, (1209, 1336, 1477), strict=True)
}


def sounds(seconds: float, seed: int = 7) -> Mapping[str, Samples]:
    """By name."""
    random = np.random.default_rng(seed)
    count = int(seconds * RATE)
    return {
        "noise": mu_law(pink(count, random) * np.float32(0.05)),
        "kitchen": mu_law(_kitchen(count, random)),
        "music": mu_law(np.resize(music.hold_music(RATE), count) * np.float32(2)),
        "ringback": mu_law(_cadence(count, (440, 480), 2.0, 4.0)),
        "engaged": mu_law(_cadence(count, (480, 620), 0.5, 0.5)),
        "keys": mu_law(_keys(count, random)),
    }


def _cadence(count: int, hertz: tuple[int, int], on: float, off: float) -> Samples:
    at = np.arange(count) / RATE
    tone: Samples = (_tones(at, *hertz) * (at % (on + off) < on)).astype(np.float32)
    return tone


def _keys(count: int, random: np.random.Generator) -> Samples:
    """Ten keys in three seconds, each held for a tenth of a second."""
    at = np.arange(count) / RATE
    pressed = random.choice(list(KEYS), int(count / RATE / 0.3) + 1)
    rows, columns = np.array([KEYS[key] for key in pressed])[(at / 0.3).astype(int)].T
    tone: Samples = (
        (np.sin(2 * np.pi * rows * at) + np.sin(2 * np.pi * columns * at)) * 0.15 * (at % 0.3 < 0.1)
    ).astype(np.float32)
    return tone


def _tones(at: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    return 0.1 * (np.sin(2 * np.pi * low * at) + np.sin(2 * np.pi * high * at))


def _kitchen(count: int, random: np.random.Generator) -> Samples:
    """Dishes: bursts of ringing partials a few times a second, over running water."""
    sound = pink(count, random) * np.float32(0.02)
    for start in np.cumsum(random.exponential(0.4, int(count / RATE * 3))):
        at = np.arange(int(0.3 * RATE)) / RATE
        begin = int(start * RATE)
        if begin + len(at) > count:
            break
        partials = random.uniform(900, 3600, 6)
        ring = np.sin(2 * np.pi * partials[:, None] * at).sum(axis=0) * np.exp(-at / random.uniform(0.02, 0.1))
        sound[begin : begin + len(at)] += (ring * random.uniform(0.01, 0.06)).astype(np.float32)
    return sound
