"""How well and how fast an engine understands the test set, on one core."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ivr.engine import match
from ivr.engine.events import Alternative
from ivr.engine.flow import SlotSpec
from ivr.engine.words import words_of
from recognition import audio
from recognition.audio import Samples
from recognition.endpoint import AFTER, BEFORE, Endpointer, pauses
from recognition.engine import Engine
from recognition.listen import Hints
from recognition.vad import STEP_SECONDS, Vad
from tests.bench.speech.corpus import Utterance
from tests.bench.speech.line import RATE
from tests.bench.speech.texts import NOW

SURE = 0.5  # what is less sure is no answer to the menu's engine
WORDS = words_of("en-US")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`got`: each alternative as the menu's engine reads it, with its confidence; `cpu` and `wait`: seconds from the
    end of the speech to the answer, of this process and on the wall."""

    utterance: Utterance
    got: tuple[tuple[str, float], ...]
    cpu: float
    wait: float

    @property
    def answer(self) -> str:
        """Empty: rejected."""
        return self.got[0][0] if self.got and self.got[0][1] >= SURE else ""

    @property
    def right(self) -> bool:
        return self.answer == self.utterance.said.wanted

    @property
    def within_three(self) -> bool:
        """Whether one of three questions "Did you say …?" would be answered with yes."""
        return self.utterance.said.wanted in [got for got, _ in self.got[:3]]

    @property
    def errors(self) -> float:
        """Words inserted, left out and replaced, by the number of words said."""
        return edits(_words(self.answer), _words(self.utterance.said.wanted)) / len(_words(self.utterance.said.wanted))


def outcomes(engine: Engine, utterances: Iterable[Utterance]) -> list[Outcome]:
    return [_outcome(engine, utterance) for utterance in utterances]


def _outcome(engine: Engine, utterance: Utterance) -> Outcome:
    hints = utterance.said.hints
    sound = audio.resample(utterance.sound, RATE, engine.rate)
    decoding = engine.open(hints)
    began, cpu = time.perf_counter(), time.process_time()
    decoding.feed(sound)
    alternatives = decoding.final()
    took = time.process_time() - cpu, time.perf_counter() - began
    read = tuple((read_as(hints, one), one.confidence) for one in alternatives)
    return Outcome(utterance, tuple((text, sure) for text, sure in read if text), *took)


def read_as(hints: Hints, one: Alternative) -> str:
    """What the menu's engine takes an alternative for; empty: for nothing."""
    if one.option is not None:
        return one.option
    match hints.kind:
        case "digits":
            spec = SlotSpec("asked", "digits", "asked", min_length=hints.least, max_length=hints.most)
        case "number" | "money" | "date" | "time":
            spec = SlotSpec("asked", hints.kind, "asked")
        case "text":
            return one.text
        case _:
            return ""
    return match.value_of(spec, one.text, "speech", WORDS, NOW) or ""


def answered(engine: Engine, vad: Vad, hints: Hints, sound: Samples) -> tuple[int, int]:
    """How often a sound without speech started a turn of speech, and how often it answered the question."""
    step = round(STEP_SECONDS * RATE)
    probability, endpointer = vad.open(RATE), Endpointer(pauses(hints))
    turns = answers = 0
    for n in range(len(sound) // step):
        edge = endpointer.take(probability(sound[n * step : (n + 1) * step]))
        if edge in {"end", "cut"}:
            first = (n + 1 - endpointer.since) * step - round(BEFORE * RATE)
            last = (n + 1 - endpointer.quiet) * step + round(AFTER * RATE)
            decoding = engine.open(hints)
            decoding.feed(audio.resample(sound[max(0, first) : last], RATE, engine.rate))
            alternatives = decoding.final()
            turns += 1
            answers += bool(alternatives and alternatives[0].confidence >= SURE)
            endpointer = Endpointer(pauses(hints))
    return turns, answers


def edits(one: list[str], other: list[str]) -> int:
    """Levenshtein's distance in words."""
    row = list(range(len(other) + 1))
    for n, word in enumerate(one, start=1):
        left = [n]
        for m, wanted in enumerate(other, start=1):
            left.append(min(left[-1] + 1, row[m] + 1, row[m - 1] + (word != wanted)))
        row = left
    return row[-1]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def percentile(values: list[float], share: float) -> float:
    return float(np.quantile(values, share)) if values else 0.0
