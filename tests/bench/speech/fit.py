"""Fits what `recognition.moonshine.answers` weighs, and prints it:

python -m tests.bench.speech.fit [EVERY]     (each EVERY-th of the test set, natural voices, and noise)

At the first look. `SPOTTER=var/bench/spotter.npz` takes the layer that `train_spotter` made without some voices.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from ivr.engine.events import Alternative
from recognition import audio
from recognition.audio import Samples
from recognition.moonshine.answers import known_length, signs
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.spotter import FILE as SPOTTER
from tests.bench.speech.corpus import utterances
from tests.bench.speech.line import CLEAN, NOISY, RATE
from tests.bench.speech.measure import read_as
from tests.bench.speech.sounds import sounds
from tests.bench.speech.texts import Said, said
from tests.bench.speech.voices import installed

RIDGE = 0.1  # few samples must not make a weight infinite
STEPS = 50
SECONDS = 6


Heard = tuple[Said, Samples]


def voices(every: int) -> Iterator[Heard]:
    natural = [voice for voice in installed() if voice.kind == "natural"]
    for utterance in utterances(Path("var/bench/voices"), natural, (CLEAN, NOISY), every):
        if utterance.said.group != "open":
            yield utterance.said, utterance.sound


def nobody() -> Iterator[Heard]:
    """Noise and tones, a second or two of each: whatever comes through the end-pointer must be no answer."""
    asked = {(one.hints.kind, one.hints.most): one for one in said() if one.group == "outside"}
    for sound in sounds(SECONDS).values():
        for n, one in enumerate(asked.values()):
            begin, end = n * RATE // 2, n * RATE // 2 + RATE * (1 + n % 2)
            yield one, sound[begin:end]
            yield one, sound[begin:end] * np.float32(0.1)


def main(every: int) -> None:
    engine = Moonshine(spotter=Path(os.environ.get("SPOTTER", SPOTTER)))
    samples: dict[str, list[tuple[tuple[float, ...], bool]]] = defaultdict(list)
    for asked, sound in chain(voices(every), nobody()):
        decoding = engine.open(asked.hints)
        decoding.feed(audio.resample(sound, RATE, engine.rate))
        for answer in decoding.answers():
            option = answer.meaning.option
            values = "DIGITS" if known_length(asked.hints) else "VALUES"
            name = values if option is None else "YES_NO" if asked.hints.kind == "yes_no" else "OPTIONS"
            got = read_as(asked.hints, Alternative(answer.meaning.value or answer.text, 1.0, option))
            samples[name].append((signs(answer.evidence), got == asked.wanted))
    for name, pairs in samples.items():
        weights = logistic(np.array([seen for seen, _ in pairs]), np.array([right for _, right in pairs], float))
        print(f"{name} = {tuple(round(float(weight), 2) for weight in weights)}  # of {len(pairs)} answers")


def logistic(seen: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Newton's method."""
    weights = np.zeros(seen.shape[1])
    for _ in range(STEPS):
        sure = 1 / (1 + np.exp(-seen @ weights))
        slope = seen.T @ (right - sure) - RIDGE * weights
        curve = (seen.T * (sure * (1 - sure))) @ seen + RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return weights


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
