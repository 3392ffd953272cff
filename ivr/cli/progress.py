"""How far something long is: a bar on standard error where somebody looks at it, nothing where a file does."""

from __future__ import annotations

import sys
from typing import Self

WIDTH = 30  # characters


class Progress:
    """`of`: how many there are; nothing is shown of none."""

    def __init__(self, what: str, of: int) -> None:
        self._what, self._of = what, of
        self._seen = bool(of) and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._seen:
            print(file=sys.stderr)

    def at(self, done: int) -> None:
        if self._seen:
            full = WIDTH * done // self._of
            bar = f"{'█' * full}{'·' * (WIDTH - full)} {done} of {self._of} {self._what}"
            print(f"\r{bar}", end="", flush=True, file=sys.stderr)
