"""Which texts can be keys, and the numbers by which a writer knows its own rows."""

from __future__ import annotations

import secrets
from itertools import count

_tokens = count(secrets.randbits(62))  # begun anywhere, so that no two processes have the same one


def possible(key: str) -> bool:
    """Whether it could be a key at all. NUL and half surrogates come from attackers; PostgreSQL has no such text."""
    return key.isprintable()


def check(*keys: str | None) -> None:
    """Raises `ValueError` for one that could not be stored."""
    for key in keys:
        if key is not None and not possible(key):
            raise ValueError("an id or identifier holds characters that cannot be printed: refuse it where it comes in")


def token() -> int:
    """For the writer to know its own rows by."""
    return next(_tokens)
