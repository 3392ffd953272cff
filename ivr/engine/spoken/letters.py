"""Letters and digits, spelled: `A B one two`, `B as in Bravo`, `Alfa Bravo one`, `B, dash, 2`."""

from __future__ import annotations

from ivr.engine.locale.words import Words
from ivr.engine.parsing import DIGITS, plain
from ivr.engine.spoken.figures import bare, cardinal, tokens

# ICAO Annex 10, volume II, 5.2.1.3, and how most people write the two
ALPHABET = (
    *("alfa", "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "juliet"),
    *("kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor"),
    *("whiskey", "xray", "yankee", "zulu"),
)
SHORTEST = 2  # a single letter is a word


def spelled(text: str, words: Words) -> str | None:
    """In capitals; None: it is no spelling."""
    signs = {plain(name): sign for sign, name in words.symbols.items()}
    said = bare(tokens(text, words), words)
    row, at = "", 0
    while at < len(said):
        sign = next((n for n in (2, 1) if " ".join(said[at : at + n]) in signs), 0)
        if sign and row:
            row, at = row + signs[" ".join(said[at : at + sign])], at + sign
        elif len(said[at]) == 1 and said[at].isalpha():
            row, at = row + said[at].upper(), at + 1 + _example(said, at, words)
        elif said[at] in ALPHABET:
            row, at = row + said[at][0].upper(), at + 1
        elif DIGITS.fullmatch(said[at]):
            row, at = row + said[at], at + 1
        elif number := cardinal(said, at, words):
            row, at = row + str(number[0]), at + number[1]
        else:
            return None
    return row if len(row) >= SHORTEST and not row.isdigit() else None


def _example(said: list[str], at: int, words: Words) -> int:
    """How many words behind a letter are its example: `as in bravo`."""
    for lead in words.spoken.letters:
        behind = at + 1 + len(lead.split())
        if said[at + 1 : behind] == lead.split() and behind < len(said) and said[behind].startswith(said[at]):
            return behind - at
    return 0
