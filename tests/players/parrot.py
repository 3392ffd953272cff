"""A player without any Segue, for tests of what plays conversations and tells what went otherwise."""

from __future__ import annotations

from typing import Any

from ivr.conversation import CannotPlay, Conversation, Mismatch, Refused, load, run
from ivr.engine.events import Channel
from ivr.engine.journey import Journey


class Parrot:
    """Says for each act what it was given to say."""

    features = frozenset({"call", "voice", "press", "silence", "drop", "open_link"})

    def __init__(self, *says: list[str], journey: Journey | None = None) -> None:
        self.acts: list[str] = []
        self._says = list(says)
        self._journey = journey

    async def call(self, channel: Channel, number: str | None, menu: str, language: str | None = None) -> None:
        self.acts.append(f"call {channel} {number} {menu}")

    async def press(self, keys: str) -> None:
        self.acts.append(f"press {keys}")

    async def choose(self, label: str) -> None:
        raise CannotPlay(f"there is no button {label}")

    async def _nothing(self, *_: Any, **__: Any) -> None: ...

    type = speak = unheard = record = flip = wait = silence = drop = hang_up = _nothing
    give_code = agent_joins = agent_finishes = other_end = sent = callback = _nothing

    async def open_link(self) -> None:
        if self.acts.count("open"):
            raise Refused("used already")
        self.acts.append("open")

    async def heard(self) -> list[str]:
        return self._says.pop(0) if self._says else []

    async def journey(self) -> Journey | None:
        return self._journey


def conversation(*turns: str) -> Conversation:
    return load("conversation: c\nmenu: m\ncaller: '+14155550134'\nturns:\n" + "\n".join(turns), "c.yaml")


async def play(player: Parrot, *turns: str) -> Mismatch | None:
    return (await run(conversation(*turns), player)).mismatch


async def problems(player: Parrot, *turns: str) -> tuple[str, ...]:
    mismatch = await play(player, *turns)
    return mismatch.problems if mismatch else ()
