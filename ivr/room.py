"""How much a journey may hold. A turn that would overfill it is answered all the same, and what was there stays.

What customers and back offices say fills a part of a journey's 64 KB only. So what merely happens to a customer (they
come, they leave, they are silent, an agent takes them) always finds room, made by its own oldest lines if need be.
"""

from __future__ import annotations

from context_bridge.codec import dump
from ivr.engine.actions import Hangup, Say
from ivr.engine.data import replace
from ivr.engine.events import Event, Input, Invoked, InvokeFailed
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.render import say
from ivr.engine.step import current_wait, step
from ivr.engine.words import words_of
from ivr.turns import Turn

VALUES = 40 * 1024  # bytes of all slots: ten answers of 1,000 characters outside Unicode's first plane
WHOLE = 60 * 1024  # bytes of a journey; the store takes 64 KB
LINES = 20  # of the ledger and of the path that stay when they must make room
SURELY = 24 * 1024  # bytes by a rough guess, below which nothing is measured: so nearly every turn
VALUE, LINE = 200, 300  # bytes, in that guess, of a slot beside its characters, and of a line


def taken(flow: Flow, journey: Journey, event: Event) -> Turn:
    """The turn of an event. Where its words find no room it is another one: the customer is told and not understood,
    by the menu's own rules for that, and a back office has failed."""
    turn = _stepped(flow, journey, event)
    if _fits(turn):
        return _with_room(turn)
    turn = _without_its_words(turn)
    return _with_room(turn) if _fits(turn) else _refused(turn)


def _stepped(flow: Flow, journey: Journey, event: Event) -> Turn:
    return Turn(flow, event, journey, *step(flow, journey, event))


def _fits(turn: Turn) -> bool:
    after = turn.after
    if _guess(after) < SURELY:
        return True
    return (after.slots == turn.before.slots or _size(after.slots) <= VALUES) and _size(_shorter(after)) <= WHOLE


def _without_its_words(turn: Turn) -> Turn:
    match turn.event:
        case Input() as said:
            found = _stepped(turn.flow, turn.before, replace(said, text=""))
            return replace(found, event=said, actions=(_sorry(turn), *found.actions))
        case Invoked() as told:
            reason = "it answered with more than the journey can hold"
            failed = InvokeFailed(id=told.id, at=told.at, contact=told.contact, turn=told.turn, reason=reason)
            return _stepped(turn.flow, turn.before, failed)
        case _:
            return turn


def _refused(turn: Turn) -> Turn:
    """Whatever the menu does next, it does not fit either."""
    before, flow = turn.before, turn.flow
    if isinstance(turn.event, Input):
        return replace(turn, after=before, actions=(_sorry(turn), *current_wait(flow, before)))
    flow = flow.in_language(before.language)
    return replace(turn, after=before, actions=(*say(flow, turn.after, flow.sorry), Hangup("broken")))


def _sorry(turn: Turn) -> Say:
    language = turn.flow.in_language(turn.before.language).language
    return Say(words_of(language).too_much, fixed=True, language=language)


def _with_room(turn: Turn) -> Turn:
    if _guess(turn.after) < SURELY or _size(turn.after) <= WHOLE:
        return turn
    return replace(turn, after=_shorter(turn.after))


def _shorter(journey: Journey) -> Journey:
    return replace(journey, ledger=journey.ledger[-LINES:], path=journey.path[-LINES:])


def _guess(journey: Journey) -> int:
    """Bytes, rather too many than too few."""
    values = sum(4 * len(slot.value) + VALUE for slot in journey.slots.values())
    return values + LINE * (len(journey.ledger) + len(journey.path))


def _size(value: object) -> int:
    return len(dump(value).encode())
