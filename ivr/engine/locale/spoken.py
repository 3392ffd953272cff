"""How people say what they would write otherwise, in one language. Everything is without case, accents and
punctuation, as `parsing.plain` leaves it.

Known limit, by choice: the common ways only. What is said otherwise is not understood, and asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """`scales`: number words that multiply what stands before them: a number below 100, those from `outer` on a whole
    sum. `joined`: number words are written without blanks between them. `cut`: scales (and a point) that are found
    inside longer words. `joiners` may stand between parts of a number, `ones` count as one before a scale. `units`
    stand behind figures, in the same word.

    `homophones`: what sounds like a digit, taken for one among digits only; `ambiguous` ones also stand beside a number
    as words of their own (`for 4217`). `repeats`: how often the next digit comes. `point`: where decimals begin.

    `clock`: a pattern of hour `{h}` (and minutes `{m}`) to the minutes that are added to the hour; with `{m}`, 1 or -1
    of them. `coming` and `past` stand beside a day of the week. `letters`: between a letter and a word that it begins.

    `beside`: what leads to a value and is none of it. `fillers` mean nothing around an answer. `corrections` begin one.
    `wrong`: the last answer was understood wrongly, and how to say so in short first; `neither`: no offered answer is
    right."""

    scales: Mapping[str, int]
    outer: int = 1000
    joined: bool = False
    cut: tuple[str, ...] = ()
    joiners: frozenset[str] = frozenset()
    ones: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()

    homophones: Mapping[str, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()
    repeats: Mapping[str, int] = field(default_factory=dict)
    point: frozenset[str]

    clock: Mapping[str, int]
    coming: frozenset[str]
    past: frozenset[str]

    letters: tuple[str, ...] = ()

    beside: frozenset[str] = frozenset()
    fillers: tuple[str, ...]
    corrections: tuple[str, ...]
    wrong: tuple[str, ...]
    neither: tuple[str, ...]
