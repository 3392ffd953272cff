"""Answers to messages that take longer than a webhook may: they follow by themselves, whatever happens to us.

Before the webhook is left without an answer, an *errand* is put into the outbox, due when a back office has surely
answered or given up. Mostly the answer is long sent then, and nothing is left to do. If this server died meanwhile,
the errand says what the turn has saved, or takes the turn to its end: the back office is asked again. Answer and errand
send under one key, so the customer gets one answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from callbacks.outbox import NotSent, Outbox
from context_bridge.contract import ContextStore
from context_bridge.records import AnswerRow, OutboxRow
from ivr.channels import twilio_message_wire as wire
from ivr.channels.twilio_reply import NOTHING, Reply, texts
from ivr.driver import Driver
from ivr.traces import trace

log = logging.getLogger(__name__)

GRACE = 60.0  # seconds: no back office is waited for longer by default

Say = Callable[[str, str, str], Awaitable[None]]  # contact, text, key


class Late:
    """A `callbacks.outbox.Sender` of errands. `say` sends words to a contact, once for a key; `is_under_way`: whether
    this process still works at the answer to a message."""

    def __init__(
        self, driver: Driver, store: ContextStore, outbox: Outbox, say: Say, is_under_way: Callable[[str], bool]
    ) -> None:
        self._driver, self._store, self._outbox = driver, store, outbox
        self._say, self._is_under_way = say, is_under_way
        self._following: set[asyncio.Task[None]] = set()

    async def follow(self, sid: str, contact: str, answer: asyncio.Task[Reply]) -> None:
        """The webhook of the message `sid` is left without its answer, which is on its way."""
        now = self._driver.now()
        journey = await self._store.by_contact(contact)
        errand = OutboxRow(f"{sid}:errand", journey.id if journey else "", "late", {"to": contact}, now + GRACE)
        await self._store.messages.put_outbox(errand)
        await self._store.put_answer(AnswerRow(sid, 1, 0, contact, NOTHING.decode(), now))
        task = asyncio.create_task(self._follow(sid, contact, answer))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def send(self, key: str, kind: str, to: str, text: str) -> None:  # noqa: ARG002 - a sender's
        """Do an errand to the contact `to`. Raises `NotSent`."""
        sid = key.partition(":")[0]
        if self._is_under_way(sid):
            raise NotSent("its answer is still being made", after=GRACE)
        if await self._store.messages.outbox_row(_key(sid)) is None:
            await self._say(to, await self._answer(sid, to), _key(sid))

    async def _follow(self, sid: str, contact: str, answer: asyncio.Task[Reply]) -> None:
        try:
            await self._say(contact, (await answer).text, _key(sid))
        except Exception as error:
            log.error("the answer to message %s comes later, after %s", sid, trace(error))

    async def _answer(self, sid: str, contact: str) -> str:
        for turn in (1, 0):
            told = await self._store.answer(sid, 0, turn)
            if told is not None and told.body:
                return "\n".join(texts(told.body))
        found = await self._driver.current(contact)
        return wire.words(found[1]) if found else ""


def _key(sid: str) -> str:
    return f"{sid}:late"
