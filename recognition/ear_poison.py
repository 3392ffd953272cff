"""Questions that ended the processes which listened to their answers. Such a one is not listened to for a while."""

from __future__ import annotations

import time
from typing import Final

import msgspec

from recognition.ear_wire import Opening

DEATHS: Final = 2  # after so many by one question it is not listened to ...
ANTIDOTE: Final = 60.0  # ... for some seconds


class Poison:
    def __init__(self) -> None:
        self._deaths: dict[bytes, tuple[int, float]] = {}  # by question: how many, and when the last one was

    def killed(self, opening: Opening) -> None:
        question = msgspec.json.encode(opening)
        deaths, _ = self._deaths.get(question, (0, 0.0))
        self._deaths[question] = (deaths + 1, time.monotonic())

    def __contains__(self, opening: Opening) -> bool:
        """Whether it has killed too often lately."""
        if not self._deaths:
            return False
        now = time.monotonic()
        self._deaths = {question: death for question, death in self._deaths.items() if death[1] > now - ANTIDOTE}
        return self._deaths.get(msgspec.json.encode(opening), (0, 0.0))[0] >= DEATHS

    def clear(self) -> None:
        self._deaths.clear()
