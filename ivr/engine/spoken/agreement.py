"""Yes and no as people say them: several at once, with words around them that mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ivr.engine.locale.words import Words
from ivr.engine.parsing import plain


def agreed(text: str, words: Words) -> Literal["yes", "no"] | None:
    """None where it is neither, or both: `yeah sure`, `no no thanks`, but not `yes no`."""
    said = plain(text).split()
    if _is_made_of(said, words.yes, words):
        return "yes"
    return "no" if _is_made_of(said, words.no, words) else None


def _is_made_of(said: Sequence[str], phrases: Sequence[str], words: Words) -> bool:
    """Of these phrases and fillers, of one of them at least."""
    known = [plain(phrase).split() for phrase in phrases]
    fillers = [filler.split() for filler in words.spoken.fillers]
    rest, found = list(said), False
    while rest:
        longest = max((phrase for phrase in known if rest[: len(phrase)] == phrase), key=len, default=None)
        idle = max((filler for filler in fillers if rest[: len(filler)] == filler), key=len, default=None)
        taken = longest or idle
        if not taken:
            return False
        found = found or taken is longest
        rest = rest[len(taken) :]
    return found
