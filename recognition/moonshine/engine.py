"""The engine: English, nothing to configure. A `Moonshine` holds the model and the grammars of recent questions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.engine.events import Alternative
from recognition.audio import Samples
from recognition.listen import Hints, Kind
from recognition.moonshine import answers
from recognition.moonshine.answers import Answer
from recognition.moonshine.caption import IN_WORDS, so_far
from recognition.moonshine.decoder import Effort, Hypothesis, search
from recognition.moonshine.grammar import Grammar, compiled, narrowed
from recognition.moonshine.model import RATE, TOKENS, Floats, Model, NoModel, packaged
from recognition.moonshine.phrases import plain
from recognition.moonshine.replies import Replies
from recognition.moonshine.spotter import FILE as SPOTTER
from recognition.moonshine.spotter import Spotted, Spotter
from recognition.moonshine.tokens import Tokens

# How sure an answer must be for no second look to be needed. Of short answers ("no", before a correction) two looks
# made wrong ones sure, so options are looked at again only where there is none, and yes and no never.
CERTAIN: Mapping[Kind, float] = {"options": 0.5, "choice": 0.5, "yes_no": 0.0, "text": 0.0}
CERTAIN_VALUE = 0.8
HALF, THIRDS = 192, (128, 256)  # samples at 16,000 Hz by which views are shifted: parts of the encoder's step
DIGITS = Effort(slack=7.0)  # another witness may prefer what the network finds less likely
KEPT = 64  # grammars: menus come again and again, numbers have few kinds


class Moonshine:
    """`folder` holds the model's files; None: those of the wheel. `spotter`: another layer than the shipped one, for
    benchmarks. Raises `NoModel`."""

    name = "moonshine"
    languages = frozenset({"en"})
    rate = RATE
    streaming = False

    def __init__(self, folder: Path | None = None, spotter: Path = SPOTTER) -> None:
        place = folder or packaged()
        if place is None:
            raise NoModel("There is no English model: install moonshine-voice==0.1.0 or name a directory that has one")
        self._model, self._tokens = Model(place), Tokens(place / TOKENS)
        self._witnesses = Witnesses(Spotter(spotter), Replies())
        self._grammars: OrderedDict[object, Grammar] = OrderedDict()

    def check(self, hints: Hints) -> Sequence[str]:
        """The network writes letters, so it knows all words; it needs some."""
        return [
            f'Option "{option}" has no words that could be said: give it a label or phrases in letters'
            for option, phrases in hints.phrases.items()
            if not any(map(plain, phrases))
        ]

    def open(self, hints: Hints) -> Utterance:
        return Utterance(self._model, self._tokens, self._witnesses, self.grammar(hints), hints)

    def encoded(self, samples: Samples) -> Floats:
        """What the network's first half makes of a sound: a row for each 24 ms. For whoever trains witnesses."""
        rows: Floats = self._model.listen(samples)[0]
        return rows

    def grammar(self, hints: Hints) -> Grammar:
        phrases = tuple((option, said) for option, said in hints.phrases.items())
        key = (hints.kind, phrases, hints.always, hints.least, hints.most, tuple(hints.behind.items()))
        known = self._grammars.pop(key, None) or compiled(hints, self._tokens)
        self._grammars[key] = known
        if len(self._grammars) > KEPT:
            self._grammars.popitem(last=False)
        return known


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Beside the network: of digits, and of yes and no."""

    spotter: Spotter
    replies: Replies


class Utterance:
    """A `recognition.engine.Decoding`: it listens when the utterance is over, and then to all of it."""

    def __init__(self, model: Model, tokens: Tokens, witnesses: Witnesses, grammar: Grammar, hints: Hints) -> None:
        self._model, self._tokens, self._witnesses = model, tokens, witnesses
        self._grammar, self._hints = grammar, hints
        self._digits = answers.known_length(hints)
        self._sound: list[Samples] = []
        self._seen: Floats | None = None
        self._digits_seen: Spotted | None = None

    def feed(self, samples: Samples) -> None:
        self._sound.append(samples)
        self._seen = self._digits_seen = None

    def partial(self, hurry: Callable[[], bool]) -> str:
        """Costs about half as much as the end of what has been said until then."""
        if self._hints.kind not in IN_WORDS or not self._sound:
            return ""
        return so_far(self._model, self._tokens, np.concatenate(self._sound), hurry)

    def unfinished(self) -> bool:
        """Whether digits are missing, as far as the spotter can tell: that costs a fifth of the end."""
        return self._digits and self._spotted().falls_short_of(self._hints.most)

    def final(self) -> tuple[Alternative, ...]:
        """Who is not sure looks again. What the network makes of a sound that is hardly understood changes with where
        its steps fall; of several views together the chance is smaller."""
        sound, views = self._whole(), [self._straight()]
        told, free = self._look(sound, views)
        certain = CERTAIN.get(self._hints.kind, CERTAIN_VALUE)
        if not self._digits and certain and all(answers.confidence(one, self._hints) < certain for one in told):
            told, free = self._look(sound, views + self._views(sound, (HALF,)))
        return answers.ranked(told, free, self._grammar, self._tokens, self._hints)

    def answers(self) -> list[Answer]:
        """Those of the first look, for who wants to know why."""
        return self._look(self._whole(), [self._straight()])[0]

    def _whole(self) -> Samples:
        return np.concatenate(self._sound) if self._sound else np.zeros(0, np.float32)

    def _straight(self) -> Floats:
        """The view of the sound as it came."""
        if self._seen is None:
            self._seen = self._views(self._whole(), (0,))[0]
        return self._seen

    def _spotted(self) -> Spotted:
        """In that view."""
        if self._digits_seen is None:
            self._digits_seen = self._witnesses.spotter.spot([self._straight()])
        return self._digits_seen

    def _look(self, sound: Samples, views: Sequence[Floats]) -> tuple[list[Answer], Hypothesis]:
        """The answers, and the free transcript."""
        if self._digits:
            return self._look_for_digits(sound, views)
        sounds = self._tokens.sounds if self._grammar.has_values else None
        found = search(self._model, views, len(sound) / RATE, self._grammar.automaton, sounds)
        replied = self._witnesses.replies.spot(views[0]) if self._hints.kind == "yes_no" else None
        return answers.answers(found, self._grammar, self._tokens, self._hints, replied=replied), found.free

    def _look_for_digits(self, sound: Samples, views: Sequence[Floats]) -> tuple[list[Answer], Hypothesis]:
        """One look of the network, and three of the other witness, who costs little. What fits that best is looked for
        by itself: the beam is full of ways to write what the network finds a little likelier."""
        spotted = self._spotted().beside(self._witnesses.spotter.spot(self._views(sound, THIRDS)))
        numbers = spotted.likeliest(self._hints.most)
        beside = narrowed(numbers[:1], self._tokens)
        seconds, sounds = len(sound) / RATE, self._tokens.sounds
        found = search(self._model, views, seconds, self._grammar.automaton, sounds, DIGITS, beside)
        return answers.answers(found, self._grammar, self._tokens, self._hints, spotted, numbers), found.free

    def _views(self, sound: Samples, shifts: Sequence[int]) -> list[Floats]:
        return [self._model.listen(np.pad(sound, (shift, 0))) for shift in shifts]
