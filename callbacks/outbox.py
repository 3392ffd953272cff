"""The outbox: effects that were promised in a turn, carried out after its commit, each under its own key.

Neither a link nor a one-time code is in the database in clear: both are derived with the server's secret at the moment
of sending, so a second attempt sends the same words. Of what was sent, pages see all but the code.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from callbacks.consent import STOPPED
from callbacks.retry import next_try
from context_bridge.codes import DIGITS, code_for
from context_bridge.contract import ContextStore, EventBus, StoreUnavailable
from context_bridge.links import token_for
from context_bridge.records import DeliveryRow, OutboxRow

log = logging.getLogger(__name__)

POLL = 5.0  # seconds between looks for rows that another process wrote or whose time has come
BATCH = 20
ERRANDS = frozenset({"recording", "late"})  # effects that are no messages: pages do not show them
WORST = ("failed", "undelivered", "", "accepted", "scheduled", "queued", "sending", "sent", "delivered", "read")
MASKED = "•" * DIGITS


class NotSent(Exception):
    """The message did not go out, as far as we know. `final` when trying again cannot help, `after`: seconds before
    which it would be too early. The text is shown to ops, without content."""

    def __init__(self, why: str, *, final: bool = False, after: float = 0.0) -> None:
        super().__init__(why)
        self.final, self.after = final, after


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
        """Send one batch of what is due; how many rows that were. To one customer in order, to several at once."""
        rows = await self._store.claim_outbox(self._clock(), BATCH)
        to: dict[str, list[OutboxRow]] = {}
        for row in rows:
            to.setdefault(str(row.payload.get("to", "")), []).append(row)
        ends = await asyncio.gather(*map(self._send_all, to.values()), return_exceptions=True)
        for error in filter(None, ends):
            raise error
        return len(rows)

    async def _send_all(self, rows: Iterable[OutboxRow]) -> None:
        for row in rows:
            await self._send(row)

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
        to = str(row.payload.get("to", ""))
        try:
            await self._allowed(to)
            await self._sender.send(row.key, row.kind, to, self._text(row, codes=True))
        except NotSent as error:
            due = None if error.final else next_try(row.attempts, self._clock())
            due = due and max(due, self._clock() + error.after)
            await self._settle(row, "failed" if due is None else "waiting", str(error), due)
        except StoreUnavailable:
            raise
        except Exception as error:  # a mistake of ours with one message must not keep all others
            log.error("message %s failed with %s", row.key, type(error).__name__)
            await self._settle(row, "failed", f"a fault of this server ({type(error).__name__})", None)
        else:
            await self._settle(row, "sent", "", None)

    async def _allowed(self, to: str) -> None:
        """Asked at the last moment, whoever sends and why: a customer's STOP may be a second old. Raises `NotSent`."""
        consent = await self._store.messages.consent(to)
        if consent is not None and consent.wish == "stop":
            raise NotSent(STOPPED, final=True)

    async def _settle(self, row: OutboxRow, state: str, note: str, due_at: float | None) -> None:
        await self._store.settle_outbox(row.key, state, note, due_at)
        if row.kind in ERRANDS:
            log.log(logging.ERROR if state == "failed" else logging.DEBUG, "%s: %s", row.key, note or state)
            return  # pages show messages
        await self._bus.publish("outbox", self.shown(row, state, note))

    async def delivered(self, key: str) -> None:
        """What became of a message is known now: tell pages."""
        row = await self._store.messages.outbox_row(key)
        if row is not None:
            parts = await self._store.messages.deliveries(key)
            await self._bus.publish("outbox", {**self.shown(row), "delivery": delivery_of(parts)})

    def shown(self, row: OutboxRow, state: str | None = None, note: str | None = None) -> Mapping[str, Any]:
        """A row as pages show it."""
        return {
            "key": row.key,
            "journey": row.journey,
            "kind": row.kind,
            "to": row.payload.get("to", ""),
            "text": self.text(row),
            "state": state or row.state,
            "note": row.note if note is None else note,
            "delivery": "",
        }


def delivery_of(parts: Iterable[DeliveryRow]) -> str:
    """The worst of its parts: delivered is only what was delivered whole. With the provider's error, if any."""
    worst = min(parts, key=lambda part: WORST.index(part.state) if part.state in WORST else len(WORST), default=None)
    if worst is None:
        return ""
    return f"{worst.state} ({worst.code})" if worst.code else worst.state
