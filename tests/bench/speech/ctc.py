"""Connectionist temporal classification (Graves et al., 2006): how much likelier the right words become by which change
of what a network says at each moment. Number 0 is the blank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognition.moonshine.model import Floats

NEVER = -1e9  # the logarithm of nothing, that can be subtracted from itself
Array = NDArray[np.float64]


def slope(logs: Floats, lengths: NDArray[np.int64], wanted: Sequence[Sequence[int]]) -> tuple[Array, Floats]:
    """`logs`: the logarithms of probabilities, (utterances, moments, words), of which `lengths` moments count. Gives
    the loss of each utterance, and its slope by what the network said before these were normalized."""
    marks, counts = _with_blanks(wanted)
    told = np.take_along_axis(logs, np.broadcast_to(marks[:, None], (*logs.shape[:2], marks.shape[1])), axis=2)
    leap = np.zeros(marks.shape, bool)  # whether the mark two before may come just before: another word
    leap[:, 2:] = (marks[:, 2:] != 0) & (marks[:, 2:] != marks[:, :-2])
    before, behind = _before(told, leap), _behind(told, leap, lengths, counts)
    rows = np.arange(len(logs))
    ends = before[rows, lengths - 1]
    whole = np.logaddexp(ends[rows, counts - 1], ends[rows, counts - 2])
    shares = np.exp(np.clip(before + behind - whole[:, None, None], -60, 0))
    expected = np.zeros(logs.shape)
    for mark in range(marks.shape[1]):
        np.add.at(
            expected,
            (rows[:, None], np.arange(logs.shape[1])[None], marks[:, mark, None]),
            shares[:, :, mark],
        )
    counted = np.arange(logs.shape[1])[None] < lengths[:, None]
    return -whole, ((np.exp(logs) - expected) * counted[..., None]).astype(np.float32)


def _with_blanks(wanted: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A blank before, between and behind the words; and how many marks that makes."""
    marks = np.zeros((len(wanted), 2 * max(map(len, wanted)) + 1), np.int64)
    for row, words in enumerate(wanted):
        marks[row, 1 : 2 * len(words) : 2] = words
    return marks, np.array([2 * len(words) + 1 for words in wanted])


def _before(told: Floats, leap: NDArray[np.bool_]) -> Array:
    """The logarithm of the probability of all ways that lead to each mark at each moment, that one included."""
    ways = np.full(told.shape, NEVER)
    ways[:, 0, :2] = told[:, 0, :2]
    for now in range(1, told.shape[1]):
        last = ways[:, now - 1]
        step, leapt = _shifted(last, 1), np.where(leap, _shifted(last, 2), NEVER)
        ways[:, now] = np.logaddexp(np.logaddexp(last, step), leapt) + told[:, now]
    return ways


def _behind(told: Floats, leap: NDArray[np.bool_], lengths: NDArray[np.int64], counts: NDArray[np.int64]) -> Array:
    """Of all ways from there to the end, without the moment itself."""
    ways = np.full(told.shape, NEVER)
    leaps = np.concatenate([leap[:, 2:], np.zeros((len(leap), 2), bool)], axis=1)
    for now in range(told.shape[1] - 1, -1, -1):
        if now + 1 < told.shape[1]:
            following = (ways[:, now + 1] + told[:, now + 1])[:, ::-1]
            step, leapt = _shifted(following, 1)[:, ::-1], _shifted(following, 2)[:, ::-1]
            ways[:, now] = np.logaddexp(np.logaddexp(following[:, ::-1], step), np.where(leaps, leapt, NEVER))
        ended = np.flatnonzero(lengths - 1 == now)
        ways[ended, now] = NEVER
        ways[ended, now, counts[ended] - 1] = ways[ended, now, counts[ended] - 2] = 0.0
    return ways


def _shifted(values: Array | Floats, by: int) -> Array:
    return np.concatenate([np.full((len(values), by), NEVER), values[:, :-by]], axis=1)
