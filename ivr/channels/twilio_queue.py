"""Who waits in a queue of Twilio's: where they stand, music, and the offer to be called back.

Twilio asks for the next words whenever the last ones have ended. An Enqueue has no time-out: we are its clock. Who
presses 1, and whose time is over, leaves the queue; the turn that follows is the queue's own action: it happens once.
That somebody pressed 1 is kept among the answers until then: the action does not say why the queue was left.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.records import AnswerRow
from ivr.channels import twilio_wire as wire
from ivr.channels.queue_words import queue_words
from ivr.channels.twilio_call import MOST, PATH, Call, Webhook
from ivr.channels.twilio_documents import Documents
from ivr.channels.twilio_twiml import leave, redirect
from ivr.driver import Answering, Driver
from ivr.engine.actions import Action, Collect, Enqueue, Say
from ivr.engine.events import Input, QueueLeft
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.steps import AskSlot, CallbackStep, Goto, Handoff, Menu, SayStep, SetStep

CALL_BACK = "1"
AT_ONCE = ""  # no choice is to be taken
MOST_STEPS = 20  # from the end of a queue to where a call is promised

log = logging.getLogger(__name__)

Actions = tuple[Action, ...]


class Queue:
    def __init__(self, driver: Driver, store: ContextStore, documents: Documents) -> None:
        self._driver, self._store, self._documents = driver, store, documents

    def webhooks(self) -> Sequence[tuple[str, Webhook]]:
        return ((f"/twilio/wait/{PATH}{MOST}", self.wait), (f"/twilio/leave/{PATH}{MOST}", self.pressed))

    async def wait(self, call: Call) -> bytes:
        """The next words; music alone while the database is away. `call.most`: the seconds that one may wait at all."""
        left = call.most - int(wire.seconds(call.form.get("QueueTime", "")))
        try:
            return await self._words(call, left)
        except StoreUnavailable as error:
            log.warning("call %s waits on with music alone: %s", call.contact, error)
            return self._documents.music(max(left, 1))

    async def _words(self, call: Call, left: int) -> bytes:
        found = await self._driver.current(call.contact)
        if left <= 0 or found is None or not await self._is_here(call):
            return leave()
        journey, actions = found
        if not isinstance(wait := actions[-1], Enqueue):
            return leave()
        offer = way_to_call(await self._driver.flow(journey), wait.step) is not None
        place = call.form.get("QueuePosition", "")
        minutes = math.ceil(wire.seconds(call.form.get("AvgQueueTime", "")) / 60)
        words = queue_words(wait.language, int(place) if place.isdigit() else None, minutes, call_back=offer)
        pressed = f"/twilio/leave/{call.epoch}.{call.turn}.{call.most}" if offer else ""
        return await self._documents.waiting(Say(words, language=wait.language), left, pressed)

    async def pressed(self, call: Call) -> bytes:
        """Who waits has pressed a key."""
        if not await self._is_here(call):
            return leave()
        if call.form.get("Digits") != CALL_BACK:
            return redirect(f"/twilio/wait/{call.epoch}.{call.turn}.{call.most}")
        found = await self._driver.current(call.contact)
        if found is not None and isinstance(wait := found[1][-1], Enqueue):
            way = way_to_call(await self._driver.flow(found[0]), wait.step) or AT_ONCE
            await self._store.put_answer(AnswerRow(_wish(call.contact), *call.place, "", way, self._driver.now()))
        return leave()

    async def left(self, call: Call, event: QueueLeft, answering: Answering) -> Actions:
        """The turn of who has left the queue. Who pressed 1 has answered the menu that would ask them what to do now,
        and does not hear it. Without `pressed`, or where they have talked to an agent, or are asked something that has
        no such choice, nothing is answered for them."""
        wish = await self._store.answer(_wish(call.contact), *call.place)
        if wish is None or wish.body == AT_ONCE or event.outcome == "done":
            return await self._driver.advance(event, answering=answering, ask=False)
        actions = await self._driver.advance(event, answering=_Unless(wish.body, answering), ask=False)
        if (wait := _question(actions, wish.body)) is None:
            return actions
        name, at = f"{call.event}:call-back", self._driver.now()
        chosen = Input(id=name, at=at, contact=call.contact, text=wish.body, mode="button", turn=wait.turn)
        return await self._driver.advance(chosen, answering=answering, ask=False)

    async def _is_here(self, call: Call) -> bool:
        """Nobody has led the call elsewhere meanwhile."""
        last = await self._store.last_answer(call.contact)
        return last is None or last.epoch == call.epoch


class _Unless:
    """Makes the answer of a turn, unless that choice is an answer to what the turn asks: then another turn follows."""

    def __init__(self, choice: str, answering: Answering) -> None:
        self._choice, self._answering = choice, answering

    async def make(self, journey: Journey, actions: Actions) -> AnswerRow | None:
        return None if _question(actions, self._choice) else await self._answering.make(journey, actions)

    def saved(self) -> None:
        self._answering.saved()


def _question(actions: Actions, choice: str) -> Collect | None:
    """What a turn asks, if that choice is an answer to it."""
    wait = actions[-1]
    return wait if isinstance(wait, Collect) and choice in {option.id for option in wait.options} else None


def way_to_call(flow: Flow, handoff: str) -> str | None:
    """How who leaves that queue is promised a call: `AT_ONCE`, or by this choice (its id) of the menu that says that
    nobody is free. None: they are not."""
    step = flow.steps.get(handoff)
    return _way(flow, step.unavailable, by_menu=True) if isinstance(step, Handoff) else None


def _way(flow: Flow, name: str, *, by_menu: bool) -> str | None:
    for _ in range(MOST_STEPS):
        match flow.steps.get(name):
            case CallbackStep():
                return AT_ONCE
            case SayStep(next=following) | SetStep(next=following) | AskSlot(next=following) | Goto(target=following):
                name = following
            case Menu(choices=choices) if by_menu:
                ways = (choice.id for choice in choices if _way(flow, choice.goto or "", by_menu=False) is not None)
                return next(ways, None)
            case _:
                return None
    return None


def _wish(contact: str) -> str:
    """The name under which the answers hold that somebody pressed 1, and at which choice that is aimed."""
    return f"{contact}:call-back"
