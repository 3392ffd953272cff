"""Digits in a row: `four two one seven`, `double four oh`, `forty-two seventeen`, `two thousand twenty six`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ivr.engine.locale.words import Words
from ivr.engine.parsing import DIGITS
from ivr.engine.spoken.figures import bare, cardinal, small, tokens

Number = Callable[[Sequence[str], int, Words], tuple[int, int] | None]


def digits(text: str, words: Words) -> list[str]:
    """What it may be, likeliest first: numbers as long as possible, then each word alone (`soixante dix sept` is 77 or
    60 10 7)."""
    said = bare(tokens(text, words), words)
    ways = (_in_a_row(said, words, cardinal), _in_a_row(said, words, _alone))
    return list(dict.fromkeys(way for way in ways if way))


def _in_a_row(said: Sequence[str], words: Words, number: Number) -> str:
    """Empty: there is something else among them."""
    row, at = "", 0
    while at < len(said):
        found = _repeated(said, at, words) or _counted(said, at, words, number) or _homophone(said, at, words)
        if found is None and (said[at] not in _pauses(words) or not row):
            return ""
        row += found[0] if found else ""
        at += found[1] if found else 1
    return row


def _counted(said: Sequence[str], at: int, words: Words, number: Number) -> tuple[str, int] | None:
    if DIGITS.fullmatch(said[at]) and said[at + 1 : at + 2] not in [[scale] for scale in words.spoken.scales]:
        return said[at], 1
    if found := number(said, at, words):
        return str(found[0]), found[1]
    figures = [_digit(c, words) for c in said[at]] if words.spoken.joined else [None]
    return ("".join(filter(None, figures)), 1) if all(figures) else None


def _repeated(said: Sequence[str], at: int, words: Words) -> tuple[str, int] | None:
    """`double four`"""
    for word, times in words.spoken.repeats.items():
        behind = at + len(word.split())
        if list(said[at:behind]) == word.split() and behind < len(said) and (digit := _digit(said[behind], words)):
            return digit * times, behind - at + 1
    return None


def _homophone(said: Sequence[str], at: int, words: Words) -> tuple[str, int] | None:
    """What sounds like a digit is one among digits only: `for` alone is no 4, nor between two numbers."""
    beside = [*said[max(at - 1, 0) : at], *said[at + 1 : at + 2]]
    digit = words.spoken.homophones.get(said[at])
    near = any(word in words.spoken.homophones or _digit(word, words) for word in beside)
    near = near or (len(beside) == 1 and bool(DIGITS.fullmatch(beside[0])))
    return (digit, 1) if digit and (near or said[at] in {"oh", "o"}) else None


def _digit(word: str, words: Words) -> str | None:
    if word in words.spoken.homophones:
        return words.spoken.homophones[word]
    number, used = small([word], 0, words)
    return str(number) if used and number < 10 else None


def _alone(said: Sequence[str], at: int, words: Words) -> tuple[int, int] | None:
    number, used = small(said[at : at + 1], 0, words)
    return (number, used) if used else None


def _pauses(words: Words) -> frozenset[str]:
    """What people say while they look for the next digit."""
    return words.spoken.joiners | frozenset(words.spoken.fillers)
