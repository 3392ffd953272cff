"""A back office may be asked the same thing several times: by another server, by one that was restarted, or because the
answer was lost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    """`key` names what is asked: it is the same in each attempt at it; empty: it has no name. `again`: there may have
    been an attempt before, and its answer may still be on its way."""

    key: str = ""
    again: bool = False


FIRST = Attempt()
