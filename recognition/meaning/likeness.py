"""How like two wordings are, letter by letter and (in English) by sound. The only importer of rapidfuzz and metaphone.

All is on a scale of 0 to 100. What it decides was measured on paraphrases and misheard phrases (docs/speech.md)."""

from __future__ import annotations

from functools import lru_cache

from metaphone import doublemetaphone
from rapidfuzz import fuzz

from ivr.engine.languages import primary
from ivr.engine.match import fold
from recognition.meaning.fillers import content, negates

PHONETIC = {"en"}  # double metaphone knows how English is spelt; Kölner Phonetik and its like know names only
SOUND = 0.9  # what likeness of sound counts for
# A phrase of several words, of one, of one in another form, within a text: at least, and at most so much more for how
# much of the text it is. "the bus is late again today" is not "again", and "a bus leaves every hour" not "hours".
SEVERAL, ONE, ONE_INFLECTED = (80, 15), (65, 30), (55, 40)
ONE_WORD = 88.0  # two words are the same if they are so much alike; "card" and "cart" are 75
TURNED = 0.8  # what is left when one of the two is turned round: "I do not want sales" is hardly "sales"


@lru_cache(maxsize=4096)
def likeness(text: str, phrase: str, language: str) -> float:
    """100: the same words. Below 50 nothing is in common that is worth a thought."""
    heard, wanted = fold(text).split(), fold(phrase).split()
    if not heard or not wanted:
        return 0.0
    if heard == wanted:
        return 100.0
    found = _best(heard, wanted, language)
    return found * (1.0 if negates(heard, language) == negates(wanted, language) else TURNED)


def closeness(text: str, phrase: str) -> float:
    """By letters only: for what was heard of a few phrases, where more or less than one of them was said wrongly."""
    return fuzz.ratio(text, phrase)


def _best(heard: list[str], wanted: list[str], language: str) -> float:
    said, meant = content(heard, language), content(wanted, language)
    scores = [
        fuzz.ratio(" ".join(heard), " ".join(wanted)),
        0.98 * fuzz.ratio(" ".join(said), " ".join(meant)),
        0.95 * fuzz.token_sort_ratio(" ".join(said), " ".join(meant)),
        _inside(said, meant),
    ]
    if primary(language) in PHONETIC:
        scores.append(SOUND * _sound(said, meant))
    return max(scores)


def _inside(said: list[str], meant: list[str]) -> float:
    """All words of the phrase are among those of the text: the more of the text they are, the likelier it is meant."""
    if not all(any(_same(word, other) for other in said) for word in meant):
        return 0.0
    least, more = SEVERAL if len(meant) > 1 else ONE if meant[0] in said else ONE_INFLECTED
    return least + more * min(1.0, len("".join(meant)) / len("".join(said)))


def _same(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) > 3 and fuzz.ratio(word, other) >= ONE_WORD)


def _sound(said: list[str], meant: list[str]) -> float:
    """Of one sound alone nothing is told: "a", "hey" and "who" sound alike by that."""
    heard, wanted = (" ".join(_code(word) for word in words) for words in (said, meant))
    return fuzz.ratio(heard, wanted) if min(len(heard), len(wanted)) > 1 else 0.0


@lru_cache(maxsize=4096)
def _code(word: str) -> str:
    code: str = doublemetaphone(word)[0]
    return code or word
