"""What a customer's telephone can do, and for how long its caller listens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ivr.conversation import Does


class Telephone(Protocol):
    """Of a customer, with the agent's beside it. `hears` returns when all these words were heard in this order, each
    to its end but the last, and nothing in between. `contact` is the server's name of the call."""

    async def call(self, number: str | None, language: str | None = None) -> None: ...
    async def press(self, keys: str) -> None: ...
    async def speak(self, text: str, turn: int, again: int) -> None:
        """Say this, as the answer to the question of `turn`; `again`: how often it was said before in vain."""

    async def record(self, seconds: float) -> None:
        """Speak after the beep, and end the message by a key."""

    async def beep(self) -> None:
        """Until a message is being recorded."""

    async def hears(self, says: Sequence[str]) -> None: ...
    async def drop(self) -> None: ...
    async def hang_up(self) -> None: ...
    async def over(self) -> None:
        """Until the server has hung up."""

    async def agent_joins(self, contact: str) -> None: ...
    async def agent_finishes(self, contact: str) -> None: ...
    async def other_end(self, does: Does) -> None:
        """Of a telephone that can be put through."""


def listened(said: Sequence[str], parts: Sequence[str]) -> Sequence[str]:
    """What is said until the last of these parts, at least something; all of it when a part is missing."""
    for count in range(1, len(said) + 1):
        if _holds(" ".join(said[:count]), parts):
            return said[:count]
    return said


def _holds(text: str, parts: Sequence[str]) -> bool:
    rest = " ".join(text.casefold().split())
    for part in parts:
        _, found, rest = rest.partition(" ".join(part.casefold().split()))
        if not found:
            return False
    return True
