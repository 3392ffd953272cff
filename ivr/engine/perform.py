"""What each kind of step does when the flow comes to it. Pure: a turn is changed, and gets actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from ivr.engine import conditions, render, verify
from ivr.engine.actions import BookCallback, Send
from ivr.engine.data import replace
from ivr.engine.match import MAX_TEXT
from ivr.engine.steps import (
    AskSlot,
    Branch,
    CallbackStep,
    End,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    RecordStep,
    Ref,
    SayStep,
    SendStep,
    SetStep,
    Split,
    Step,
    Template,
    TransferStep,
    Verify,
)

if TYPE_CHECKING:
    from ivr.engine.turn import Turn  # which calls `perform`

LANGUAGE, NUMBER = "language", "customer.number"  # what a `set` of these names changes is no slot
DIGITS = frozenset("0123456789")


def perform(turn: Turn, step: Step) -> str | None:  # noqa: C901  # one case for each kind of step
    """Do what a step does. The name of the step to go on with, or None: the turn has ended."""
    match step:
        case Menu():
            turn.visit()
            turn.note_ask(None, known=False)
            turn.wait()
        case AskSlot():
            return _ask(turn, step)
        case SayStep():
            turn.visit()
            turn.say(step.prompt)
            return step.next
        case InvokeStep():
            turn.visit()
            turn.invoke()
        case SendStep():
            return _send(turn, step)
        case Handoff():
            turn.visit()
            turn.journey = replace(turn.journey, status="queued", agent="")
            turn.wait()
        case TransferStep():
            return _transfer(turn, step)
        case SetStep():
            return _set(turn, step)
        case Branch():
            return conditions.chosen(turn.flow, turn.journey, step, turn.at, turn.switches)
        case Split():
            return conditions.drawn(turn.journey, turn.journey.step or "", step)
        case RecordStep():
            return _take_message(turn, step)
        case CallbackStep():
            return _promise(turn, step)
        case Verify():
            return _verify(turn, step)
        case Goto():
            return step.target
        case End():
            turn.visit()
            turn.say(step.prompt)
            turn.finish()
        case _:
            assert_never(step)
    return None


def _transfer(turn: Turn, step: TransferStep) -> str | None:
    """Who writes to us can call the number themselves, and is told it; of another address they have nothing."""
    turn.visit()
    if render.spoken(turn.journey):
        turn.wait()
        return None
    if not step.number:
        return step.unanswered
    turn.say(step.prompt)
    turn.tell_number(step.number)
    if step.done is None:
        turn.finish()
    return step.done


def _ask(turn: Turn, step: AskSlot) -> str | None:
    """A slot that is known is not asked."""
    if step.slot in turn.journey.slots:
        turn.note_ask(step.slot, known=True)
        return step.next
    if turn.contact.channel in step.fallback:
        return step.fallback[turn.contact.channel]
    turn.visit()
    turn.note_ask(step.slot, known=False)
    turn.wait()
    return None


def _take_message(turn: Turn, step: RecordStep) -> str | None:
    """A message that was left is not asked for again."""
    if step.slot in turn.journey.slots:
        turn.note_ask(step.slot, known=True)
        return step.next
    turn.visit()
    turn.note_ask(step.slot, known=False)
    turn.wait()
    return None


def _promise(turn: Turn, step: CallbackStep) -> str:
    """Without a number there is nothing to promise."""
    flow, journey = turn.flow, turn.journey
    number = render.for_service(flow, journey, step.number) or turn.contact.reach.get("sms", "")
    if not any(character in DIGITS for character in number):
        return step.failed
    turn.visit()
    when, why = render.for_agent(flow, journey, step.when), render.summary(flow, journey)
    turn.actions.append(BookCallback(journey.step or "", number.strip(), step.queue, when, why))
    turn.say(step.prompt)
    return step.next


def _verify(turn: Turn, step: Verify) -> str | None:
    """Proof that was given is not asked for again; after too many misses not at all."""
    if verify.is_proven(turn.journey, step):
        turn.note_ask(step.slot, known=True)
        return step.done
    if verify.is_closed(turn.journey, step, turn.at):
        return step.failed
    turn.journey = verify.opened(turn.journey, step)
    if verify.is_given(turn.journey, step):
        turn.check(step)
        return None
    if not turn.send_code(step):
        return step.failed
    turn.visit()
    turn.note_ask(step.slot, known=False)
    turn.wait()
    return None


def _send(turn: Turn, step: SendStep) -> str:
    if step.by not in turn.contact.reach:
        return step.failed or step.next
    turn.visit()
    text = render.for_send(turn.flow, turn.journey, step.text)
    turn.actions.append(Send(step.by, text, step.to_step, link=Ref("link") in step.text))
    return step.next


def _set(turn: Turn, step: SetStep) -> str:
    """All values are made of what was known before the step."""
    values = {
        slot: render.for_slot(turn.flow, turn.journey, template, slot)[:MAX_TEXT]
        for slot, template in step.values.items()
    }
    if (language := values.pop(LANGUAGE, None)) is not None:
        turn.speak(language)
    if number := values.pop(NUMBER, ""):
        turn.reach(number)
    before = turn.journey.slots
    turn.keep(values, given=False)
    turn.belongs({slot: before[copied] for slot, value in step.values.items() if (copied := _copied(value)) in before})
    return step.next


def _copied(value: Template) -> str:
    """The slot that a value is a mere copy of."""
    match value:
        case (Ref(name, "plain"),):
            return name
        case _:
            return ""
