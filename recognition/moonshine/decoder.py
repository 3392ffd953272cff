"""The search for what was said: a beam held to a grammar, beside a free one that says what it would rather be.

How much likelier the free transcript is than the best one of the grammar (`Found.margin`) tells answers from other
speech: Xu et al., "Rejection of out-of-grammar utterances", and research on open vocabulary networks as garbage models.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from recognition.moonshine.automaton import Automaton
from recognition.moonshine.model import END, Beams, Floats, Model

WIDTH = 5  # beams
A_SECOND = 7.0  # word pieces; the model was trained to stop below 6.5, what repeats itself goes on for ever
SPELLED = 14.0  # the same where each digit may be one, with a comma
AT_LEAST = 6
SLACK = 3.0  # how much less likely (log) than the best a transcript may be to be of interest
HOPELESS = 14.0  # less likely (log) than the free transcript by this: no answer


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """`score`: the natural logarithm of its probability, its end included; `tags`: see `Automaton`."""

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
    ids: tuple[int, ...]
    score: float
    state: int


def search(model: Model, heard: Floats, seconds: float, automaton: Automaton | None) -> Found:
    """`heard`: from `Model.listen`, of so many seconds. Without an automaton there are no answers."""
    return _Search(model, heard, seconds, automaton).run()


class _Search:
    def __init__(self, model: Model, heard: Floats, seconds: float, automaton: Automaton | None) -> None:
        self._beams, self._automaton = Beams(model, heard), automaton
        self._most_free = AT_LEAST + int(A_SECOND * seconds)
        self._most = AT_LEAST + int(SPELLED * seconds)
        self._rows = [_Row((), 0.0, 0)] if automaton else []
        self._free: _Row | None = _Row((), 0.0, 0)
        self._freely = Hypothesis((), 0.0)
        self._answers: list[Hypothesis] = []

    def run(self) -> Found:
        """The free row is the last one, as long as it goes on."""
        logs = self._beams.begin(len(self._rows) + 1)
        for _ in range(self._most):
            parents, tokens = self._go_on(logs)
            if not tokens:
                break
            logs = self._beams.step(parents, tokens)
        return Found(sorted(self._answers, key=lambda found: -found.score), self._freely)

    def _go_on(self, logs: Floats) -> tuple[list[int], list[int]]:
        """The rows of the next step: of which rows of this one they come, and with which token."""
        kept = self._constrained(logs)
        parents, tokens = [parent for parent, _ in kept], [row.ids[-1] for _, row in kept]
        if self._free:
            last = logs[-1]
            likeliest = int(last.argmax())
            score = self._free.score + float(last[likeliest])
            if likeliest == END or len(self._free.ids) >= self._most_free:
                self._freely, self._free = Hypothesis(self._free.ids, score), None
            else:
                self._free = _Row((*self._free.ids, likeliest), score, 0)
                parents.append(len(logs) - 1)
                tokens.append(likeliest)
        self._rows = [row for _, row in kept]
        return parents, tokens

    def _constrained(self, logs: Floats) -> list[tuple[int, _Row]]:
        if self._automaton is None:
            return []
        candidates: list[tuple[float, int, int, int]] = []  # score, parent, token, state
        for parent, row in enumerate(self._rows):
            choices = self._automaton.choices(row.state)
            if choices.tags:
                self._answers.append(Hypothesis(row.ids, row.score + float(logs[parent, END]), choices.tags))
            scores = row.score + logs[parent, choices.ids]
            best = np.argpartition(-scores, WIDTH)[:WIDTH] if len(scores) > WIDTH else range(len(scores))
            candidates += [(float(scores[n]), parent, int(choices.ids[n]), choices.states[n]) for n in best]
        return [
            (parent, _Row((*self._rows[parent].ids, token), score, state))
            for score, parent, token, state in heapq.nlargest(WIDTH, candidates)
            if score > self._floor()
        ]

    def _floor(self) -> float:
        """What is less likely than this is of no interest any more; scores only fall."""
        best = max((found.score for found in self._answers), default=-np.inf)
        free = self._freely.score if self._free is None else -np.inf
        return max(best - SLACK, free - HOPELESS)
