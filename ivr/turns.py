"""A turn as the store keeps it and as pages show it. Pure but for the link's token, which is derived, not drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from context_bridge.links import new_link, token_for
from context_bridge.records import Change, HistoryRow, LinkRow, OutboxRow
from ivr.arrivals import LINK_TRUST
from ivr.engine.actions import Action, Collect, Say, Send
from ivr.engine.events import Arrived, Event, Input, InvokeFailed, Left
from ivr.engine.flow import AskSlot, Flow
from ivr.engine.journey import Journey
from ivr.engine.waits import wait_of

MASKED = "••••"
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event did."""

    flow: Flow
    event: Event
    before: Journey
    after: Journey
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long things are kept (seconds) and the secret that links are derived from."""

    secret: bytes
    journey: float
    link: float


def change_of(turn: Turn, keeping: Keeping) -> Change:
    """The next revision with its history row, its outbox rows and their links, for one transaction."""
    before, event = turn.before, turn.event
    after = replace(turn.after, rev=before.rev + 1)
    contact = after.contact
    sends = [action for action in turn.actions if isinstance(action, Send)]
    outbox = tuple(_outbox(after, before, send, n, event.at) for n, send in enumerate(sends))
    return Change(
        journey=after,
        expected_rev=before.rev,
        customer=after.customer,
        node=contact.node if contact else None,
        # moved in whole hours only: an index on what changes each turn would cost every turn
        expires_at=(event.at + keeping.journey) // HOUR * HOUR,
        at=event.at,
        history=_history(turn, after),
        outbox=outbox,
        links=tuple(_link(row, send, keeping, event.at) for row, send in zip(outbox, sends, strict=True) if send.link),
    )


def _outbox(after: Journey, before: Journey, send: Send, n: int, at: float) -> OutboxRow:
    contact = after.contact or before.contact
    payload = {"to": contact.reach.get(send.by, "") if contact else "", "text": send.text, "link": send.link}
    return OutboxRow(f"{after.id}:{after.rev}:{n}", after.id, send.by, payload, at)


def _link(row: OutboxRow, send: Send, keeping: Keeping, at: float) -> LinkRow:
    token = token_for(keeping.secret, row.key)
    return new_link(token, row.journey, send.to_step, LINK_TRUST, at, keeping.link)


def _history(turn: Turn, after: Journey) -> HistoryRow:
    event, before = turn.event, turn.before
    contact = after.contact or before.contact
    body: dict[str, Any] = {
        "contact": event.contact,
        "channel": contact.channel if contact else None,
        "step": after.step,
        "said": [action.text for action in turn.actions if isinstance(action, Say)],
        "actions": [type(action).__name__ for action in turn.actions],
    }
    match event:
        case Input():
            body["heard"] = MASKED if _secret(turn.flow, before) else _heard(turn.flow, before, event)
        case Left():
            body |= {"reason": event.reason, "detail": event.detail}
        case InvokeFailed():
            body["reason"] = event.reason
        case Arrived():
            body |= {"channel": event.channel, "resume": event.resume, "trust": event.trust}
        case _:
            pass
    return HistoryRow(after.id, after.rev, event.at, type(event).__name__, body)


def _heard(flow: Flow, journey: Journey, event: Input) -> str:
    """As people read it: a button is its label and not its id."""
    wait = wait_of(flow.in_language(journey.language), journey)
    if event.mode == "button" and isinstance(wait, Collect):
        for option in (*wait.options, *wait.always):
            if option.id == event.text:
                return option.label or option.id
    return event.text[:1000]


def _secret(flow: Flow, journey: Journey) -> bool:
    """Whether the question that was open asked for a secret: then not even a wrong answer is kept."""
    asking = flow.steps.get(journey.step or "")
    return isinstance(asking, AskSlot) and flow.slots[asking.slot].sensitivity == "secret"


def shown(change: Change, turn: Turn) -> Mapping[str, Any]:
    """The live event of a turn, for pages."""
    body = change.history.body
    return {
        "journey": change.journey.id,
        "rev": change.journey.rev,
        "contact": turn.event.contact,
        "channel": body["channel"],
        "event": change.history.kind,
        "step": change.journey.step,
        "status": change.journey.status,
        "heard": body.get("heard", ""),
        "said": body["said"],
    }
