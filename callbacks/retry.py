"""When to try again: a policy, pure. Somebody else acts on it."""

from __future__ import annotations

FIRST_WAIT = 5.0  # seconds; doubled at each attempt
LONGEST_WAIT = 15 * 60.0
ATTEMPTS = 8  # the last one some 10 minutes after the first: later a follow-up would only surprise


def next_try(attempts: int, now: float) -> float | None:
    """When to try again after `attempts` failures; None: give up."""
    if attempts >= ATTEMPTS:
        return None
    return now + min(FIRST_WAIT * 2.0 ** max(attempts - 1, 0), LONGEST_WAIT)
