"""The end of a call, which Twilio tells once, several times, before the call's beginning, or never.

A status callback is a request of its own and may overtake the first webhook (twilio.com/docs/voice/twiml, "Asynchronous
callbacks"). There is no journey to end then. So the end is kept among the answers, under a name of its own, and
whoever saves the call's first turn looks for it afterwards; who told the end looks once more after keeping it. One of
the two sees what the other has written, in whatever order, at two servers too. An end that is never told, or that could
not be kept, is found by asking (`twilio_lost`).
"""

from __future__ import annotations

from context_bridge.contract import ContextStore
from context_bridge.records import AnswerRow
from ivr.driver import Driver
from ivr.engine.actions import Hangup
from ivr.engine.events import Left


class Ends:
    def __init__(self, driver: Driver, store: ContextStore) -> None:
        self._driver, self._store = driver, store

    async def over(self, contact: str, why: str) -> None:
        """The call is over: its journey was dropped, unless it was at its end."""
        if await self._ended(contact, why) or await self._store.answer(contact, 0, 0) is not None:
            return
        await self._store.put_answer(AnswerRow(_early(contact), 0, 0, "", why, self._driver.now()))
        await self._ended(contact, why)

    async def begun(self, contact: str) -> None:
        """The call's first turn is saved; its end may have been told before."""
        if (early := await self._store.answer(_early(contact), 0, 0)) is not None:
            await self._ended(contact, early.body)

    async def _ended(self, contact: str, why: str) -> bool:
        """False where no journey is in that call: not yet, or not any more."""
        event = Left(id=f"{contact}:over", at=self._driver.now(), contact=contact, reason="dropped", detail=why)
        return await self._driver.advance(event) != (Hangup("moved"),)


def _early(contact: str) -> str:
    return f"{contact}:early"
