"""Whether what is said at a question may be kept, while ops have that on, to find out why callers are misunderstood.

Only where the customer has agreed in this journey (`keep_speech` in the menu), and only at questions whose answers are
public. An answer may hold more than its question asks for: values for what is asked next, or what was answered last,
put right. So these have to be public too.

Known limit, by choice: what people say unasked cannot be foreseen.
"""

from __future__ import annotations

from collections.abc import Iterator

from ivr.engine.actions import Collect
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.questions import intents_at
from ivr.engine.sentence import empty_slots
from ivr.engine.steps import AskSlot, Menu


def may_be_kept(flow: Flow, journey: Journey, wait: Collect) -> bool:
    agreed = journey.slots.get(flow.keep_speech or "")
    if wait.secret or agreed is None or agreed.value != "yes":
        return False
    return all(flow.slots[name].sensitivity == "public" for name in _told(flow, journey, wait) if name in flow.slots)


def _told(flow: Flow, journey: Journey, wait: Collect) -> Iterator[str]:
    """The slots that an answer may hold a value of."""
    if wait.slot:
        yield wait.slot
    for guess in journey.doubt.guesses if journey.doubt else ():
        yield from guess.values
    for target in _targets(flow, wait):
        yield from (spec.name for spec in empty_slots(flow, journey, target))
    yield from _corrected(journey)


def _targets(flow: Flow, wait: Collect) -> Iterator[str | None]:
    match question := flow.steps.get(wait.step):
        case Menu():
            choices = (*question.choices, *flow.always, *intents_at(flow, question).values())
            yield from (choice.goto for choice in choices)
        case AskSlot():
            yield question.next


def _corrected(journey: Journey) -> Iterator[str]:
    """What this contact answered last, and may take back in words (`ivr.engine.corrections`). Taking a choice of a menu
    is an answer, too."""
    contact = journey.contact.id if journey.contact else None
    given = {name: slot.at for name, slot in journey.slots.items() if slot.channel and slot.contact == contact}
    latest = max(given.values(), default=0.0)
    if not any(visit.chose and visit.at >= latest for visit in journey.path):
        yield from (name for name, at in given.items() if at == latest)
