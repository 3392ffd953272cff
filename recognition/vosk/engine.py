"""The engine of a language for which a model directory is configured; the only importer of vosk.

It listens while somebody speaks, held to what the question may be answered with. Two things decide how this looks.
Vosk ends the process when it is given a grammar that is none (`[]`, an object, broken JSON), so all that it gets is
made here of a list that is not empty. And held to a grammar it takes anything for an answer and is sure of it (a `conf`
of 1.0), so how sure we are comes from elsewhere: from the alternatives, and from how much of the sound they explain.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import vosk

from ivr.engine.data import replace
from ivr.engine.events import Alternative
from ivr.engine.spoken.digits import digits
from ivr.engine.words import words_of
from recognition.audio import Samples, to_pcm
from recognition.listen import Hints, Kind
from recognition.meaning import CHOICES, prepare, understand
from recognition.meaning.likeness import closeness
from recognition.vosk.coverage import coverage
from recognition.vosk.grammar import UNKNOWN, Grammar, grammar
from recognition.vosk.model import look

BEST = 5  # alternatives of each piece of an utterance
COMBINED = 125  # of several pieces, at most
EVEN, STEP = 0.62, 0.05  # coverage at which right and wrong are equally likely; by how much more right is e times as
# likely. Measured with the Korean model, see docs/speech.md
NEAR = 80.0  # of 100, how close to a phrase what was heard must be: a word may be missing, a second phrase is no answer
WRONG_LENGTH = 0.4  # what is left of the trust in a number that has too few or too many digits

vosk.SetLogLevel(-2)  # nothing of Kaldi's: what it warns of are words of the menu, and `check` tells them better


class Vosk:
    """`folder`: the model's. Raises `NotAModel`."""

    name = "vosk"
    streaming = True

    def __init__(self, language: str, folder: Path) -> None:
        found = look(folder)
        self.languages, self.rate, self._grammars = frozenset({language}), found.rate, found.grammars
        self._model = vosk.Model(str(folder))
        self._grammar = lru_cache(maxsize=256)(self._compiled)  # menus come again and again

    def check(self, hints: Hints) -> Sequence[str]:
        prepare(hints)
        found = grammar(hints, self._knows)
        heard = {option for options in found.means.values() for option in options}
        deaf = {option: said for option, said in hints.phrases.items() if option not in heard}
        told = [_deaf(option, said, found) for option, said in deaf.items()]
        if hints.kind == "yes_no":  # its many phrases are ours, and some of them are enough
            return told
        some = {phrase.casefold() for option, said in hints.phrases.items() if option in heard for phrase in said}
        return told + [
            f"“{phrase}” will not be heard: its recognizer does not know {_quoted(words)}; say the same in other words "
            "as well"
            for phrase, words in found.unknown.items()
            if phrase in some
        ]

    def open(self, hints: Hints) -> Utterance:
        held = self._grammar(hints.kind, hints.language, tuple(hints.phrases.items()))
        if not held.phrases or not self._grammars or hints.kind == "text":
            return Utterance(self._recognizer(), hints, self.rate, None)
        recognizer = self._recognizer(json.dumps(held.phrases, ensure_ascii=False))  # it does not read \uXXXX
        recognizer.SetMaxAlternatives(BEST)
        return Utterance(recognizer, hints, self.rate, held)

    def _recognizer(self, *grammar: str) -> vosk.KaldiRecognizer:
        recognizer = vosk.KaldiRecognizer(self._model, self.rate, *grammar)
        recognizer.SetWords(True)
        return recognizer

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _compiled(self, kind: Kind, language: str, phrases: tuple[tuple[str, tuple[str, ...]], ...]) -> Grammar:
        return grammar(Hints(kind, language, dict(phrases)), self._knows)


@dataclass(frozen=True, slots=True)
class _Way:
    """To hear a piece of an utterance. `score`: the logarithm of how likely it is, up to a constant; `sure`: what Vosk
    itself says of its words, 1.0 where it says nothing; `spans`: from and to, in seconds, of each word."""

    text: str
    score: float
    sure: float
    spans: tuple[tuple[float, float], ...]


