"""Who waits in a queue of Twilio's: where they stand, music, and the offer to be called back.

Twilio asks for the next words whenever the last ones have ended. An Enqueue has no time-out: we are its clock. Who
presses 1, and whose time is over, leaves the queue; the turn that follows is the queue's own action: it happens once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from context_bridge.records import ContextStore
from ivr.channels import twilio_wire as wire
from ivr.channels.queue_words import queue_words
from ivr.channels.twilio_call import MOST, PATH, Call, Webhook
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_twiml import leave, redirect
from ivr.driver import Driver
from ivr.engine.actions import Enqueue, Say
from ivr.engine.flow import AskSlot, CallbackStep, Flow, Handoff, SayStep, SetStep

CALL_BACK = "1"
MOST_STEPS = 20  # from the end of a queue to where a call is promised


class Queue:
    def __init__(self, driver: Driver, store: ContextStore, documents: Documents) -> None:
        self._driver, self._store, self._documents = driver, store, documents

    def webhooks(self) -> Sequence[tuple[str, Webhook]]:
        return ((f"/twilio/wait/{PATH}{MOST}", self.wait), (f"/twilio/leave/{PATH}{MOST}", self.pressed))

    async def wait(self, call: Call) -> bytes:
        """The next words. `call.most`: the seconds that one may wait at all."""
        left = call.most - int(wire.seconds(call.form.get("QueueTime", "")))
        found = await self._driver.current(call.contact)
        if left <= 0 or found is None or not await self._is_here(call):
            return leave()
        journey, actions = found
        if not isinstance(wait := actions[-1], Enqueue):
            return leave()
        offer = offers_call(await self._driver.flow(journey), wait.step)
        place = call.form.get("QueuePosition", "")
        minutes = math.ceil(wire.seconds(call.form.get("AvgQueueTime", "")) / 60)
        words = queue_words(wait.language, int(place) if place.isdigit() else None, minutes, call_back=offer)
        pressed = f"/twilio/leave/{call.epoch}.{call.turn}.{call.most}" if offer else ""
        return await self._documents.waiting(Say(words, language=wait.language), left, pressed)

    async def pressed(self, call: Call) -> bytes:
        """Who waits has pressed a key."""
        if call.form.get("Digits") == CALL_BACK or not await self._is_here(call):
            return leave()
        return redirect(f"/twilio/wait/{call.epoch}.{call.turn}.{call.most}")

    async def _is_here(self, call: Call) -> bool:
        """Nobody has led the call elsewhere meanwhile."""
        last = await self._store.last_answer(call.contact)
        return last is None or last.epoch == call.epoch


def offers_call(flow: Flow, handoff: str) -> bool:
    """Whether who leaves that queue is promised a call, without being asked whether they want one."""
    step = flow.steps.get(handoff)
    name = step.unavailable if isinstance(step, Handoff) else ""
    for _ in range(MOST_STEPS):
        match flow.steps.get(name):
            case CallbackStep():
                return True
            case SayStep(next=following) | SetStep(next=following) | AskSlot(next=following):
                name = following
            case _:
                return False
    return False
