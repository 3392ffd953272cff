"""What a look at an installation has found, for `segue doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """`remedy` is empty when it is as it may be."""

    state: str
    remedy: str = ""
