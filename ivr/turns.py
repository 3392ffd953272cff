"""A turn as the store keeps it and as pages show it. Pure but for the link's token, which is derived, not drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from context_bridge.identity import normalize
from context_bridge.links import new_link, token_for
from context_bridge.records import AnswerRow, CallbackRow, Change, HistoryRow, LinkRow, OutboxRow
from ivr.arrivals import LINK_TRUST
from ivr.engine.actions import Action, BookCallback, Collect, Say, Send
from ivr.engine.data import Data, plain, replace
from ivr.engine.events import (
    Arrived,
    Event,
    Expired,
    Input,
    Invoked,
    InvokeFailed,
    Left,
    NoInput,
    Recorded,
    Requeued,
    TransferEnded,
    Unheard,
)
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.steps import AskSlot, InvokeStep, Menu, RecordStep, Verify
from ivr.engine.waits import wait_of

MASKED = "••••"
HOUR = 3600.0
OURS = (Send, BookCallback)  # actions that no channel performs
TRIES = 50  # compare-and-swap attempts of one change: more contacts than ever meet on one journey


class Turn(Data, frozen=True):
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


def outward(turn: Turn) -> tuple[Action, ...]:
    """What a channel must perform; the rest is carried out by us."""
    return tuple([action for action in turn.actions if not isinstance(action, OURS)])


def kept_until(at: float, keeping: Keeping) -> float:
    """Moved in whole hours only: an index on what changes each turn would cost every turn."""
    return (at + keeping.journey) // HOUR * HOUR


def change_of(turn: Turn, keeping: Keeping, region: str, answer: AnswerRow | None = None) -> Change:
    """The next revision with its history row, its outbox rows and their links, and the callbacks that it promises, for
    one transaction, with what it is answered. `region` is for numbers without a country code."""
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
        # Who is closed for having been left alone was kept for long enough.
        expires_at=event.at // HOUR * HOUR if isinstance(event, Expired) else kept_until(event.at, keeping),
        at=event.at,
        history=_history(turn, after),
        outbox=outbox,
        links=tuple(_link(row, send, keeping, event.at) for row, send in zip(outbox, sends, strict=True) if send.link),
        callbacks=tuple(
            _callback(after, event, promise, region) for promise in turn.actions if isinstance(promise, BookCallback)
        ),
        answer=answer,
    )


def _callback(after: Journey, event: Event, promise: BookCallback, region: str) -> CallbackRow:
    known = normalize(promise.number, region, "allowed")
    return CallbackRow(
        id=f"{after.id}:{promise.step}",
        journey=after.id,
        contact=event.contact,
        number=known[1] if known else promise.number,
        queue=promise.queue,
        wanted=promise.when,
        why=promise.why,
        state="open",
        at=event.at,
    )


def _outbox(after: Journey, before: Journey, send: Send, n: int, at: float) -> OutboxRow:
    contact = after.contact or before.contact
    payload: dict[str, Any] = {
        "to": contact.reach.get(send.by, "") if contact else "",
        "text": send.text,
        "link": send.link,
    }
    if send.code is not None:
        payload["code"] = send.code  # its name: the code itself is derived when it is sent
    return OutboxRow(f"{after.id}:{after.rev}:{n}", after.id, send.by, payload, at)


def _link(row: OutboxRow, send: Send, keeping: Keeping, at: float) -> LinkRow:
    token = token_for(keeping.secret, row.key)
    return new_link(token, row.journey, send.to_step, LINK_TRUST, at, keeping.link)


def _history(turn: Turn, after: Journey) -> HistoryRow:  # noqa: C901  # one case for each kind of event
    event, before = turn.event, turn.before
    contact = after.contact or before.contact
    says = [action for action in turn.actions if isinstance(action, Say)]
    body: dict[str, Any] = {
        "contact": event.contact,
        "channel": contact.channel if contact else None,
        "step": after.step,
        "said": [say.text for say in says],
        "language": says[-1].language if says else None,
        "actions": [type(action).__name__ for action in turn.actions],
        "visited": _visited(after, event.at),
    }
    if exhausted := _exhausted(turn):
        body["exhausted"] = exhausted
    if event.switches:
        body["switches"] = sorted(event.switches)
    match event:
        case Input():
            body["heard"] = MASKED if _secret(turn.flow, before) else _heard(turn.flow, before, event)
            body["mode"] = event.mode
            if event.mode == "speech":
                body["confidence"] = round(event.confidence, 2)
        case Left():
            body |= {"reason": event.reason, "detail": event.detail}
        case Recorded():
            recording = MASKED if _secret(turn.flow, before) else event.recording
            body |= {"recording": recording, "seconds": event.seconds}
        case Invoked():
            body["result"] = _answered(turn.flow, before, event)
            if proof := _proof(turn):
                body["proof"] = proof
        case InvokeFailed() | Unheard():
            body["reason"] = event.reason
        case Arrived():
            body |= {"channel": event.channel, "resume": event.resume, "trust": event.trust}
            body |= {"asked_for": event.language} if event.language else {}
        case TransferEnded():
            body |= {"outcome": event.outcome, "seconds": event.seconds}
        case Requeued(passed=passed) if passed is not None:
            body["passed"] = plain(passed)
        case _:
            pass
    return HistoryRow(after.id, after.rev, event.at, type(event).__name__, body)


def _visited(journey: Journey, at: float) -> list[str]:
    """The steps that were come to then, which are the last ones."""
    visits = takewhile(lambda visit: visit.at == at, reversed(journey.path))
    return [visit.step for visit in visits][::-1]


def _proof(turn: Turn) -> dict[str, Any]:
    """What the customer has proved who they are by in this turn, and the tier that they have now; empty: nothing."""
    asking, contact = turn.flow.steps.get(turn.before.step or ""), turn.after.contact
    if not isinstance(asking, Verify) or contact is None or turn.before.contact is None:
        return {}
    if contact.trust <= turn.before.contact.trust:
        return {}
    return {"by": "code" if asking.send else "pin", "trust": contact.trust}


def _exhausted(turn: Turn) -> str | None:
    """The question that was given up in this turn, after its last try."""
    before, after = turn.before, turn.after
    question = turn.flow.steps.get(before.step or "")
    if not isinstance(turn.event, Input | NoInput) or not isinstance(question, Menu | AskSlot) or before.offering:
        return None
    if before.noinputs + before.nomatches + 1 < question.tries.tries or after.turn == before.turn or after.doubt:
        return None
    answered = isinstance(question, AskSlot) and question.slot in after.slots
    earlier = [visit for visit in after.path if visit.at < turn.event.at]  # none: they started over
    return before.step if not answered and earlier and not earlier[-1].chose else None


def _heard(flow: Flow, journey: Journey, event: Input) -> str:
    """As people read it: a button is its label and not its id."""
    wait = wait_of(flow.in_language(journey.language), journey) if event.mode == "button" else None
    if isinstance(wait, Collect):
        for option in (*wait.options, *wait.always):
            if option.id == event.text:
                return option.label or option.id
    return event.text[:1000]


def _answered(flow: Flow, journey: Journey, event: Invoked) -> dict[str, str]:
    """What a back office gave, as far as the menu takes it."""
    asked = flow.steps.get(journey.step or "")
    if not isinstance(asked, InvokeStep):
        return {name: value[:1000] for name, value in event.result.items() if name == "ok"}
    return {
        name: MASKED if flow.slots[slot].sensitivity == "secret" else event.result[name][:1000]
        for slot, name in asked.save.items()
        if name in event.result
    }


def _secret(flow: Flow, journey: Journey) -> bool:
    """Whether the question that was open asked for a secret: then not even a wrong answer is kept."""
    asking = flow.steps.get(journey.step or "")
    if isinstance(asking, AskSlot | RecordStep):
        return flow.slots[asking.slot].sensitivity == "secret"
    return isinstance(asking, Verify)


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
