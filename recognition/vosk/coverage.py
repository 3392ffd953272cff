"""How much of what sounds in an utterance the words account for that were heard in it.

Who is held to a few phrases finds one in all speech, but mostly in a part of it. What is as loud as the edges, where
nobody speaks, is noise and does not count.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from recognition.audio import Samples

FRAME = 0.02  # seconds
BEFORE, AFTER = 0.25, 0.4  # seconds at the edges of every utterance in which nobody speaks: see recognition/engine.py
OVER = 1.5  # times the power of the noise; below it nothing sounds
LOOSELY = 0.06  # seconds by which a word may sound before and after its time

Spans = Iterable[tuple[float, float]]


def coverage(samples: Samples, rate: int, words: Spans) -> float:
    """0 to 1, of the amplitude. `words`: from and to, in seconds."""
    frame = int(rate * FRAME)
    power = (samples[: len(samples) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1)
    edges = np.concatenate([power[: int(BEFORE / FRAME)], power[-int(AFTER / FRAME) :]])
    if not len(edges):
        return 0.0
    sounding = np.sqrt(np.maximum(0, power - OVER * edges.mean()))
    accounted = np.zeros(len(power), bool)
    for begin, end in words:
        accounted[max(0, int((begin - LOOSELY) / FRAME)) : int((end + LOOSELY) / FRAME) + 1] = True
    whole = float(sounding.sum())
    return float(sounding[accounted].sum()) / whole if whole else 0.0
