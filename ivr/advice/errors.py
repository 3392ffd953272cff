"""Rule ids of the loader's mistakes: a few kinds that stay the same however a message is worded. A mistake is of the
first kind whose words are in it; what fits none is a value that does not fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """`words`: a pattern of the problems that are of this kind."""

    id: str
    title: str
    reason: str
    words: re.Pattern[str]


def _kind(id_: str, title: str, reason: str, words: str) -> Kind:
    return Kind(id_, title, reason, re.compile(words))


KINDS: Final = (
    _kind(
        "E01",
        "The file can be read",
        "a file that is no YAML, or uses parts of YAML that menus do without, is not read on",
        r"^this is not YAML|^not YAML|the file is (not|longer)|cannot stand here$|^a key must be a word|second document"
        r"|levels inside each other|(aliases|anchors|tags) are not used",
    ),
    _kind(
        "E02",
        "Keys and verbs are known",
        "a key that nobody reads is a slip, and what was meant by it would silently not happen",
        r"is no key of |is no verb$|^has no verb|^has \d+ verbs|`.*` is not known here",
    ),
    _kind(
        "E07",
        "What is secret stays so",
        "secrets are not said, sent, or copied to where they are less protected",
        r"is secret and must not|is (private|secret), \S+ is (public|private)|can only be sent",
    ),
    _kind(
        "E12",
        "Words in every language",
        "a customer who chose a language must not hear another one",
        r"\blanguages?\b|the wording in ",
    ),
    _kind(
        "E03",
        "What is needed is there, once",
        "without it the menu does not say what happens",
        r" is missing$| is empty$|is there twice$|stands here twice|seems cut off|words are missing",
    ),
    _kind(
        "E11",
        "Sub-menus and articles fit",
        "a sub-menu is called with what it takes, and every way it may return must lead on",
        r"sub-menu|\bmay return\b|never returns|\bgives no\b|returns|article|^\S+ takes (no )?\"",
    ),
    _kind(
        "E09",
        "Back offices are asked as declared",
        "who asks otherwise gets no answer",
        r"^service |back office|allow does not list|header|secret .* is not declared|idempotent|has no body",
    ),
    _kind(
        "E13",
        "Hours and switches are declared",
        "whether a line is open must not depend on a slip of the pen",
        r"hours|day of the week|time zone|switch|holiday",
    ),
    _kind("E04", "Steps exist", "a way to nowhere would end the call", r"does not exist$"),
    _kind(
        "E05",
        "Every way leads on, and out",
        "customers are not left in a circle, and no step is written in vain",
        r"^no way |runs in a circle|nothing can come behind else|reaches as far|nothing of 100 percent",
    ),
    _kind(
        "E06",
        "Slots are declared, and filled",
        "a misspelt slot would be empty for ever",
        r"^slot .* (is not declared|is never asked)",
    ),
    _kind(
        "E08",
        "A key and a phrase mean one thing",
        "otherwise nobody knows what a customer wants who presses it",
        r" is taken by |is an answer here and an always-choice",
    ),
    _kind(
        "E10",
        "Every channel can do its steps",
        "a step that a channel cannot do needs another way for it",
        r"keys cannot spell|more than there are keys|no channel of this menu|cannot be pressed"
        r"|a (?:message|comment) is a text",
    ),
)
OTHER: Final = Kind("E00", "Values fit", "a value that cannot be read would be guessed", re.compile(""))


def kind_of(problem: str) -> Kind:
    return next((kind for kind in KINDS if kind.words.search(problem)), OTHER)
