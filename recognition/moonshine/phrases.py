"""Patterns of what is said around and between: gaps, ends, and how people lead up to an answer."""

from __future__ import annotations

import re

from recognition.moonshine.automaton import Pattern, either, maybe, sequence, word
from recognition.moonshine.numerals import ONES, TEENS

GAP = either(*map(word, (" ", ", ", "-")))  # within a phrase
PAUSE = either(*map(word, (" ", ", ", ". ", "... ")))  # between phrases
START = maybe(word(" "))  # the first piece may begin with one
STOP = maybe(either(*map(word, (".", "?", "!", ",", "..."))))

HESITATION = ("um", "uh", "well", "so", "hi", "hello", "yeah", "yes", "okay", "ok")
WISHES = (
    *("i want", "i want to", "i'd like", "i'd like to", "i would like", "i would like to", "i need", "i need to"),
    *("can i", "can you", "could i", "could you", "can i get", "could i get", "can i have", "let me", "give me"),
    *("i want to speak to", "i'd like to speak to", "can i speak to", "i need help with", "help with", "help me"),
    *("i have a question about", "a question about", "i'm calling about", "i am calling about", "it's about"),
    *("i want to know", "how do i", "please", "i have", "i've", "i am", "i'm", "my", "it is", "it's", "there is"),
)
ARTICLES = ("a", "an", "the", "my", "some", "your", "to", "about")
THANKS = ("please", "thanks", "thank you", "now", "for me")
LEADS = (
    *("it's", "it is", "that's", "that is", "it was", "my number is", "the number is", "make it", "i think"),
    *("um", "uh", "yes", "yeah", "okay", "sure"),
)

_ALIKE = {**{name: str(n) for n, name in enumerate(ONES + TEENS)}}
_ALIKE |= {figures: name for name, figures in _ALIKE.items()}


def plain(text: str) -> list[str]:
    """The words of a phrase as the network writes them, in lower case."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower().replace("’", "'").replace("&", " and "))


def phrase(text: str) -> Pattern:
    """These words, with any gap between; a small number is said one way and written in two."""
    return spaced(*(either(word(w), word(_ALIKE[w])) if w in _ALIKE else word(w) for w in plain(text)))


def spaced(*patterns: Pattern) -> Pattern:
    return sequence(*(part for n, pattern in enumerate(patterns) for part in ((GAP, pattern) if n else (pattern,))))


def any_of(*texts: str) -> Pattern:
    return either(*map(phrase, texts))


def then(pattern: Pattern, gap: Pattern = GAP) -> Pattern:
    """Perhaps this, after a gap."""
    return maybe(sequence(gap, pattern))


def before(pattern: Pattern, gap: Pattern = GAP) -> Pattern:
    """Perhaps this, and a gap."""
    return maybe(sequence(pattern, gap))


def asked_for(pattern: Pattern) -> Pattern:
    """Something to do, as people ask for it: `yeah, I'd like to … please`."""
    wish = sequence(before(any_of(*WISHES), word(" ")), before(any_of(*ARTICLES), word(" ")))
    return sequence(before(any_of(*HESITATION), PAUSE), wish, pattern)


def whole(pattern: Pattern) -> Pattern:
    """From the first piece to the last."""
    return sequence(START, pattern, then(any_of(*THANKS), PAUSE), STOP)
