"""How often one address may do a thing: a sliding window, in memory and bounded."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

REMEMBERED = 10_000  # addresses; the one that was quiet for longest is forgotten first


class RateLimit:
    """At most `times` in `window` seconds for each key."""

    def __init__(self, times: int, window: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._times, self._window, self._clock = times, window, clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Seconds until `key` may try again; 0: now."""
        seen, now = self._seen.get(key, deque()), self._clock()
        while seen and seen[0] <= now - self._window:
            seen.popleft()
        return 0 if len(seen) < self._times else int(seen[0] + self._window - now) + 1

    def note(self, key: str) -> None:
        """`key` did it once more."""
        seen = self._seen.setdefault(key, deque(maxlen=self._times))
        seen.append(self._clock())
        self._seen.move_to_end(key)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
