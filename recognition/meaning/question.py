"""A question whose options may be answered in words of one's own.

For each text that a recognizer heard: is it word for word a phrase of an option? If not, how like is it to the phrases
of each, and (English, with the extra `meaning`) how near in meaning? Both together give each option, and "none of
them", a probability: a softmax whose constants were fitted on tests/recognition/paraphrases/{shop,clinic}.yaml. The
n-best then vote, each with its recognizer's confidence.

All is blocking and pure. With the model of meanings a question's first use takes up to 0.2 s, see `prepare`, and each
utterance about 15 ms: call it in a worker process or in a thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np

from ivr.engine.events import Alternative
from ivr.engine.languages import primary
from ivr.engine.match import fold
from ivr.engine.words import number_words
from recognition.listen import Hints, Kind
from recognition.meaning.likeness import likeness
from recognition.meaning.safetensors import Weights
from recognition.meaning.sentences import Sentences, installed

EXACT = 0.98
LEAST = 0.1  # what is less likely is not told
LIKELY = 0.7  # the same where a value was asked for, and the words may be one
MOST = 5  # texts of an n-best that count, and options that are told
CLEAR = 90.0  # likeness from which on meaning is not asked
NEAREST = 2  # phrases of an option that meaning is compared with: 93 % right, against 89 % with the nearest alone
HARDLY = 60.0  # likeness of two texts that have nothing to do with one another
LIKE, LIKE_ALONE, NEAR = 0.197, 0.398, 21.8  # what a point of likeness, and of nearness, weighs
NONE, NONE_ALONE = 6.2, 5.1  # what "none of them" weighs

CHOICES: frozenset[Kind] = frozenset({"options", "yes_no", "choice"})  # the others are answered with values

Phrases = tuple[tuple[str, tuple[str, ...]], ...]


def understand(
    heard: Sequence[Alternative], hints: Hints, sentences: Sentences | None = None
) -> tuple[Alternative, ...]:
    """The options that texts mean, best first, each with the text that says so best; texts that mean none stay as they
    are. `sentences`: None for the model that is installed, if any."""
    question = _question(hints.kind, hints.language, tuple(hints.phrases.items()), sentences or installed())
    return question.understand(heard[:MOST])


def prepare(hints: Hints) -> None:
    """Do once what the first `understand` of a question would do."""
    _question(hints.kind, hints.language, tuple(hints.phrases.items()), installed())


class Question:
    def __init__(self, kind: Kind, language: str, phrases: Phrases, sentences: Sentences | None) -> None:
        self._language, self._phrases = language, phrases
        self._exact: dict[str, list[str]] = {}
        for option, said in phrases:
            for name in dict.fromkeys(map(fold, said)):
                self._exact.setdefault(name, []).append(option)
        self._free = kind != "text"  # of a text no word but "repeat" itself means "repeat"
        self._values = kind not in CHOICES
        self._sentences = sentences if self._free and primary(language) == "en" else None
        self._examples = _vectors(self._sentences, [said for _, said in phrases]) if self._sentences else []

    def understand(self, heard: Sequence[Alternative]) -> tuple[Alternative, ...]:
        votes = self.votes([one.text for one in heard])
        certain = max(1.0, sum(one.confidence for one in heard))
        found: dict[str, Alternative] = {}
        unmeant = []
        for one, vote in zip(heard, votes, strict=True):
            if not vote:
                unmeant.append(one)
            for option, share in vote.items():
                before = found.get(option, Alternative(one.text, 0.0, option))
                more = share * one.confidence / certain
                found[option] = Alternative(before.text, before.confidence + more, option)
        return tuple(sorted([*found.values(), *unmeant], key=lambda one: -one.confidence)[:MOST])

    def votes(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        """For each text the options that it may mean, with their probability."""
        exact = {text: options for text in texts if (options := self._exact.get(fold(text)))}
        others = [text for text in dict.fromkeys(texts) if text not in exact and self._may_mean(text)]
        weighed = dict(zip(others, self._weighed(others), strict=True))
        sure = {text: dict.fromkeys(options, EXACT / len(options)) for text, options in exact.items()}
        return [sure.get(text) or weighed.get(text, {}) for text in texts]

    def _may_mean(self, text: str) -> bool:
        """Whether anything but the phrases themselves may mean an option. A number is what was asked for instead."""
        words = fold(text).split()
        value = self._values and any(word.isdigit() or word in number_words(self._language) for word in words)
        return bool(self._free and self._phrases and words) and not value

    def _weighed(self, texts: Sequence[str]) -> list[dict[str, float]]:
        likes = [np.array([self._likeness(text, said) for _, said in self._phrases], np.float32) for text in texts]
        unclear = [n for n, like in enumerate(likes) if self._examples and like.max() < CLEAR]
        near = dict(zip(unclear, self._nearness([texts[n] for n in unclear]), strict=True))
        return [self._softmax(like, near.get(n)) for n, like in enumerate(likes)]

    def _likeness(self, text: str, said: Sequence[str]) -> float:
        return max((likeness(text, phrase, self._language) for phrase in said), default=0.0)

    def _nearness(self, texts: Sequence[str]) -> list[Weights]:
        if not texts or self._sentences is None:
            return []
        columns = self._sentences.vectors(texts).T
        nearness = [np.sort(vectors @ columns, axis=0)[-NEAREST:] for vectors in self._examples]
        return list(np.stack([near.mean(axis=0) for near in nearness], axis=1))

    def _softmax(self, like: Weights, near: Weights | None) -> dict[str, float]:
        above = np.maximum(0, like - HARDLY)
        weights = above * LIKE_ALONE - NONE_ALONE if near is None else above * LIKE + near * NEAR - NONE
        shares = np.exp(weights) / (1 + np.exp(weights).sum())
        options = (option for option, _ in self._phrases)
        least = LIKELY if self._values else LEAST
        return {option: float(share) for option, share in zip(options, shares, strict=True) if share >= least}


def _vectors(sentences: Sentences, groups: Sequence[Sequence[str]]) -> list[Weights]:
    """A row for each text of a group. All at once: that the weights are gone through takes longer than a text does."""
    rows = sentences.vectors([text for group in groups for text in group])
    return np.split(rows, list(accumulate(map(len, groups))))[:-1]


@lru_cache(maxsize=512)
def _question(kind: Kind, language: str, phrases: Phrases, sentences: Sentences | None) -> Question:
    return Question(kind, language, phrases, sentences)
