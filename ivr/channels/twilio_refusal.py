"""Calls that are not taken: of numbers that the site has blocked, and those that are too many.

That there are too many is stored as the call's first answer, so that a webhook that comes again, when there is room,
does not take a call that was refused; and one that comes twice at once, of which the first has taken the last room, is
not refused.
"""

from __future__ import annotations

from collections.abc import Collection

from context_bridge.contract import ContextStore
from context_bridge.records import AnswerRow
from ivr.channels.twilio_call import NODE, Call
from ivr.channels.twilio_twiml import reject
from ivr.driver import Driver


class Refusal:
    """`blocked`: numbers. `most`: calls at a time, 0 for any number of them."""

    def __init__(self, driver: Driver, store: ContextStore, blocked: Collection[str], most: int) -> None:
        self._driver, self._store, self._blocked, self._most = driver, store, frozenset(blocked), most

    async def of(self, call: Call, number: str | None) -> bytes | None:
        """The document that refuses a call; None: it is taken."""
        if number in self._blocked:
            return reject("rejected")
        if not self._most or await self._store.count_live_on(NODE) < self._most:
            return None
        body = reject("busy")
        await self._store.put_answer(AnswerRow(call.contact, 0, 0, "", body.decode(), self._driver.now()))
        stored = await self._store.answer(call.contact, 0, 0)
        return stored.body.encode() if stored else body
