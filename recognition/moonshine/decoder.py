"""The search for what was said: a beam held to a grammar, beside a free one that says what it would rather be.

How much likelier the free transcript is than those of the grammar tells other speech from answers.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

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
BESIDE = Effort(4, 12.0, 10.0)  # a thing that may be written in several ways


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A transcript. `score`: the natural logarithm of its probability, that of its end included; `tags`: see
    `Automaton`."""

    ids: tuple[int, ...]
    score: float
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """`answers`: what the grammar allows, likeliest first; `free`: without it; `beside`: see `search`."""

    answers: list[Hypothesis]
    free: Hypothesis
    beside: list[Hypothesis] = field(default_factory=list)


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
    beside: Automaton | None = None,
) -> Found:
    """`views`: see `Beams`, of so many seconds. Without an automaton there are no answers. Beginnings that may go on in
    the same way are one; with `sounds` (of all pieces, see `Tokens`) only if they also sound the same. `beside`: what
    it allows is looked for at the same time and by itself, so that nothing likelier takes its place."""
    held = _Beam(automaton, sounds, effort)
    narrow = _Beam(beside, sounds, BESIDE)
    free = _Search(Beams(model, views), seconds, (held, narrow)).run()
    return Found(held.answers(), free, narrow.answers())


class _Search:
    def __init__(self, network: Beams, seconds: float, beams: Sequence[_Beam]) -> None:
        self._network, self._beams = network, beams
        self._most, self._most_free = (AT_LEAST + int(rate * seconds) for rate in (SPELLED, A_SECOND))
        self._free: _Row | None = _Row()
        self._freely = Hypothesis((), 0.0)

    def run(self) -> Hypothesis:
        """The free transcript. Its row is the last one, as long as it goes on."""
        logs = self._network.begin(sum(len(beam.rows) for beam in self._beams) + 1)
        for _ in range(self._most):
            rows = [*self._held(logs), *self._unheld(logs)]
            if not rows:
                break
            logs = self._network.step([row.parent for row in rows], [row.ids[-1] for row in rows])
        return self._freely

    def _held(self, logs: Floats) -> Iterator[_Row]:
        first = 0
        floor = self._freely.score - HOPELESS if self._free is None else -np.inf
        for beam in self._beams:
            told = len(beam.rows)
            beam.go_on(logs[first : first + told], first, floor)
            first += told
            yield from beam.rows

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


class _Beam:
    """Transcripts that one automaton allows; without one there are none."""

    def __init__(self, automaton: Automaton | None, sounds: Sequence[str] | None, effort: Effort) -> None:
        self._automaton, self._sounds, self._effort = automaton, sounds, effort
        self._answers: list[Hypothesis] = []
        self.rows = [_Row()] if automaton else []

    def answers(self) -> list[Hypothesis]:
        """Likeliest first."""
        return sorted(self._answers, key=lambda found: -found.score)

    def go_on(self, logs: Floats, first: int, floor: float) -> None:
        """To the likeliest beginnings that are one piece longer. `logs`: what may come next, for each row, the first of
        which is the network's row `first`. What is less likely than `floor` is of no interest; scores only fall."""
        if not self._automaton:
            return
        rows: dict[tuple[int, str], _Row] = {}
        for number, row in enumerate(self.rows):
            for longer in self._longer(self._automaton, row, logs[number], first + number):
                key = longer.state, longer.said
                rows[key] = _one(rows.get(key), longer)
        likeliest = heapq.nlargest(self._effort.width, rows.values(), key=lambda row: row.score)
        best = max((found.score for found in self._answers), default=-np.inf)
        top = likeliest[0].score if likeliest else 0.0
        floor = max(floor, best - self._effort.slack, top - self._effort.behind)
        self.rows = [row for row in likeliest if row.score > floor]

    def _longer(self, automaton: Automaton, row: _Row, logs: Floats, parent: int) -> Iterator[_Row]:
        """Also notes the answer that it is as it stands."""
        choices, width = automaton.choices(row.state), self._effort.width
        if choices.tags:
            self._answers.append(Hypothesis(row.ids, row.score + float(logs[END]), choices.tags))
        scores = row.score + logs[choices.ids]
        for n in np.argpartition(-scores, width)[:width] if len(scores) > width else range(len(scores)):
            piece = int(choices.ids[n])
            said = row.said + self._sounds[piece] if self._sounds else ""
            yield _Row((*row.ids, piece), float(scores[n]), choices.states[n], said, parent)


def _one(one: _Row | None, other: _Row) -> _Row:
    """Of two rows the likelier, with the probability of both."""
    if one is None:
        return other
    likelier = max(one, other, key=lambda row: row.score)
    score = float(np.logaddexp(one.score, other.score))
    return _Row(likelier.ids, score, likelier.state, likelier.said, likelier.parent)
