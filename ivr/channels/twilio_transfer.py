"""Callers of Twilio's who are put through to somebody outside: what that one hears first, and how it ended.

The call of whom we dial is a child of the caller's: each of its webhooks is `about` that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ivr.channels import twilio_wire as wire
from ivr.channels.twilio_call import PATH, Call, Webhook
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_twiml import nothing
from ivr.driver import Driver
from ivr.engine.actions import Say, Transfer
from ivr.engine.events import Left, TransferAnswered, TransferEnded, TransferOutcome

# DialCallStatus. What was completed and never joined to the caller was hung up on while the whisper was heard.
OUTCOMES: Mapping[str, TransferOutcome] = {
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "no_answer",
    "completed": "no_answer",
}


class Transfers:
    def __init__(self, driver: Driver, documents: Documents) -> None:
        self._driver, self._documents = driver, documents

    def webhooks(self) -> Sequence[tuple[str, Webhook]]:
        return ((f"/twilio/whispered/{PATH}", self.whispered), (f"/twilio/answered/{PATH}", self.answered))

    async def whispered(self, call: Call) -> bytes:
        """Somebody has answered: what they hear before the caller. Nothing, when the caller is not there any more."""
        found = await self._driver.current(call.about)
        wait = found[1][-1] if found else None
        if not isinstance(wait, Transfer) or wait.turn != call.turn or not wait.whisper:
            return nothing()
        return await self._documents.said(Say(wait.whisper, language=wait.language))

    async def answered(self, call: Call) -> bytes:
        """The same, told to us alone. The end of the talk may have been told already; then this comes too late."""
        name, at = f"{call.about}:{call.epoch}.{call.turn}:answered", self._driver.now()
        await self._driver.advance(TransferAnswered(id=name, at=at, contact=call.about, turn=call.turn))
        return nothing()

    async def ended(self, call: Call) -> Left | TransferEnded:
        """How it ended, as the Dial's action tells it. Nothing that Twilio sends says who hung up: where both are gone,
        a talk that was had is over, and a caller who was still waiting has left."""
        at, heard = self._driver.now(), wire.heard(call.form)
        if (why := wire.ended(call.form)) is not None and not heard.talked:
            return Left(id=call.event, at=at, contact=call.contact, reason="dropped", detail=why)
        talked = heard.talked or (not heard.dial and await self._is_talking(call))
        outcome = "answered" if talked else OUTCOMES.get(heard.dial, "failed")
        seconds = wire.seconds(call.form.get("DialCallDuration", ""))
        return TransferEnded(
            id=call.event, at=at, contact=call.contact, outcome=outcome, seconds=seconds, turn=call.turn
        )

    async def _is_talking(self, call: Call) -> bool:
        """Whether we know of a talk that is on: that it ended may be told without a word of it (`twilio_fallback`)."""
        found = await self._driver.current(call.contact)
        return found is not None and found[0].status == "transferred" and found[0].turn == call.turn
