"""The engine: English, nothing to configure. A `Moonshine` holds the model and the grammars of recent questions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ivr.engine.events import Alternative
from recognition.audio import Samples
from recognition.listen import Hints
from recognition.moonshine import answers
from recognition.moonshine.decoder import Found, search
from recognition.moonshine.grammar import Grammar, compiled
from recognition.moonshine.model import RATE, TOKENS, Model, NoModel, packaged
from recognition.moonshine.phrases import plain
from recognition.moonshine.tokens import Tokens

KEPT = 64  # grammars: menus come again and again, numbers have few kinds


class Moonshine:
    """`folder` holds the model's files; None: those of the wheel. Raises `NoModel`."""

    name = "moonshine"
    languages = frozenset({"en"})
    rate = RATE
    streaming = False

    def __init__(self, folder: Path | None = None) -> None:
        place = folder or packaged()
        if place is None:
            raise NoModel("There is no English model: install moonshine-voice==0.1.0 or name a directory that has one")
        self._model, self._tokens = Model(place), Tokens(place / TOKENS)
        self._grammars: OrderedDict[object, Grammar] = OrderedDict()

    def check(self, hints: Hints) -> Sequence[str]:
        """The network writes letters, so it knows all words; it needs some."""
        return [
            f'Option "{option}" has no words that could be said: give it a label or phrases in letters'
            for option, phrases in hints.phrases.items()
            if not any(map(plain, phrases))
        ]

    def open(self, hints: Hints) -> Utterance:
        return Utterance(self._model, self._tokens, self.grammar(hints), hints)

    def grammar(self, hints: Hints) -> Grammar:
        phrases = tuple((option, said) for option, said in hints.phrases.items())
        key = (hints.kind, phrases, hints.always, hints.least, hints.most)
        known = self._grammars.pop(key, None) or compiled(hints, self._tokens)
        self._grammars[key] = known
        if len(self._grammars) > KEPT:
            self._grammars.popitem(last=False)
        return known


class Utterance:
    """A `recognition.engine.Decoding`: it listens when the utterance is over, and then to all of it."""

    def __init__(self, model: Model, tokens: Tokens, grammar: Grammar, hints: Hints) -> None:
        self._model, self._tokens, self._grammar, self._hints = model, tokens, grammar, hints
        self._sound: list[Samples] = []

    def feed(self, samples: Samples) -> None:
        self._sound.append(samples)

    def partial(self) -> str:
        """Listening twice would cost twice."""
        return ""

    def final(self) -> tuple[Alternative, ...]:
        return answers.ranked(self._found(), self._grammar, self._tokens, self._hints)

    def answers(self) -> list[answers.Answer]:
        """Instead of `final`, for those who want to know why."""
        return answers.answers(self._found(), self._grammar, self._tokens, self._hints)

    def _found(self) -> Found:
        sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.float32)
        sounds = self._tokens.sounds if self._grammar.read else None
        return search(self._model, self._model.listen(sound), len(sound) / RATE, self._grammar.automaton, sounds)