class Utterance:
    """A `recognition.engine.Decoding`. `held`: what it was held to; None: nothing."""

    def __init__(self, recognizer: vosk.KaldiRecognizer, hints: Hints, rate: int, held: Grammar | None) -> None:
        self._recognizer, self._hints, self._rate, self._held = recognizer, hints, rate, held
        self._pieces: list[list[_Way]] = []  # it ends a piece at a pause, and goes on counting time
        self._sound: list[Samples] = []

    def feed(self, samples: Samples) -> None:
        if not len(samples):
            return
        self._sound.append(samples)
        if self._recognizer.AcceptWaveform(to_pcm(samples)):
            self._take(self._recognizer.Result())

    def partial(self, _hurry: Callable[[], bool]) -> str:
        now = json.loads(self._recognizer.PartialResult()).get("partial", "")  # not there between two pieces
        return " ".join(text for text in (*(ways[0].text for ways in self._pieces), now) if text)

    def unfinished(self) -> bool:
        return False  # it has worked all the while, so its `final` costs nothing

    def final(self) -> tuple[Alternative, ...]:
        self._take(self._recognizer.FinalResult())
        heard = self._weighed()
        if self._held is None:
            return understand(heard, self._hints)
        found = [meant for one in heard for meant in _meant(one, self._held, self._hints)]
        return tuple(sorted(_added(found), key=lambda one: -one.confidence)[:BEST])

    def _take(self, result: str) -> None:
        ways = list(_ways(json.loads(result)))
        if any(way.text for way in ways):
            self._pieces.append(ways)

    def _weighed(self) -> list[Alternative]:
        """Each text with its share of all that may have been said, if it explains the sound."""
        combined = [_joined(ways) for ways in islice(product(*self._pieces), COMBINED)]
        best = max(way.score for way in combined)
        whole = sum(exp(way.score - best) for way in combined)
        sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.float32)

        def trust(way: _Way) -> float:
            explained = 1 / (1 + exp((EVEN - coverage(sound, self._rate, way.spans)) / STEP))
            return exp(way.score - best) / whole * way.sure * explained

        return _added(Alternative(way.text, trust(way)) for way in combined if way.text)


def _deaf(option: str, said: Sequence[str], found: Grammar) -> str:
    name = next(filter(None, said), option)
    words = dict.fromkeys(word for phrase in said for word in found.unknown.get(phrase.casefold(), ()))
    why = f"its recognizer does not know {_quoted(words)}" if words else "it has no words"
    return f"“{name}” cannot be said at all: {why}; say it in other words, or it is keys only"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _ways(result: Mapping[str, Any]) -> Iterator[_Way]:
    """Of what Vosk tells of a piece, with alternatives or without."""
    for way in result.get("alternatives", [result]):
        words = [word for word in way.get("result", []) if word["word"] not in UNKNOWN]
        yield _Way(
            " ".join(word["word"] for word in words),
            float(way.get("confidence", 0.0)),
            float(np.mean([word.get("conf", 1.0) for word in words])) if words else 1.0,
            tuple((word["start"], word["end"]) for word in words),
        )


def _joined(ways: Sequence[_Way]) -> _Way:
    return _Way(
        " ".join(way.text for way in ways if way.text),
        sum(way.score for way in ways),
        min((way.sure for way in ways), default=1.0),
        tuple(span for way in ways for span in way.spans),
    )


def _added(heard: Iterable[Alternative]) -> list[Alternative]:
    """Each option, and each text that is none, once."""
    added: dict[str, Alternative] = {}
    for one in heard:
        name = f"option {one.option}" if one.option else one.text
        before = added.get(name, replace(one, confidence=0.0))
        added[name] = replace(before, confidence=before.confidence + one.confidence)
    return list(added.values())


def _meant(heard: Alternative, held: Grammar, hints: Hints) -> list[Alternative]:
    """The options whose phrase it is, or nearly is; a value, where one was asked for; or nothing."""
    phrase = max(held.means, key=lambda phrase: closeness(heard.text, phrase), default="")
    near = closeness(heard.text, phrase)
    value = hints.kind not in CHOICES
    if near == 100 or (near >= NEAR and not value):
        options = held.means[phrase]
        sure = heard.confidence * near / 100 / len(options)
        return [Alternative(heard.text, sure, option) for option in options]
    if not value:
        return []
    return [_number(heard, hints) if hints.kind == "digits" else heard]


def _number(heard: Alternative, hints: Hints) -> Alternative:
    """In figures, if it is one; preferably one of as many digits as were asked for."""
    found = digits(heard.text, words_of(hints.language))
    fitting = [number for number in found if hints.least <= len(number) <= (hints.most or len(number))]
    if fitting or not found:
        return Alternative(fitting[0] if fitting else heard.text, heard.confidence)
    return Alternative(found[0], heard.confidence * WRONG_LENGTH)
