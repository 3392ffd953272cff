"""The chat's wire: what pages send, and actions as the JSON that they show. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from context_bridge.records import HistoryRow
from ivr.engine.actions import Action, Collect, Enqueue, Hangup, Invoke, Option, Say, Send

LONGEST = 1000  # characters of one message
PERSON = "0"  # the key that means a person by convention of all phone menus
CUSTOMER = "customer"  # the sender of a customer's own words


class Typed(Struct, frozen=True, forbid_unknown_fields=True):
    """A message or a pressed button. `id` is made by the page and names this one for ever: sent again, it is
    answered again and done once. `turn` is the question that it answers."""

    text: str
    id: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]
    turn: int | None = None
    button: bool = False


class Bubble(Struct, frozen=True):
    """`sender`: segue, customer or agent. `language` (BCP 47) of what we say ourselves."""

    sender: Literal["segue", "customer", "agent"] = field(name="from")
    text: str
    name: str = ""
    at: float | None = None
    language: str | None = None


class Button(Struct, frozen=True):
    id: str
    label: str


class Reply(Struct, frozen=True):
    """What a turn says and what it waits for. `status`: live, queued, with_agent, or why it ended: finished, moved,
    broken, left. `secret`: what is typed next must not be shown. `language` (BCP 47): of the
    buttons."""

    messages: list[Bubble] = []
    options: list[Button] = []
    always: list[Button] = []
    turn: int | None = None
    ended: bool = False
    status: str = "live"
    secret: bool = False
    kind: str | None = None
    language: str | None = None


class State(Struct, frozen=True):
    """All that a page needs to show the chat from nothing. `status` none: there is no chat yet. `after` is where
    `/chat/events` goes on from here."""

    title: str
    reply: Reply
    agent: str = ""
    after: str | None = None


def render(actions: Iterable[Action]) -> Reply:
    """One turn's actions as a reply."""
    messages: list[Bubble] = []
    reply = Reply(messages)
    for action in actions:
        match action:
            case Say(text, language=language):
                messages.append(Bubble("segue", text, language=language))
            case Collect():
                options = _buttons(action.options)
                shown = {button.label for button in options}  # a step may offer a person among its own answers
                reply = Reply(
                    messages,
                    options=options,
                    always=[button for button in _buttons(action.always) if button.label not in shown],
                    turn=action.turn,
                    secret=action.secret,
                    kind=action.type,
                    language=action.language,
                )
            case Enqueue(turn):
                reply = Reply(messages, turn=turn, status="queued")
            case Hangup(reason):
                reply = Reply(messages, ended=True, status=reason)
            case Send() | Invoke():
                pass  # the driver carries these out
    return reply


def _buttons(options: Iterable[Option]) -> list[Button]:
    """Those that have words for eyes; the others can still be typed."""
    labels = ((option.id, option.label or ("talk to a person" if option.key == PERSON else "")) for option in options)
    return [Button(name, label[0].upper() + label[1:]) for name, label in labels if label]


def transcript(rows: Iterable[HistoryRow]) -> list[Bubble]:
    """What was said in the newest contact of a journey: the rows since somebody last arrived."""
    bubbles: list[Bubble] = []
    for row in rows:
        if row.kind == "Arrived":
            bubbles = []
        bubbles += _bubbles(row)
    return bubbles


def _bubbles(row: HistoryRow) -> list[Bubble]:
    body: Any = row.body
    if row.kind == "Message":
        sender = body["sender"]
        by: Literal["customer", "agent"] = "customer" if sender == CUSTOMER else "agent"
        return [Bubble(by, body["text"], "" if by == "customer" else sender, row.at)]
    heard = [Bubble("customer", body["heard"], at=row.at)] if body.get("heard") else []
    language = body.get("language")
    return heard + [Bubble("segue", text, at=row.at, language=language) for text in body.get("said", ())]
