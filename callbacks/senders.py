"""Where messages go. The demo's sender stands for a carrier: it takes every message, once for each key."""

from __future__ import annotations

import logging

from callbacks.outbox import Sender

log = logging.getLogger(__name__)


class ByKind:
    """A sender for each of some kinds, and one for all `others`."""

    def __init__(self, others: Sender) -> None:
        self._others = others
        self._kinds: dict[str, Sender] = {}

    def add(self, kind: str, sender: Sender) -> None:
        self._kinds[kind] = sender

    async def send(self, key: str, kind: str, to: str, text: str) -> None:
        await self._kinds.get(kind, self._others).send(key, kind, to, text)


class DemoSender:
    """Takes what would be sent; the outbox page shows it. A key that was taken before is not taken again."""

    def __init__(self) -> None:
        self.taken: dict[str, tuple[str, str, str]] = {}

    async def send(self, key: str, kind: str, to: str, text: str) -> None:
        if key in self.taken:
            log.warning("message %s was asked for twice; the second was dropped", key)
            return
        self.taken[key] = (kind, to, text)
