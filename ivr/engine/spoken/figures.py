"""Number words to figures, in the middle of other words. The counting systems differ; the rule is one: a number below
the smallest scale, then scales (hundred, thousand, million), each multiplying what stands before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ivr.engine.locale import numbers
from ivr.engine.locale.words import Words
from ivr.engine.parsing import DIGITS, plain
from ivr.engine.words import words_of

LONGEST = 5  # words of a number below a hundred: `quatre vingt dix neuf`
FIGURES = 9  # of a number in figures that scales may multiply
BEYOND = 10**12  # no scale is as large


def tokens(text: str, words: Words, *, counted: bool = False) -> list[str]:
    """The words of a text, without case, accents and punctuation; longer ones cut where a scale or a unit is in them.
    `counted`: what can be a number with its unit (`십일`, the 10th) is no number alone (11), and comes as `10일`."""
    said = plain(text).split()
    units = [
        behind in words.spoken.units for behind in (*said[1:], "")[: len(said)]
    ]  # with one behind it, a word has none inside
    cut = (_cut(token, words, counted=counted and not unit) for token, unit in zip(said, units, strict=True))
    pieces = [piece for some in cut for piece in some]
    return _with_units(pieces, words) if counted else pieces


def figured(said: Sequence[str], words: Words) -> list[str]:
    """The same words, with each number in figures: `order forty two hundred` -> `order 4200`."""
    found: list[str] = []
    at = 0
    while at < len(said):
        number = cardinal(said, at, words)
        if number is None or (number[1] == 1 and DIGITS.fullmatch(said[at])):
            found.append(said[at])  # figures keep their zeros
            at += 1
        else:
            found.append(str(number[0]))
            at += number[1]
    return found


def cardinal(said: Sequence[str], at: int, words: Words) -> tuple[int, int] | None:
    """The longest number that begins there, and of how many words it is."""
    total, end = _sum(said, at, words, BEYOND)
    return (total, end - at) if end > at else None


def _sum(said: Sequence[str], at: int, words: Words, below: int) -> tuple[int, int]:
    """Parts that get smaller: its value, and where it ends."""
    total, end = 0, at
    while True:
        joiner = end > at and end < len(said) and said[end] in words.spoken.joiners
        part = _part(said, end + joiner, words, below)
        if part is None:
            return total, end
        value, end, below = part
        total += value


def _part(said: Sequence[str], at: int, words: Words, below: int) -> tuple[int, int, int] | None:
    """A number, or one times a scale: its value, where it ends, and what the next part must be smaller than."""
    outer = words.spoken.outer
    if below > outer:
        factor, end = _sum(said, at, words, outer)
        if outer <= (scale := _scale(said, end, words)) < below and (factor or end == at):
            return max(factor, 1) * scale, end + 1, scale
    number, used = small(said, at, words)
    article = not used and at < len(said) and said[at] in words.spoken.ones
    end = at + used + article
    if 0 < (scale := _scale(said, end, words)) < min(below, outer) and number < 100 and (number or not used):
        return max(number, 1) * scale, end + 1, scale
    if not used or number >= below:
        return None
    return number, at + used, 100 if number and number % 100 == 0 and not DIGITS.match(said[at]) else 0


def _scale(said: Sequence[str], at: int, words: Words) -> int:
    """0: there is none."""
    return words.spoken.scales.get(said[at], 0) if at < len(said) else 0


def small(said: Sequence[str], at: int, words: Words) -> tuple[int, int]:
    """The longest number below the smallest scale that begins there, and of how many words it is; none: (0, 0)."""
    known = _numbers(words)
    blank = "" if words.spoken.joined else " "
    for length in range(min(LONGEST, len(said) - at), 0, -1):
        if (number := known.get(blank.join(said[at : at + length]))) is not None:
            return number, length
    if at < len(said) and DIGITS.fullmatch(said[at]) and len(said[at]) <= FIGURES:
        return int(said[at]), 1
    return 0, 0


def is_number(token: str, words: Words) -> bool:
    """Whether a single word is a number, or multiplies one."""
    return bool(DIGITS.fullmatch(token)) or token in _numbers(words) or token in words.spoken.scales


def bare(said: Sequence[str], words: Words) -> list[str]:
    """Without what means nothing before and behind it: `it's 4217 please` -> `4217`."""
    rest, fillers = list(said), _split(words.spoken.fillers)
    while True:
        before = next((len(f) for f in fillers if rest[: len(f)] == f), 0)
        rest = rest[before:]
        behind = next((len(f) for f in fillers if rest[-len(f) :] == f), 0)
        rest = rest[: len(rest) - behind]
        if not before and not behind:
            return rest


def _cut(token: str, words: Words, *, counted: bool) -> list[str]:
    """The word itself, or its parts."""
    spoken = words.spoken
    if not spoken.cut:
        return [token]
    scaled = _scaled(token, words)
    if not counted and all(is_number(piece, words) for piece in scaled):
        return scaled
    for unit in spoken.units:
        stem = token.removesuffix(unit)
        if stem and stem != token and all(is_number(piece, words) for piece in _scaled(stem, words)):
            return ["".join(figured(_scaled(stem, words), words)) + unit] if counted else [*_scaled(stem, words), unit]
    return scaled


def _with_units(pieces: list[str], words: Words) -> list[str]:
    """A unit that is a number by itself (`일` is day, and one) goes with the number before it."""
    found: list[str] = []
    for piece in pieces:
        if found and piece in words.spoken.units and is_number(piece, words) and is_number(found[-1], words):
            found[-1] = "".join(figured([found[-1]], words)) + piece
        else:
            found.append(piece)
    return found


def _scaled(token: str, words: Words) -> list[str]:
    if is_number(token, words):
        return [token]
    pieces = [piece for piece in re.split(f"({'|'.join(words.spoken.cut)})", token) if piece]
    parts_of_numbers = (is_number(piece, words) or piece in words.spoken.point for piece in pieces)
    return pieces if len(pieces) > 1 and all(parts_of_numbers) else [token]


def _numbers(words: Words) -> Mapping[str, int]:
    return _numbers_of(words.language, words.spoken.joined, tuple(sorted(words.spoken.joiners)))


@lru_cache(maxsize=64)
def _numbers_of(language: str, joined: bool, joiners: tuple[str, ...]) -> Mapping[str, int]:
    """With and without the joiners inside them."""
    found = {plain(word): int(number) for word, number in words_of(language).digits.items()}
    for word, number in numbers.building_blocks(language).items():
        said = plain(word).split()
        found[("" if joined else " ").join(said)] = number
        found[" ".join(part for part in said if part not in joiners)] = number
    return found


@lru_cache(maxsize=64)
def _split(phrases: tuple[str, ...]) -> list[list[str]]:
    return [phrase.split() for phrase in phrases]
