"""Trains the layer of `recognition.moonshine.spotter` on synthetic voices and writes its file:

python -m tests.bench.speech.train_spotter

`SPARE=slt,joe` leaves voices out, to be judged by, and writes to var/bench/spotter.npz, which `bench_speech` and `fit`
take by `SPOTTER`.

Numbers of one to ten digits, in the words that people use for them, through lines of all kinds. The encoder stays as it
is; what is trained are two matrices behind it, by CTC (Graves et al., 2006) and Adam.
"""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition import audio
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.model import RATE, Floats, log_softmax
from recognition.moonshine.numerals import ONES, TEENS, TENS
from recognition.moonshine.spotter import FILE, NUMBER, WORDS
from tests.bench.speech.corpus import spoken
from tests.bench.speech.ctc import slope
from tests.bench.speech.line import RATE as NARROW
from tests.bench.speech.line import Line, through
from tests.bench.speech.training import Course, moments, train
from tests.bench.speech.voices import Voice, espeak, installed

FOLDER = Path("var/bench/voices")
MANY = ("flite-slt", "flite-rms", "flite-awb", "piper-joe")  # 120 numbers each, of others 25 to 60
ACCENTS = ("en-us", "en-us+f4", "en-gb", "en-gb+m2", "en-gb-scotland", "en-029")  # of espeak-ng, beside the installed
TEMPOS = (0.85, 0.92, 1.0, 1.08, 1.18)
PITCHES = (0.9, 0.95, 1.0, 1.0, 1.05, 1.1)
HIDDEN, EPOCHS, TOGETHER, RATE_OF_LEARNING, STEEPEST, DROPPED = 128, 16, 32, 5e-3, 5.0, 0.2


@dataclass(frozen=True, slots=True)
class Sample:
    heard: Floats  # what the encoder made of it: (moments, 288)
    words: tuple[int, ...]


def samples(engine: Moonshine, spare: Sequence[str]) -> Iterator[Sample]:
    voices = [*installed(), *(Voice(f"espeak-{name}", "robotic", partial(espeak, name)) for name in ACCENTS)]
    for voice in (one for one in voices if not any(name in one.name for name in spare)):
        chance = random.Random(zlib.crc32(voice.name.encode()))
        for _ in range(120 if voice.name in MANY else 60 if voice.kind == "natural" else 25):
            text, words = number(chance)
            sound, rate = spoken(FOLDER, voice, text, chance.choice(TEMPOS))
            rate = round(rate * chance.choice(PITCHES)) // 100 * 100
            for line in lines(chance):
                heard = through(line, sound, rate, chance.randrange(1 << 30))
                yield Sample(engine.encoded(audio.resample(heard, NARROW, RATE)), tuple(NUMBER[word] for word in words))


def lines(chance: random.Random) -> Iterator[Line]:
    yield Line("noisy", chance.uniform(6, 20), quieter=chance.uniform(0, 6))
    if chance.random() < 0.35:
        yield Line("clean", 40)
    if chance.random() < 0.25:
        yield Line("lossy", chance.uniform(15, 40), loss=0.035)


def number(chance: random.Random) -> tuple[str, list[str]]:
    """What is said, and which of it are words of numbers."""
    length, way = chance.choice((1, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10)), chance.choice("aaaaaazzpdd")
    digits = "".join(chance.choice("0001234567890" if way == "z" else "0123456789") for _ in range(length))
    if chance.random() < 0.3 and length > 2:  # the same twice in a row is where the network loses its place
        at = chance.randrange(length - 1)
        digits = digits[:at] + 2 * digits[at] + digits[at + 2 :]
    words = list(_in_words(digits, way, chance))
    told = [f", {word}" if n and n % 3 == 0 and chance.random() < 0.25 else word for n, word in enumerate(words)]
    lead, end = chance.choice((("", ""),) * 16 + (("it's ", ""), ("my number is ", ""), ("", " please"), ("um, ", "")))
    return lead + " ".join(told).replace(" , ", ", ") + end, words


def _in_words(digits: str, way: str, chance: random.Random) -> Iterator[str]:
    names, at = (chance.choice(("oh", "zero")), *ONES[1:]), 0
    while at < len(digits):
        digit, following = int(digits[at]), digits[at + 1 : at + 2]
        same = next((times for times in (3, 2) if way == "d" and digits[at : at + times] == digits[at] * times), 1)
        pair = way == "p" and digit and following and chance.random() < 0.8
        if same > 1:
            yield {2: "double", 3: "triple"}[same]
        if pair and digit == 1:
            yield TEENS[int(following)]
        elif pair:
            yield TENS[digit - 2]
            if following != "0":
                yield ONES[int(following)]
        else:
            yield names[digit]
        at += 2 if pair else same


class Layer:
    def __init__(self, mean: Floats, spread: Floats) -> None:
        random = np.random.default_rng(0)
        self.mean, self.spread = mean, spread
        self.weights: dict[str, NDArray[np.float32]] = {
            "in": (random.standard_normal((len(mean), HIDDEN)) * np.sqrt(2 / len(mean))).astype(np.float32),
            "in_bias": np.zeros(HIDDEN, np.float32),
            "out": (random.standard_normal((HIDDEN, len(WORDS))) * np.sqrt(1 / HIDDEN)).astype(np.float32),
            "out_bias": np.zeros(len(WORDS), np.float32),
        }

    def learn(self, batch: Sequence[Sample], chance: np.random.Generator) -> tuple[float, dict[str, Floats]]:
        """The mean loss, and the slope of it by each weight."""
        lengths = np.array([len(one.heard) for one in batch])
        heard = np.stack([np.pad(one.heard, ((0, max(lengths) - len(one.heard)), (0, 0))) for one in batch])
        seen = (heard.astype(np.float32) - self.mean) / self.spread
        kept = (chance.random((*seen.shape[:2], HIDDEN)) >= DROPPED) / np.float32(1 - DROPPED)
        hidden = np.maximum(seen @ self.weights["in"] + self.weights["in_bias"], 0) * kept.astype(np.float32)
        logs = log_softmax(hidden @ self.weights["out"] + self.weights["out_bias"])
        losses, by_logit = slope(logs, lengths, [one.words for one in batch])
        by_logit /= len(batch)
        by_hidden = (by_logit @ self.weights["out"].T) * (hidden > 0) * kept
        return float(losses.mean()), {
            "in": np.einsum("btd,bth->dh", seen, by_hidden, optimize=True),
            "in_bias": by_hidden.sum((0, 1)),
            "out": np.einsum("bth,btv->hv", hidden, by_logit, optimize=True),
            "out_bias": by_logit.sum((0, 1)),
        }

    def save(self, file: Path) -> None:
        small: dict[str, Any] = {name: value.astype(np.float16) for name, value in self.weights.items()}
        np.savez_compressed(file, mean=self.mean, spread=self.spread, **small)


def trained(heard: Sequence[Sample]) -> Layer:
    layer = Layer(*moments(heard))
    train(layer, heard, Course(EPOCHS, TOGETHER, RATE_OF_LEARNING, STEEPEST))
    return layer


if __name__ == "__main__":
    spare = [name for name in os.environ.get("SPARE", "").split(",") if name]
    file = Path("var/bench/spotter.npz") if spare else FILE
    trained(list(samples(Moonshine(), spare))).save(file)
