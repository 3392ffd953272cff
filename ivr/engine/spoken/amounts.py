"""Numbers and amounts of money: `minus three point five`, `nine ninety nine`, `twelve euros fifty`."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.engine import parsing
from ivr.engine.locale import cldr
from ivr.engine.locale.words import Words
from ivr.engine.parsing import DIGITS
from ivr.engine.spoken.figures import bare, figured, tokens


def number(text: str, words: Words) -> str | None:
    said = figured(bare(tokens(text, words), words), words)
    minus = parsing.plain(words.minus.format(number=""))
    negative = bool(said) and said[0] == minus
    rest = said[negative:]
    found = _with_point(rest, words) or (rest[0] if len(rest) == 1 else None)
    return parsing.canonical_number(f"{'-' * negative}{found}") if found else None


def money(text: str, words: Words) -> tuple[list[str], bool]:
    """What it may be, likeliest first, and whether that is sure: `twelve fifty` is 12.50, or 1250."""
    said = figured(bare(tokens(text, words, counted=True), words), words)
    said = [word for word in said if word not in words.money_fillers]
    if (told := parsing.money(" ".join(said), words)) is not None:
        return [told], True
    figures = [word for word in said if DIGITS.fullmatch(word)]
    if len(figures) == 3 and figures[1] == "0" and len(figures[2]) == 1:  # `twelve oh five`
        figures = [figures[0], f"0{figures[2]}"]
    if len(figures) == 2 and len(figures[1]) == 2 and cldr.has_parts(words.currency):
        named = " ".join(word for word in said if not DIGITS.fullmatch(word) and word not in words.spoken.point)
        if parsing.money(f"1 {named}", words) is None:
            return [], False
        return [f"{int(figures[0])}.{figures[1]}", f"{int(figures[0]) * 100 + int(figures[1])}.00"], bool(named)
    if amount := _with_point(said, words):
        found = parsing.canonical_money(amount, words.currency)
        return ([found] if found else []), True
    return [], False


def _with_point(said: Sequence[str], words: Words) -> str | None:
    """`3.5`, of `3`, `point` and `5`; None: there is no point, or something else."""
    at = next((at for at, word in enumerate(said) if word in words.spoken.point), len(said))
    whole, decimals = "".join(said[:at]), "".join(said[at + 1 :])
    return f"{whole}.{decimals}" if DIGITS.fullmatch(whole) and DIGITS.fullmatch(decimals) else None
