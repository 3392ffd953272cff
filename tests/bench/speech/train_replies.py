"""Trains the layer of `recognition.moonshine.replies` on synthetic voices and writes its file:

python -m tests.bench.speech.train_replies

The voices `SPARED` are never heard by it, so that it can be judged by them. The encoder stays as it is; what is trained
is a layer that looks at each moment, of which the most and the mean of all moments are weighed together.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition import audio
from recognition.moonshine.engine import Moonshine
from recognition.moonshine.model import RATE, Floats, log_softmax
from recognition.moonshine.replies import FILE, REPLIES
from tests.bench.speech.corpus import TEMPOS, spoken
from tests.bench.speech.line import RATE as NARROW
from tests.bench.speech.line import through
from tests.bench.speech.texts import LISTED, OUTSIDE
from tests.bench.speech.train_spotter import ACCENTS, FOLDER, PITCHES, lines
from tests.bench.speech.training import Course, moments, train
from tests.bench.speech.voices import Voice, espeak, installed

SPARED = ("slt", "joe")
HIDDEN, EPOCHS, TOGETHER, RATE_OF_LEARNING, DROPPED, BLURRED = 64, 8, 64, 3e-3, 0.25, 0.15
YES = (
    *("yes", "yeah", "yep", "yup", "sure", "okay", "correct", "right", "exactly", "absolutely", "definitely"),
    *("yes please", "yes it is", "yes I do", "ok", "that's correct", "that's right", "that is right", "of course"),
    *("yes that's correct", "go ahead", "please do", "sure thing", "certainly", "uh-huh"),
)
NO = (
    *("no", "nope", "nah", "wrong", "incorrect", "never", "no thanks", "no thank you", "not really", "no it isn't"),
    *("no I don't", "that's wrong", "that is wrong", "that's not right", "not correct", "no that's not right"),
    *("no way", "not at all", "no no", "no it's not", "that is not correct"),
)
OTHER = (
    *("hello", "what", "maybe", "I don't know", "hold on", "repeat", "say that again", "operator", "one", "two", "hmm"),
    *("seven", "help", "I see", "go back", "Monday", "excuse me", "who is this", "what did you say", "next week"),
    *("agent", "pay it now", "leave it with a neighbor", "the blue one", "at home", "call me later", "start over"),
    *("now", "know", "where", "near", "note", "snow", "guess", "less", "yet", "here", "ear", "there", "show", "low"),
    *OUTSIDE,
    *(text for _, text in LISTED),
)


@dataclass(frozen=True, slots=True)
class Sample:
    heard: Floats  # what the encoder made of it: (moments, 288)
    reply: int  # of `REPLIES`


def samples(engine: Moonshine) -> Iterator[Sample]:
    voices = [*installed(), *(Voice(f"espeak-{name}", "robotic", partial(espeak, name)) for name in ACCENTS)]
    for voice in (one for one in voices if not any(name in one.name for name in SPARED)):
        print(f"{voice.name} speaks", flush=True)
        chance = random.Random(zlib.crc32(voice.name.encode()))
        for reply, texts in enumerate((YES, NO, OTHER)):
            for text in texts:
                for _ in range(times(text, REPLIES[reply], voice, chance)):
                    yield Sample(engine.encoded(said(voice, text, chance)), reply)


def times(text: str, reply: str, voice: Voice, chance: random.Random) -> int:
    """Short answers are what is mistaken, and natural voices are what callers have."""
    if not reply:
        return 1 if voice.kind == "natural" else chance.randrange(2)
    return (1 if " " in text else 3) * (2 if voice.kind == "natural" else 1)


def said(voice: Voice, text: str, chance: random.Random) -> audio.Samples:
    """At the engine's rate, with more or less of the line around it."""
    sound, rate = spoken(FOLDER, voice, text, chance.choice(TEMPOS))
    rate = round(rate * chance.choice(PITCHES)) // 100 * 100
    line = chance.choice([*lines(chance)])
    around = chance.uniform(0.2, 0.45), chance.uniform(0.3, 0.6)
    return audio.resample(through(line, sound, rate, chance.randrange(1 << 30), *around), NARROW, RATE)


class Layer:
    def __init__(self, mean: Floats, spread: Floats) -> None:
        random = np.random.default_rng(0)
        self.mean, self.spread = mean, spread
        self.weights: dict[str, NDArray[np.float32]] = {
            "in": (random.standard_normal((len(mean), HIDDEN)) * np.sqrt(2 / len(mean))).astype(np.float32),
            "in_bias": np.zeros(HIDDEN, np.float32),
            "out": (random.standard_normal((2 * HIDDEN, len(REPLIES))) * 0.1).astype(np.float32),
            "out_bias": np.zeros(len(REPLIES), np.float32),
        }

    def learn(self, batch: Sequence[Sample], chance: np.random.Generator) -> tuple[float, dict[str, Floats]]:
        """The mean loss, and the slope of it by each weight."""
        rows, lengths = np.arange(len(batch)), np.array([len(one.heard) for one in batch])
        heard = np.stack([np.pad(one.heard, ((0, max(lengths) - len(one.heard)), (0, 0))) for one in batch])
        seen = (heard.astype(np.float32) - self.mean) / self.spread
        seen += BLURRED * chance.standard_normal(seen.shape, np.float32)
        counted = np.arange(max(lengths))[None, :, None] < lengths[:, None, None]
        hidden = np.maximum(seen @ self.weights["in"] + self.weights["in_bias"], 0) * counted
        kept = (chance.random((len(batch), 2 * HIDDEN)) >= DROPPED) / np.float32(1 - DROPPED)
        pooled = np.concatenate([hidden.max(1), hidden.sum(1) / lengths[:, None]], axis=1) * kept
        logs = log_softmax((pooled @ self.weights["out"] + self.weights["out_bias"]).astype(np.float32))
        wanted = np.array([one.reply for one in batch])
        by_logit = (np.exp(logs) - np.eye(len(REPLIES))[wanted]) / len(batch)
        by_most, by_mean = np.split(by_logit @ self.weights["out"].T * kept, 2, axis=1)
        by_hidden = np.repeat((by_mean / lengths[:, None])[:, None], hidden.shape[1], axis=1)
        by_hidden[rows[:, None], hidden.argmax(1), np.arange(HIDDEN)[None]] += by_most
        by_hidden *= hidden > 0
        return -float(logs[rows, wanted].mean()), {
            "in": np.tensordot(seen, by_hidden, ((0, 1), (0, 1))),
            "in_bias": by_hidden.sum((0, 1)),
            "out": pooled.T @ by_logit,
            "out_bias": by_logit.sum(0),
        }

    def save(self) -> None:
        small: dict[str, Any] = {name: value.astype(np.float16) for name, value in self.weights.items()}
        np.savez_compressed(FILE, mean=self.mean.astype(np.float16), spread=self.spread.astype(np.float16), **small)


def trained(heard: Sequence[Sample]) -> Layer:
    layer = Layer(*moments(heard))
    train(layer, heard, Course(EPOCHS, TOGETHER, RATE_OF_LEARNING))
    return layer


if __name__ == "__main__":
    trained(list(samples(Moonshine()))).save()
