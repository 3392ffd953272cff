"""Whoever can be a customer: by the engine alone, over a socket, by telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ivr.conversation.told import Does
from ivr.engine.events import Channel
from ivr.engine.journey import Journey


class CannotPlay(Exception):
    """The turn makes no sense where the conversation stands, such as a key when no call is on. The message says why."""


class Refused(CannotPlay):
    """The link that was opened leads nowhere any more."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A call that is owed to the customer. `when` is in their words."""

    queue: str
    number: str
    when: str


class Player(Protocol):
    """A way to be a customer. Acts raise `CannotPlay`; `features` are the acts and channels that it is able to play,
    by the names that `needs` gives."""

    features: frozenset[str]

    async def call(self, channel: Channel, number: str | None, menu: str, language: str | None = None) -> None:
        """`language` needs the feature `language`."""

    async def press(self, keys: str) -> None: ...
    async def choose(self, label: str) -> None: ...
    async def type(self, text: str) -> None: ...
    async def speak(self, text: str, confidence: float = 1.0) -> None:
        """`confidence` below 1 needs the feature `unsure`."""

    async def unheard(self, reason: Literal["busy", "failed"]) -> None:
        """Speak without being heard."""

    async def record(self, seconds: float) -> None: ...
    async def flip(self, switches: Mapping[str, bool]) -> None: ...
    async def wait(self, seconds: float) -> None: ...
    async def silence(self) -> None:
        """Say nothing until the current question gives up waiting."""

    async def drop(self) -> None:
        """The line is lost; nobody hangs up."""

    async def hang_up(self) -> None: ...
    async def open_link(self) -> None:
        """Open the link that was sent last and press its button. Raises `Refused`."""

    async def give_code(self) -> None:
        """Key in, or type, the one-time code that was sent last."""

    async def agent_joins(self) -> None: ...
    async def agent_finishes(self) -> None: ...

    async def other_end(self, does: Does) -> None:
        """Whom the caller is put through to does this."""

    async def heard(self) -> list[str]:
        """What was said since this was last asked, in order, once Segue waits for the customer or the contact ended."""
        ...

    async def journey(self) -> Journey | None:
        """The journey of the latest contact as it is stored; None before the first."""
        ...

    async def sent(self) -> str | None:
        """The message that was sent last, outside of the contact."""
        ...

    async def callback(self) -> Promised | None:
        """The call that was promised last."""
        ...
