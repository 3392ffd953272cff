"""Dates: `the third of december twenty twenty six`, `december third`, `next Tuesday`, `from Tuesday`.

A day without its year, and a day of the week, may be several days. What is likeliest comes first; it is taken without
asking only where the slot has room for no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from ivr.engine import parsing
from ivr.engine.locale import cldr, numbers
from ivr.engine.locale.words import Words
from ivr.engine.parsing import DIGITS, plain
from ivr.engine.spoken.figures import bare, figured, tokens

CENTURIES = {"18", "19", "20", "21"}
LONGEST_ORDINAL = 3  # words: `vingt et unieme`


def days(text: str, words: Words, at: float) -> list[str]:
    """What it may be, likeliest first. `at` (Unix seconds): when it was said."""
    said = bare(tokens(text, words, counted=True), words)
    try:
        today = datetime.fromtimestamp(at, UTC).date()
        weekday = list(_weekdays(said, words, today))
    except (ValueError, OverflowError, OSError):  # a time that no calendar has, or its last days
        return []
    if weekday:
        return weekday
    told = _told(text, words)
    if (day := parsing.day(" ".join(told), words, at)) is not None:
        return [day]
    return [day for day in (_in_year(told, year, words, at) for year in _years(told, words, today)) if day]


def _told(text: str, words: Words) -> list[str]:
    """With figures for ordinals, cardinals and years. A comma ends a number: `January thirty, two thousand`."""
    parts = (bare(tokens(part, words, counted=True), words) for part in text.split(", "))
    figures = [word for part in parts for word in figured(_counted(part, words), words)]
    found = " ".join(_years_joined(figures))
    units = "|".join(words.spoken.units)
    return (re.sub(rf"([0-9]) ({units})\b", r"\1\2", found) if units else found).split()


def _counted(said: Sequence[str], words: Words) -> list[str]:
    """Ordinals in figures: `twenty first` -> `21`."""
    ordinals = _ordinals(words.language, words.ordinals)
    found, at = [], 0
    while at < len(said):
        length = next((n for n in range(LONGEST_ORDINAL, 0, -1) if " ".join(said[at : at + n]) in ordinals), 0)
        found.append(ordinals[" ".join(said[at : at + length])] if length else said[at])
        at += length or 1
    return found


@lru_cache(maxsize=64)
def _ordinals(language: str, endings: tuple[str, ...]) -> Mapping[str, str]:
    return {
        plain(word) + ending: figures
        for word, figures in numbers.ordinals(language).items()
        for ending in ("", *endings)
        if not DIGITS.fullmatch(word)
    }


def _years_joined(said: list[str]) -> list[str]:
    """`20 26` at the end, or at the beginning, of a date is 2026."""
    found = list(said)
    for at in (len(found) - 2, 0):
        if 0 <= at < len(found) - 1 and len(found) > 2 and found[at] in CENTURIES and _is_year(found[at + 1]):
            found[at : at + 2] = [found[at] + found[at + 1]]
            break
    return found


def _is_year(figures: str) -> bool:
    return len(figures) == 2 and bool(DIGITS.fullmatch(figures))


def _weekdays(said: Sequence[str], words: Words, today: date) -> Iterator[str]:
    """`next Tuesday` in this week may be that of the next one, too; a bare `Tuesday` may be the last one."""
    names = {plain(name): n for name, n in cldr.weekdays(words.language).items()}
    rest = [word for word in said if word not in words.date_fillers]
    named = [word for word in rest if word in names]
    beside = set(rest) - set(named)
    if len(named) != 1 or not beside <= words.spoken.coming | words.spoken.past:
        return
    ahead = (names[named[0]] - today.weekday() - 1) % 7 + 1
    coming, past = today + timedelta(ahead), today - timedelta(7 - ahead or 7)
    if beside & words.spoken.past:
        yield past.isoformat()
    else:
        yield coming.isoformat()
        if beside and today.weekday() + ahead < 7:
            yield (coming + timedelta(7)).isoformat()
        if not beside:
            yield past.isoformat()


def _years(told: Sequence[str], words: Words, today: date) -> list[int]:
    """The nearest first: next time, last time. None where a year is told, or no month."""
    has_month = any(word in parsing.months(words.language) for word in told)
    has_year = any(DIGITS.match(word) and len(word.rstrip("년")) == 4 for word in told)
    return [today.year, today.year + 1, today.year - 1] if has_month and not has_year else []


def _in_year(told: Sequence[str], year: int, words: Words, at: float) -> str | None:
    first = cldr.region(words.language).order == "ymd"
    return parsing.day(" ".join([str(year), *told] if first else [*told, str(year)]), words, at)
