"""The outbox: effects that were promised in a turn, carried out after its commit, each under its own key.

Neither a link nor a one-time code is in the database in clear: both are derived with the server's secret at the moment
of sending, so a second attempt sends the same words. Of what was sent, pages see all but the code.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from callbacks.retry import next_try
from context_bridge.codes import DIGITS, code_for
from context_bridge.links import token_for
from context_bridge.records import ContextStore, EventBus, OutboxRow, StoreUnavailable

log = logging.getLogger(__name__)

POLL = 5.0  # seconds between looks for rows that another process wrote or whose time has come
BATCH = 20
MASKED = "•" * DIGITS


class NotSent(Exception):
    """The message did not go out. `final` when trying again cannot help; the text is shown to ops, without content."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Sender(Protocol):
    async def send(self, key: str, kind: str, to: str, text: str) -> None:
        """Send once. Raises `NotSent`."""


class Outbox:
    """`codes`: pages see one-time codes too. That is for the demo, whose message page is the customer's phone."""

    def __init__(
        self,
        store: ContextStore,
        bus: EventBus,
        sender: Sender,
        url: str,
        secret: bytes,
        clock: Callable[[], float],
        *,
        codes: bool = False,
    ) -> None:
        self._store, self._bus, self._sender = store, bus, sender
        self._url, self._secret, self._clock, self._codes = url, secret, clock, codes
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was written: look at once."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled: send what is due."""
        while True:
            self._wake.clear()
            try:
                while await self.send_due():
                    pass
            except StoreUnavailable as error:
                log.warning("outbox waits for the store: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._wake.wait()

    async def send_due(self) -> int:
        """Send one batch of what is due; how many rows that were."""
        rows = await self._store.claim_outbox(self._clock(), BATCH)
        for row in rows:
            await self._send(row)
        return len(rows)

    def text(self, row: OutboxRow) -> str:
        """The words as pages show them."""
        return self._text(row, codes=self._codes)

    def _text(self, row: OutboxRow, *, codes: bool) -> str:
        text, code = str(row.payload.get("text", "")), row.payload.get("code")
        if row.payload.get("link"):
            text = text.replace("{link}", f"{self._url}/l/{token_for(self._secret, row.key)}")
        if code is not None:
            text = text.replace("{code}", code_for(self._secret, row.journey, str(code)) if codes else MASKED)
        return text

    async def _send(self, row: OutboxRow) -> None:
        try:
            await self._sender.send(row.key, row.kind, str(row.payload.get("to", "")), self._text(row, codes=True))
        except NotSent as error:
            due = None if error.final else next_try(row.attempts, self._clock())
            await self._settle(row, "failed" if due is None else "waiting", str(error), due)
        else:
            await self._settle(row, "sent", "", None)

    async def _settle(self, row: OutboxRow, state: str, note: str, due_at: float | None) -> None:
        await self._store.settle_outbox(row.key, state, note, due_at)
        await self._bus.publish("outbox", self.shown(row, state))

    def shown(self, row: OutboxRow, state: str | None = None) -> Mapping[str, Any]:
        """A row as pages show it."""
        return {
            "key": row.key,
            "journey": row.journey,
            "kind": row.kind,
            "to": row.payload.get("to", ""),
            "text": self.text(row),
            "state": state or row.state,
            "note": row.note,
        }
