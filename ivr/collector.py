"""Python's collector of cyclic garbage, as a server wants it. Turns leave hardly any behind."""

from __future__ import annotations

import gc

YOUNG = 10_000  # objects that are made before the young ones are looked through; Python's own 700 are half a turn


def settle() -> None:
    """What is there now stays until the end, so nobody need look through it again: with all the libraries that took
    a tenth of a second each time, in which no call was answered."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
