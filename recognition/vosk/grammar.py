"""What may be said at a question, in words that a Vosk model knows.

Vosk makes a 2-gram model of these phrases, so what it hears mixes them: that is how "two four" is heard where "two" and
"four" are given, and why what was heard has to be matched against the phrases again.

Known limit, by choice: polite words are heard where the menu's phrases have them, and nowhere else. With them among the
phrases the Korean model took other speech for an answer more than twice as often (docs/speech.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ivr.engine.languages import primary
from ivr.engine.locale import cldr, numbers
from ivr.engine.locale.words import Words
from ivr.engine.words import number_words, words_of
from recognition.listen import Hints

Knows = Callable[[str], bool]

APART = re.compile(r"[^\w']+")  # an apostrophe is part of a word: "what's"
UNKNOWN = ("[unk]", "<UNK>")  # what models call a word that is none of theirs
ONE_BY_ONE = {"ko", "ja", "zh"}  # languages whose digits are said one by one; elsewhere "forty-two" is said as well


@dataclass(frozen=True, slots=True)
class Grammar:
    """`phrases`: for the model, all of whose words it knows; `means`: those of the menu among them -> their options;
    `unknown`: phrase of the menu, in small letters -> the words that the model does not know."""

    phrases: tuple[str, ...]
    means: Mapping[str, tuple[str, ...]]
    unknown: Mapping[str, tuple[str, ...]]


def grammar(hints: Hints, knows: Knows) -> Grammar:
    """`knows`: whether a word is in the model's vocabulary."""
    means: dict[str, tuple[str, ...]] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for option, said in hints.phrases.items():
        for phrase in said:
            words, strange = spelled(phrase, hints.language, knows)
            if strange:
                unknown.setdefault(phrase.casefold(), strange)
            elif words:
                means[words] = tuple(dict.fromkeys((*means.get(words, ()), option)))
    ours = (spelled(phrase, hints.language, knows) for phrase in _values(hints.kind, words_of(hints.language)))
    heard = (*means, *(words for words, strange in ours if words and not strange))
    beside = (word for word in UNKNOWN if knows(word) and heard)
    return Grammar(tuple(dict.fromkeys((*heard, *beside))), means, unknown)


def spelled(phrase: str, language: str, knows: Knows) -> tuple[str, tuple[str, ...]]:
    """A phrase as the model spells it, and the words of it that the model does not know."""
    words = [word for token in _words(phrase) for word in _spelling(token, language, knows)]
    return " ".join(words), tuple(word for word in words if not knows(word))


def _words(phrase: str) -> list[str]:
    plain = unicodedata.normalize("NFC", phrase).casefold().replace("’", "'")
    return [word for token in APART.split(plain) if (word := token.strip("'_"))]


def _spelling(word: str, language: str, knows: Knows) -> list[str]:
    """As it is; or as the model may have it: `l'` and `adresse`, `l` and `adresse`, figures in words."""
    before, apostrophe, rest = word.partition("'")
    ways = [[word], [before + apostrophe, rest], [before, rest], _figures(language).get(word, "").split()]
    return next((way for way in ways if all(way) and way and all(map(knows, way))), [word])


@lru_cache(maxsize=16)
def _figures(language: str) -> Mapping[str, str]:
    return {figures: word.replace("-", " ") for word, figures in reversed([*numbers.cardinals(language).items()])}


def _values(kind: str, words: Words) -> Iterator[str]:
    region, spoken = cldr.region(words.language), words.spoken
    match kind:
        case "digits":
            yield from _digits(words)
        case "number" | "money":
            yield from (*_counting(words), *spoken.point, *words.money_fillers, words.minus.partition(" ")[0])
            currency = words.currencies.get(words.currency)
            names = (currency.one, currency.many, currency.part_one, currency.part_many) if currency else ()
            yield from (name.lstrip("0123456789 ") for name in names)
        case "date":
            yield from (*_counting(words), *numbers.ordinals(words.language), *region.months, *region.weekdays)
            yield from (*words.days, *words.date_fillers, *spoken.coming, *spoken.past, *spoken.units)
        case "time":
            yield from (*_counting(words), *words.times, *words.time_fillers, *words.mornings, *words.evenings)
            yield from (pattern.replace("{h}", " ").replace("{m}", " ") for pattern in spoken.clock)
            yield from (*words.clock12.unit, *words.clock24.unit, words.am, words.pm, *spoken.units)
        case _:
            return


def _digits(words: Words) -> Iterator[str]:
    longest = 1 if primary(words.language) in ONE_BY_ONE else 2
    known = number_words(words.language)
    yield from (word for word, figures in known.items() if len(figures) <= longest)
    yield from words.spoken.repeats
    yield " ".join(word for word, figures in known.items() if len(figures) == 1)  # so that one may follow another


def _counting(words: Words) -> Iterator[str]:
    yield from (*numbers.building_blocks(words.language), *words.digits)
    yield from (*words.spoken.scales, *words.spoken.joiners, *words.spoken.ones)
