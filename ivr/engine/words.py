"""The words of a language in a region, by its BCP 47 tag.

Known limit, by choice: what the engine says by itself is there in English, German, Spanish, French and Korean, and in
English for all other languages. What a menu's author wrote is never touched, and dates, times and amounts are written
as any region of the CLDR writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from ivr.engine.flow import Flow
from ivr.engine.languages import primary
from ivr.engine.locale import cldr, numbers
from ivr.engine.locale.english import BRITISH, ENGLISH
from ivr.engine.locale.french import FRENCH
from ivr.engine.locale.german import GERMAN
from ivr.engine.locale.korean import KOREAN
from ivr.engine.locale.spanish import SPANISH
from ivr.engine.locale.words import Words

__all__ = ["MASK", "Words", "number_words", "words_in", "words_of"]

MASK = "••••"
LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "de": GERMAN, "es": SPANISH, "fr": FRENCH, "ko": KOREAN}


@lru_cache(maxsize=256)
def words_of(language: str, currency: str | None = None) -> Words:
    """The words of a tag such as `en-US`. `currency` (ISO 4217): what amounts are in; None: the region's own."""
    words = LANGUAGES.get(primary(language), ENGLISH)
    if words is ENGLISH and cldr.region(language).order != "mdy":
        words = BRITISH
    return replace(words, language=language, currency=currency or cldr.currency(language))


def words_in(flow: Flow) -> Words:
    """The words of a flow, in the currency of its menu whatever language it is in."""
    return words_of(flow.language, flow.currency)


@lru_cache(maxsize=64)
def number_words(language: str) -> Mapping[str, str]:
    """Word -> figures."""
    return {**numbers.cardinals(language), **words_of(language).digits}
