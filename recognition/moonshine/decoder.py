"""The search for what was said: a beam held to a grammar, beside a free one that says what it would rather be.

How much likelier the free transcript is than those of the grammar tells other speech from answers.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.moonshine.automaton import Automaton
from recognition.moonshine.model import END, Beams, Floats, Model

HOPELESS = 14.0  # less likely than the free transcript by this: no answer
A_SECOND = 7.0  # word pieces; people stay below 6.5, and a network that repeats itself goes on for ever
SPELLED = 14.0  # the same where each figure may be a piece, with a comma
AT_LEAST = 6


@dataclass(frozen=True, slots=True)
class Effort:
    """`width`: beginnings followed at once, at most; `behind`: how much less likely (log) than the best beginning one
    may be; `slack`: how much less likely than the best transcript another may be to be of interest."""

    width: int = 8
    behind: float = 9.0
    slack: float = 3.0


USUAL = Effort()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A transcript. `score`: the natural logarithm of its probability, that of its end included; `tags`: see
    `Automaton`."""

    ids: tuple[int, ...]
    score: float
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """`answers`: what the grammar allows, likeliest first; `free`: without it."""

    answers: list[Hypothesis]
    free: Hypothesis


@dataclass(frozen=True, slots=True)
class _Row:
    """The beginning of a transcript, which the automaton leaves in a state. `parent`: its row of the step before."""

    ids: tuple[int, ...] = ()
    score: float = 0.0
    state: int = 0
    said: str = ""
    parent: int = 0


def search(
    model: Model,
    views: Sequence[Floats],
    seconds: float,
    automaton: Automaton | None,
    sounds: Sequence[str] | None = None,
    effort: Effort = USUAL,
) -> Found:
    """`views`: see `Beams`, of so many seconds. Without an automaton there are no answers. Beginnings that may go on in
    the same way are one; with `sounds` (of all pieces, see `Tokens`) only if they also sound the same."""
    return _Search(Beams(model, views), seconds, automaton, sounds, effort).run()


class _Search:
    def __init__(
        self, beams: Beams, seconds: float, automaton: Automaton | None, sounds: Sequence[str] | None, effort: Effort
    ) -> None:
        self._beams, self._automaton, self._sounds, self._effort = beams, automaton, sounds, effort
        self._most, self._most_free = (AT_LEAST + int(rate * seconds) for rate in (SPELLED, A_SECOND))
        self._rows = [_Row()] if automaton else []
        self._free: _Row | None = _Row()
        self._freely = Hypothesis((), 0.0)
        self._answers: list[Hypothesis] = []

    def run(self) -> Found:
        """The free row is the last one, as long as it goes on."""
        logs = self._beams.begin(len(self._rows) + 1)
        for _ in range(self._most):
            self._rows = self._held(self._automaton, logs) if self._automaton else []
            rows = self._rows + self._unheld(logs)
            if not rows:
                break
            logs = self._beams.step([row.parent for row in rows], [row.ids[-1] for row in rows])
        return Found(sorted(self._answers, key=lambda found: -found.score), self._freely)

    def _held(self, automaton: Automaton, logs: Floats) -> list[_Row]:
        """The likeliest beginnings that are one piece longer."""
        rows: dict[tuple[int, str], _Row] = {}
        width = self._effort.width
        for parent, row in enumerate(self._rows):
            choices = automaton.choices(row.state)
            if choices.tags:
                self._answers.append(Hypothesis(row.ids, row.score + float(logs[parent, END]), choices.tags))
            scores = row.score + logs[parent, choices.ids]
            for n in np.argpartition(-scores, width)[:width] if len(scores) > width else range(len(scores)):
                piece, score = int(choices.ids[n]), float(scores[n])
                said = row.said + self._sounds[piece] if self._sounds else ""
                longer = _Row((*row.ids, piece), score, choices.states[n], said, parent)
                rows[longer.state, said] = _one(rows.get((longer.state, said)), longer)
        likeliest = heapq.nlargest(width, rows.values(), key=lambda row: row.score)
        floor = max(self._floor(), likeliest[0].score - self._effort.behind) if likeliest else 0.0
        return [row for row in likeliest if row.score > floor]

    def _floor(self) -> float:
        """What is less likely than this is of no interest any more; scores only fall."""
        best = max((found.score for found in self._answers), default=-np.inf)
        free = self._freely.score if self._free is None else -np.inf
        return max(best - self._effort.slack, free - HOPELESS)

    def _unheld(self, logs: Floats) -> list[_Row]:
        """The free row, one piece longer; none when it has come to its end."""
        if self._free is None:
            return []
        last = logs[-1]
        piece = int(last.argmax())
        score = self._free.score + float(last[piece])
        if piece == END or len(self._free.ids) >= self._most_free:
            self._freely, self._free = Hypothesis(self._free.ids, score), None
            return []
        self._free = _Row((*self._free.ids, piece), score, parent=len(logs) - 1)
        return [self._free]


def _one(one: _Row | None, other: _Row) -> _Row:
    """Of two rows the likelier, with the probability of both."""
    if one is None:
        return other
    likelier = max(one, other, key=lambda row: row.score)
    score = float(np.logaddexp(one.score, other.score))
    return _Row(likelier.ids, score, likelier.state, likelier.said, likelier.parent)
