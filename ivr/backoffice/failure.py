"""Why a back office gave no usable answer. Messages go to the log and the history: they hold nothing that a customer
said, and no secret."""

from __future__ import annotations

from collections.abc import Callable


class BackOfficeError(Exception):
    """The service gave no usable answer; the message says why, for the history."""


class Transient(BackOfficeError):
    """It may be gone a moment later. `after`: seconds that the service wants to be left alone."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class UnderWay(Transient):
    """It says that an earlier attempt at the same is not at its end yet; that one's answer will be ours as well."""


FIRST, LONGEST = 0.1, 2.0  # seconds


def pause(failures: int, after: float, dice: Callable[[float, float], float]) -> float:
    """Seconds until the next try, by `dice(least, most)`: twice as long each time, and never for all callers at once
    (AWS, "Exponential backoff and jitter": full jitter)."""
    return max(after, dice(0.0, min(LONGEST, FIRST * 2.0 ** (failures - 1))))
