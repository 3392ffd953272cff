"""Number words. The only module that knows num2words (its languages are more than those of `words_of`).

Known limit, by choice: cardinals to 100 and the ordinals of a month are understood where they are written; larger
ones are only said (see `ivr.engine.spoken`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import num2words

CARDINALS, ORDINALS = range(101), range(1, 32)


def ordinal(language: str, number: int) -> str:
    """`third`, `dritte`. A language without words for it gets `3rd`, or the bare figures."""
    return _known(language, number, "ordinal") or numbered(language, number)


def numbered(language: str, number: int) -> str:
    """`3rd`, where a language makes it so."""
    return _word(language, number, "ordinal_num")


@lru_cache(maxsize=64)
def cardinals(language: str) -> Mapping[str, str]:
    """Number word -> figures, also without its hyphens."""
    words = {_word(language, number, "cardinal"): str(number) for number in CARDINALS}
    return words | {word.replace("-", " "): figures for word, figures in words.items()}


@lru_cache(maxsize=64)
def ordinals(language: str) -> Mapping[str, str]:
    return {_word(language, number, "ordinal"): str(number) for number in ORDINALS}


@lru_cache(maxsize=64)
def building_blocks(language: str) -> Mapping[str, int]:
    """Number word -> number: those below a hundred, and the hundreds (`quinientos` is not made of `cinco`)."""
    return {_word(language, number, "cardinal"): number for number in (*range(100), *range(100, 1000, 100))}


def _word(language: str, number: int, form: str) -> str:
    return _known(language, number, form) or str(number)


def _known(language: str, number: int, form: str) -> str:
    """Empty where there is no such language, or no such word in it: of Korean, num2words knows no hundredth."""
    try:
        word: str = num2words.num2words(number, lang=language.partition("-")[0], to=form)
    except (NotImplementedError, OverflowError, KeyError):
        return ""
    return word
