"""What the customer hears next is decided here, and nowhere else.

`step` takes one event to the next wait. It is pure and total: whatever a customer, an agent, a back office or the
network does, it answers. The flow is one that the loader has checked.

An event counts if it belongs to the contact that the journey is in and to the wait that is current. Anything else
(late, repeated, out of place, from a contact that was left) changes nothing and is answered by the current wait.

The parts: `arriving` (a contact begins), `answers` (what customers do at a question), `turn` (steps that run by
themselves), `waits` (what is waited for), `wording` (the words that ask for it), `match` (texts to values), `render`
(values to words), `words` (built-in).
"""

from __future__ import annotations

from typing import Literal

from ivr.engine import verify
from ivr.engine.actions import Action, Hangup
from ivr.engine.answers import answered, checked, offer_answered, offer_silent, recorded, silent, unchecked, unheard
from ivr.engine.arriving import arrived
from ivr.engine.data import replace
from ivr.engine.events import (
    AgentJoined,
    Arrived,
    Event,
    Expired,
    Input,
    Invoked,
    InvokeFailed,
    Left,
    NoInput,
    QueueLeft,
    Recorded,
    Requeued,
    TransferAnswered,
    TransferEnded,
    Unheard,
)
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey, Status
from ivr.engine.match import NOTE, clean, saved_value
from ivr.engine.render import summary
from ivr.engine.steps import AskSlot, Handoff, InvokeStep, Menu, RecordStep, Step, TransferStep, Verify
from ivr.engine.turn import Turn
from ivr.engine.waits import current_wait, is_on
from ivr.engine.words import words_in, words_of

HANDED_ON = 500  # characters kept of what an agent writes for the next one

__all__ = ["current_wait", "step", "summary"]


def step(flow: Flow, journey: Journey, event: Event) -> tuple[Journey, tuple[Action, ...]]:
    """One turn: the changed journey, and says and sends followed by one wait or a hang-up. Never raises."""
    if _is_elsewhere(journey, event):
        return journey, (Hangup("moved"),)
    turn = Turn(flow, journey, event)
    if _is_late(journey, event) or not _take(turn, event):
        return journey, current_wait(flow, journey)
    return turn.result


def _is_elsewhere(journey: Journey, event: Event) -> bool:
    """The event is of a contact that another one has taken the journey from. What is said to that one may be more
    than this one may hear."""
    if journey.contact is None or journey.contact.id == event.contact:
        return False
    match event:
        case Expired():
            return False
        case Arrived():
            return event.id in journey.seen
        case _:
            return True


def _is_late(journey: Journey, event: Event) -> bool:
    """The event was handled before, or answers a wait that is over."""
    if event.id in journey.seen:
        return True
    match event:
        case Arrived() | Left() | Expired():
            return False
        case _:
            return event.turn is not None and event.turn != journey.turn


def _take(turn: Turn, event: Event) -> bool:  # noqa: C901  # one line for each thing that can happen somewhere
    """Take the event to the next wait; False if it has no place where the journey stands."""
    match event, _place(turn.flow, turn.journey):
        case Arrived() as arrival, _ if not _is_here(turn, arrival):
            arrived(turn, arrival)
        case Input() as said, (Menu() | AskSlot() | RecordStep()) as question:
            answered(turn, question, said)
        case NoInput(), (Menu() | AskSlot() | RecordStep()) as question:
            silent(turn, question)
        case Unheard() as lost, Menu() | AskSlot() | "offer":
            unheard(turn, lost)
        case Recorded() as message, RecordStep() as question:
            recorded(turn, question, message)
        case Input() as said, "offer":
            offer_answered(turn, said)
        case NoInput(), "offer":
            offer_silent(turn)
        case Invoked() as answer, InvokeStep() as asked:
            _save(turn, asked, answer)
        case InvokeFailed(), InvokeStep() as asked:
            turn.go(asked.failed)
        case AgentJoined() as joined, Handoff():
            turn.journey = replace(turn.journey, status="with_agent", agent=clean(joined.agent, NOTE))
            turn.wait_on()
        case QueueLeft() as end, Handoff() as handoff:
            _leave_queue(turn, handoff, end)
        case Requeued() as back, Handoff() if turn.journey.status == "with_agent":
            _queue_again(turn, back)
        case TransferAnswered(), TransferStep() if turn.journey.status == "live":
            turn.journey = replace(turn.journey, status="transferred")
            turn.wait_on()
        case TransferEnded() as end, TransferStep() as transfer:
            _take_back(turn, transfer, end)
        case Left() as left, place if turn.journey.contact is not None:
            _leave(turn, left, place)
        case Expired(), _ if turn.journey.status != "expired":
            turn.journey = replace(turn.journey, status="expired", contact=None)
            turn.hang_up()
        case _, Verify() as question:
            return _prove(turn, question, event)
        case _:
            return False
    return True


