"""What a rule is, and what it finds. A rule is one small function over a `View`; `rule` puts it into the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ivr.advice.view import View


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` leads to the place inside the step (inside the file where `step` is None), as far as it exists.
    `remedy` None: that of the rule. `at`: file (None: the menu's own), line and column, where they are known."""

    step: str | None
    path: tuple[str | int, ...]
    problem: str
    remedy: str | None = None
    at: tuple[str | None, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`source`: who says so. `by_words`: looks at wordings, so it looks at each language of a menu."""

    id: str
    title: str
    reason: str
    remedy: str
    source: str
    by_words: bool
    check: Callable[[View], Iterator[Finding]]


RULES: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002  # the field's word; an editor shows it
    title: str,
    *,
    reason: str,
    remedy: str,
    source: str,
    by_words: bool = False,
) -> Callable[[Callable[[View], Iterator[Finding]]], Callable[[View], Iterator[Finding]]]:
    """Decorates what looks for breaches of a rule. An id is given once, for ever."""

    def register(check: Callable[[View], Iterator[Finding]]) -> Callable[[View], Iterator[Finding]]:
        if id in RULES:
            raise ValueError(f"rule {id} is there already; give the new one the next free number")
        RULES[id] = Rule(id, title, reason, remedy, source, by_words, check)
        return check

    return register
