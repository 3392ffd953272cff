"""What follows from a flow alone is found once, and not at each turn.

Flows and their parts never change, so what was found for one stays true. They are told apart by identity: to compare
two flows by value would take longer than what is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, TypeVarTuple

Args = TypeVarTuple("Args")
R = TypeVar("R")

MOST = 1024  # results of one function: those of some twenty menus. Then all are found anew, and old drafts let go


def once(find: Callable[[*Args], R]) -> Callable[[*Args], R]:
    """Of a function whose arguments never change, and are the same objects at each turn, and whose result depends on
    nothing else. They stay in memory with it, so that no other object gets their identity."""
    known: dict[tuple[int, ...], tuple[R, tuple[object, ...]]] = {}

    @wraps(find)
    def found(*args: *Args) -> R:
        key = (*map(id, args),)
        if (result := known.get(key)) is None:
            if len(known) >= MOST:
                known.clear()
            result = known[key] = find(*args), args
        return result[0]

    return found
