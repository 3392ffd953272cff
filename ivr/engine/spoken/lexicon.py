"""Which words values are made of, so that the others need not be looked at."""

from __future__ import annotations

from functools import lru_cache

from ivr.engine.locale import cldr, numbers
from ivr.engine.locale.words import Words
from ivr.engine.parsing import plain
from ivr.engine.words import words_of


def is_part(word: str, words: Words) -> bool:
    """Whether a value may begin or end with the word. Figures and signs may; where numbers are written in one word, so
    may any word that has a part of one."""
    if any(not c.isalpha() for c in word):
        return True
    known, said = _lexicon(words.language, words.currency), plain(word)
    if words.spoken.cut:
        return said in known or any(part in said for part in _parts(words.language, words.currency))
    return said in known


@lru_cache(maxsize=64)
def _lexicon(language: str, currency: str) -> frozenset[str]:
    """Single words of numbers, ordinals, days, months, times and amounts."""
    words, region = words_of(language, currency), cldr.region(language)
    spoken = words.spoken
    phrases = {
        *numbers.building_blocks(language),
        *(ordinal + ending for ordinal in numbers.ordinals(language) for ending in ("", *words.ordinals)),
        *words.digits,
        *spoken.scales,
        *spoken.ones,
        *spoken.units,
        *spoken.homophones,
        *spoken.repeats,
        *spoken.coming,
        *spoken.past,
        *region.months,
        *region.weekdays,
        *words.days,
        *words.times,
        *words.mornings,
        *words.evenings,
        *(idiom.format(h="", m="") for idiom in spoken.clock),
        *(unit for clock in (words.clock12, words.clock24) for unit in clock.unit),
        *cldr.currency_names(language, currency),
        *("am", "pm", "clock"),
    }
    if named := words.currencies.get(currency):
        phrases |= {named.one, named.many, named.part_one, named.part_many}
    return frozenset(part for phrase in phrases for part in plain(phrase).split()) - spoken.beside


@lru_cache(maxsize=64)
def _parts(language: str, currency: str) -> frozenset[str]:
    """Of number words that are written in one."""
    words = words_of(language, currency)
    return frozenset(map(plain, words.spoken.cut)) | frozenset(w for w in _lexicon(language, currency) if len(w) == 1)