def _prove(turn: Turn, question: Verify, event: Event) -> bool:
    """A proof is asked for, then checked; False if the event is not what is waited for."""
    match event, verify.is_given(turn.journey, question):
        case Input() as said, False:
            answered(turn, question, said)
        case NoInput(), False:
            silent(turn, question)
        case Unheard() as lost, False:
            unheard(turn, lost)
        case Invoked() as answer, True:
            checked(turn, question, answer)
        case InvokeFailed(), True:
            unchecked(turn, question)
        case _:
            return False
    return True


def _place(flow: Flow, journey: Journey) -> Step | Literal["offer"] | None:
    """What the journey waits at; None when it waits for nobody."""
    if not is_on(journey):
        return None
    return "offer" if journey.offering else flow.steps.get(journey.step or "")


def _is_here(turn: Turn, event: Arrived) -> bool:
    """The contact is on already, and no link leads it elsewhere."""
    contact = turn.journey.contact
    here = contact is not None and contact.id == event.contact and is_on(turn.journey)
    return here and event.step not in turn.flow.steps


def _save(turn: Turn, asked: InvokeStep, event: Invoked) -> None:
    """All the values that the flow needs, or none: half an answer is a failure. An empty value is a whole one: it is
    known that there is none, and the slot is forgotten."""
    words = words_in(turn.flow)
    found = {
        slot: saved_value(turn.flow.slots.get(slot), text, words, event.at) if text != "" else ""
        for slot, name in asked.save.items()
        if (text := event.result.get(name)) is not None
    }
    values = {slot: value for slot, value in found.items() if value is not None}
    if len(values) < len(asked.save):
        turn.go(asked.failed)
    else:
        turn.keep(values, given=False)
        turn.go(asked.done)


def _leave_queue(turn: Turn, handoff: Handoff, event: QueueLeft) -> None:
    if event.outcome != "done":
        turn.go(handoff.unavailable)
    elif handoff.done is not None:
        turn.go(handoff.done)
    else:
        turn.finish()


def _take_back(turn: Turn, transfer: TransferStep, event: TransferEnded) -> None:
    """Whom we cannot dial, the caller may."""
    if event.outcome == "unable":
        turn.tell(words_of(turn.flow.language).cannot_transfer)
        if transfer.number:
            turn.tell_number(transfer.number)
    if event.outcome != "answered":
        turn.go(transfer.unanswered)
    elif transfer.done is not None:
        turn.go(transfer.done)
    else:
        turn.finish()


def _queue_again(turn: Turn, event: Requeued) -> None:
    """What an agent wrote about the customer stays when a colleague does not come."""
    passed = event.passed and replace(event.passed, note=clean(event.passed.note, HANDED_ON))
    turn.journey = replace(turn.journey, status="queued", agent="", passed=passed or turn.journey.passed)
    turn.wait()


def _leave(turn: Turn, event: Left, place: Step | Literal["offer"] | None) -> None:
    """The contact ends, the journey does not, unless it was at its end: finished, or done with somebody after whom
    nothing is planned. A line that is lost in the middle of that talk is no end."""
    journey = turn.journey
    talking = journey.status in {"with_agent", "transferred"}
    talk = talking and isinstance(place, Handoff | TransferStep) and place.done is None
    status: Status = "dropped" if event.reason == "dropped" else "paused"
    if journey.status == "finished" or (talk and event.reason in {"caller", "ours"}):
        status = "finished"
    turn.journey = replace(
        journey,
        status=status,
        contact=None,
        left=event.reason,
        left_detail=clean(event.detail, NOTE),
        left_at=event.at,
    )
    turn.hang_up()
