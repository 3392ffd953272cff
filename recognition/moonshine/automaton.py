"""Grammars as automata over lower-case letters, and which word pieces they allow next.

A `Pattern` draws itself into a graph between two of its nodes. The graph may have several ways for the same letter
and ways for none (an NFA); `Automaton` follows all of them at once and remembers where it has been (the subset
construction, done only where the decoder goes). Known limit, by choice: letters count without their case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recognition.moonshine.tokens import Branch, Tokens


@dataclass(slots=True)
class Graph:
    """`letters[node]` and `free[node]` are the ways on; `tags[node]` what it means to stop there."""

    letters: list[dict[str, list[int]]] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)
    tags: dict[int, str] = field(default_factory=dict)

    def node(self) -> int:
        self.letters.append({})
        self.free.append([])
        return len(self.free) - 1


Pattern = Callable[[Graph, int], int]  # from a node; gives the node where it ends


def word(text: str) -> Pattern:
    """These letters exactly."""

    def draw(graph: Graph, node: int) -> int:
        for letter in text.lower():
            after = graph.node()
            graph.letters[node].setdefault(letter, []).append(after)
            node = after
        return node

    return draw


def sequence(*patterns: Pattern) -> Pattern:
    def draw(graph: Graph, node: int) -> int:
        for pattern in patterns:
            node = pattern(graph, node)
        return node

    return draw


def either(*patterns: Pattern) -> Pattern:
    def draw(graph: Graph, node: int) -> int:
        ends = [pattern(graph, _branch(graph, node)) for pattern in patterns]
        return _join(graph, ends)

    return draw


def maybe(pattern: Pattern) -> Pattern:
    def draw(graph: Graph, node: int) -> int:
        return _join(graph, [pattern(graph, _branch(graph, node)), node])

    return draw


def tagged(tag: str, pattern: Pattern) -> Pattern:
    """Whoever stops after this pattern has said `tag`."""

    def draw(graph: Graph, node: int) -> int:
        end = graph.node()
        graph.free[pattern(graph, node)].append(end)
        graph.tags[end] = tag
        return end

    return draw


def _branch(graph: Graph, node: int) -> int:
    """A node of its own, so that ways do not mix."""
    after = graph.node()
    graph.free[node].append(after)
    return after


def _join(graph: Graph, ends: Iterable[int]) -> int:
    meeting = graph.node()
    for end in ends:
        graph.free[end].append(meeting)
    return meeting


@dataclass(frozen=True, slots=True)
class Choices:
    """What may come next in a state: the pieces, the states they lead to, and the tags of who stops here."""

    ids: NDArray[np.int64]
    states: list[int]
    tags: frozenset[str]


class Automaton:
    """Of a pattern all of whose ends are tagged. State 0 is the beginning."""

    def __init__(self, pattern: Pattern, tokens: Tokens) -> None:
        self._graph, self._tree = Graph(), tokens.tree
        pattern(self._graph, self._graph.node())
        self._numbers: dict[frozenset[int], int] = {}
        self._sets: list[frozenset[int]] = []
        self._moves: list[dict[str, int]] = []
        self._choices: dict[int, Choices] = {}
        self._state({0})

    def choices(self, state: int) -> Choices:
        known = self._choices.get(state)
        if known is None:
            known = self._choices[state] = self._walk(state)
        return known

    def tags(self, text: str) -> frozenset[str]:
        """What a whole text means; empty: it is not in the grammar."""
        state = 0
        for letter in text.lower():
            state = self._move(state, letter)
            if state < 0:
                return frozenset()
        return self._tags(state)

    def _walk(self, state: int) -> Choices:
        ids: list[int] = []
        states: list[int] = []
        todo: list[tuple[Branch, int]] = [(self._tree, state)]
        while todo:
            branch, at = todo.pop()
            ids += branch.ids
            states += [at] * len(branch.ids)
            letters = branch.branches.keys() & self._letters(at)
            todo += [(branch.branches[letter], self._move(at, letter)) for letter in letters]
        return Choices(np.array(ids, np.int64), states, self._tags(state))

    def _letters(self, state: int) -> set[str]:
        return {letter for node in self._sets[state] for letter in self._graph.letters[node]}

    def _tags(self, state: int) -> frozenset[str]:
        return frozenset(self._graph.tags[node] for node in self._sets[state] if node in self._graph.tags)

    def _move(self, state: int, letter: str) -> int:
        """-1: no way on."""
        moves = self._moves[state]
        if letter not in moves:
            after = {n for node in self._sets[state] for n in self._graph.letters[node].get(letter, ())}
            moves[letter] = self._state(after) if after else -1
        return moves[letter]

    def _state(self, nodes: set[int]) -> int:
        """The number of the state of being in all these nodes, and wherever they lead without a letter."""
        todo = list(nodes)
        while todo:
            new = [node for node in self._graph.free[todo.pop()] if node not in nodes]
            nodes.update(new)
            todo += new
        known = frozenset(nodes)
        if known not in self._numbers:
            self._numbers[known] = len(self._sets)
            self._sets.append(known)
            self._moves.append({})
        return self._numbers[known]
