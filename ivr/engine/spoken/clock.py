"""Times: `half past two`, `quarter to nine`, `halb drei`, `two thirty in the afternoon`.

A time that does not say its half of the day may be two; that of the working day comes first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from ivr.engine import parsing
from ivr.engine.locale import cldr
from ivr.engine.locale.words import Words
from ivr.engine.parsing import DIGITS, plain
from ivr.engine.spoken.figures import bare, figured, tokens
from ivr.engine.words import words_of

NOON, DAY = 12 * 60, 24 * 60  # minutes
DAWN = 7 * 60  # what could be before it is rather in the afternoon

Half = Literal["am", "pm", ""]


def times(text: str, words: Words) -> list[str]:
    """What it may be, likeliest first."""
    counted = re.sub(r"([0-9])([^\W\d_])", r"\1 \2", " ".join(tokens(text, words, counted=True)))  # `2시`
    said, half = _half(figured(bare(counted.split(), words), words), words)
    idiom = _by_idiom(" ".join(_inside(said, words)), words)
    minutes = _by_figures(said, words) if idiom is None else idiom % DAY
    if minutes is None:
        word = parsing.time(text, words)  # `noon`
        return [word] if word else []
    vague = idiom is not None or cldr.region(words.language).twelve_hours
    return [f"{minute // 60:02}:{minute % 60:02}" for minute in _in_halves(minutes, half, vague=vague)]


def _by_idiom(said: str, words: Words) -> int | None:
    """Minutes from midnight, of `half past 2`."""
    for pattern, minutes in _idioms(words.language):
        if found := pattern.fullmatch(said):
            told = found.groupdict()
            hour, counted = int(told["h"]), int(told.get("m") or 1)
            if hour < 24 and counted < 60:
                return hour * 60 + minutes * counted
    return None


@lru_cache(maxsize=64)
def _idioms(language: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    words = words_of(language)
    units = {plain(unit) for clock in (words.clock12, words.clock24) for unit in clock.unit if unit}
    unit = f"(?: (?:{'|'.join(sorted(units))}))?" if units else ""
    hour, minutes = rf"(?P<h>[0-9]{{1,2}}){unit}", r"(?P<m>[0-9]{1,2})"
    return tuple((re.compile(idiom.format(h=hour, m=minutes)), n) for idiom, n in words.spoken.clock.items())


def _by_figures(said: Sequence[str], words: Words) -> int | None:
    """Of `2`, `2 30` or `2 0 5`; what stands beside them says no more."""
    figures = [word for word in said if word not in _fillers(words)]
    if len(figures) == 3 and figures[1] == "0":
        del figures[1]
    if not 1 <= len(figures) <= 2 or not all(DIGITS.fullmatch(word) and len(word) <= 2 for word in figures):
        return None
    hour, minute = int(figures[0]), int(figures[1]) if len(figures) == 2 else 0
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _half(said: Sequence[str], words: Words) -> tuple[list[str], Half]:
    """The words without what says which half of the day it is. `p. m.` is two words here."""
    rest = re.sub(r"\b([ap]) m\b", r"\1m", " ".join(said)).split()
    mornings, evenings = ({plain(word) for word in half} for half in (words.mornings, words.evenings))
    if {"am", *mornings} & set(rest):
        half: Half = "am"
    else:
        half = "pm" if {"pm", *evenings} & set(rest) else ""
    return [word for word in rest if word not in {"am", "pm", *mornings, *evenings}], half


def _in_halves(minutes: int, half: Half, *, vague: bool) -> list[int]:
    morning, evening = minutes % NOON, minutes % NOON + NOON
    if half:
        return [morning if half == "am" and minutes <= NOON + 59 else minutes if minutes >= NOON + 60 else evening]
    if minutes >= NOON + 60 or not vague:
        return [minutes]
    return [morning, evening] if morning >= DAWN else [evening, morning]


def _inside(said: Sequence[str], words: Words) -> list[str]:
    """Without the fillers before and behind: `at half past 2 in the`"""
    inner, fillers = list(said), _fillers(words)
    while inner and inner[0] in fillers:
        del inner[0]
    while inner and inner[-1] in fillers:
        del inner[-1]
    return inner


def _fillers(words: Words) -> frozenset[str]:
    units = (unit for clock in (words.clock12, words.clock24) for unit in clock.unit)
    return frozenset(plain(word) for word in (*words.time_fillers, *units))
