"""A contact begins: where it goes on. In any channel, at the same step, with the same answers."""

from __future__ import annotations

from ivr.engine.data import replace
from ivr.engine.events import Arrived
from ivr.engine.flow import Flow
from ivr.engine.journey import Contact, Doubt, Journey
from ivr.engine.match import NOTE, clean
from ivr.engine.render import ATTESTED
from ivr.engine.steps import End, Prompt
from ivr.engine.turn import Turn
from ivr.engine.words import words_of


def arrived(turn: Turn, event: Arrived) -> None:
    """The new contact has the journey, whoever had it before. The flow may be a newer version than the journey was
    pinned to; then it is pinned to this one, at the same step or where that was moved to. If it is nowhere in there, we
    say so and begin again, with the answers there are."""
    over = _is_over(turn.flow, turn.journey)
    turn.journey = _taken_over(turn, event)
    if event.language and turn.journey.language is None and (over or event.resume == "fresh"):
        turn.speak(event.language)
    at = turn.journey.step or turn.flow.start
    link = turn.flow.kept(event.step)
    if (elsewhere := _switched(turn)) is not None:
        if over or event.resume == "fresh":
            turn.forget()
        turn.go(elsewhere)
    elif link is not None:
        _go_on(turn, link)
    elif over or event.resume == "fresh":
        turn.start_over()
    elif at not in turn.flow.steps:
        turn.tell(words_of(turn.flow.language).changed)
        turn.begin()
    elif event.resume == "offer":
        turn.say(_lead(turn))
        turn.offer()
    else:
        _go_on(turn, at)


def _switched(turn: Turn) -> str | None:
    """What ops have switched on is said to whoever arrives; where it leads them, if anywhere."""
    on = [switch for name, switch in turn.flow.switches.items() if name in turn.switches]
    for switch in on:
        turn.say(switch.say)
    return next((switch.goto for switch in on if switch.goto), None)


def _is_over(flow: Flow, journey: Journey) -> bool:
    """Nothing is left to go on with."""
    step = journey.step
    return step is None or journey.status == "finished" or isinstance(flow.steps.get(step), End)


def _taken_over(turn: Turn, event: Arrived) -> Journey:
    journey = turn.journey
    if journey.contact is not None:
        # Nobody is on two calls at once: who phones again lost the line, and we have not noticed yet.
        lost = journey.contact.channel == event.channel == "voice"
        journey = replace(journey, left="dropped" if lost else "moved", left_detail="", left_at=event.at)
    name = clean(event.customer_name, NOTE)
    contact = Contact(event.contact, event.channel, event.trust, event.reach, name, event.node)
    customer = event.customer or journey.customer
    journey = replace(journey, contact=contact, customer=customer, status="live", unheard=0, corrections=0)
    if journey.doubt and not _may_hear(turn.flow, journey.doubt, contact):
        journey = replace(journey, doubt=None)
    return _in_version(turn.flow, journey)


def _may_hear(flow: Flow, doubt: Doubt, contact: Contact) -> bool:
    """Whether what another contact said may be said back to this one."""
    values = {name for guess in doubt.guesses for name in guess.values}
    private = any(name not in flow.slots or flow.slots[name].sensitivity != "public" for name in values)
    return contact.trust >= ATTESTED or not private


def _in_version(flow: Flow, journey: Journey) -> Journey:
    """Pinned to that version. Where its step was moved to, the tries begin anew; and of an answer to a slot that is
    not there any more nobody could say who may see it."""
    if journey.version == flow.version:
        return journey
    slots = {name: slot for name, slot in journey.slots.items() if name in flow.slots}
    journey = replace(journey, version=flow.version, slots=slots, doubt=None, owed=flow.kept(journey.owed))
    step = flow.kept(journey.step)
    if step is None or step == journey.step:
        return journey
    return replace(journey, step=step, noinputs=0, nomatches=0, misheard=0)


def _go_on(turn: Turn, step: str) -> None:
    """No welcome: a few words that we remember, then what belongs to the step."""
    if lead := _lead(turn):
        turn.say(lead)
    else:
        turn.tell(words_of(turn.flow.language).continuing)
    turn.return_to(step, keep_counters=step == turn.journey.step)


def _lead(turn: Turn) -> Prompt | None:
    """What the menu says first to somebody who left so, and so long ago."""
    journey, resume = turn.journey, turn.flow.resume
    rules = resume.dropped if journey.left == "dropped" else resume.unfinished
    away = turn.at - (journey.left_at if journey.left_at is not None else turn.at)
    return next((rule.say for rule in rules if away <= rule.within), None)
