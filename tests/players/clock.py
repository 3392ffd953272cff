"""Time for a server that people really phone: it passes as always, and now and then eight days in no time."""

from __future__ import annotations

import time


class ShiftedClock:
    """Unix seconds: the machine's, plus what a conversation has waited."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def move(self, seconds: float) -> None:
        self._ahead += seconds
