"""The shapes of the JSON API: what `docs/api.md` tells people and `/openapi.json` tells programs.

Times are Unix seconds, UTC. What comes in refuses unknown fields, since a misspelt one must not be a default.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

# Whose words are whose is told by the name, so an agent may not have the customer's.
Name = Annotated[
    str, Meta(min_length=1, max_length=80, pattern="^(?!customer$)", description="As customers may read it.")
]
Words = Annotated[str, Meta(min_length=1, max_length=1000)]


class Person(Struct, frozen=True):
    """`id` is null where we do not know who it is, or not surely."""

    id: str | None
    name: str


class SlotShown(Struct, frozen=True):
    """A slot as a desk may see it; secret ones are never among them."""

    name: str
    title: str
    value: str
    channel: str | None
    at: float


class StepShown(Struct, frozen=True):
    step: str
    channel: str
    at: float
    chose: str


class ContactShown(Struct, frozen=True):
    channel: str
    at: float
    left: str


class Tried(Struct, frozen=True):
    """A knowledge article that the customer was shown."""

    title: str
    helped: bool
    at: float


class Proof(Struct, frozen=True):
    """What a customer proved who they are by: a PIN or a one-time code."""

    by: Literal["pin", "code"]
    trust: int
    at: float


class PassedOn(Struct, frozen=True):
    """How an agent, `by`, handed the customer on: to a colleague (`to`) or a queue, with a `note`."""

    by: str
    note: str
    to: str
    queue: str


class Pop(Struct, frozen=True):
    """The screen-pop: all that an agent must know about a journey, and must not ask again."""

    contact: str | None
    journey: str
    rev: int
    menu: str
    title: str
    channel: str | None
    node: str | None
    queue: str
    status: str
    at: float
    agent: str
    customer: Person
    identifier: str
    trust: int
    trust_words: str
    why: str
    summary: str
    whisper: str
    passed: PassedOn | None
    queues: list[str]
    slots: list[SlotShown]
    answered: list[str]
    path: list[StepShown]
    candidates: list[Person]
    tried: list[Tried]
    contacts: list[ContactShown]
    proven: list[Proof]


class Turn(Struct, frozen=True):
    rev: int
    at: float
    kind: str
    body: dict[str, Any]


class JourneyPage(Struct, frozen=True):
    pop: Pop
    history: list[Turn]


class JourneyLine(Struct, frozen=True):
    id: str
    menu: str
    version: str
    rev: int
    status: str
    customer: str | None
    contact: str | None
    channel: str | None
    node: str | None
    updated_at: float


class Effect(Struct, frozen=True):
    """A message to somebody outside, as the outbox knows it."""

    key: str
    journey: str
    kind: str
    to: str
    text: str
    state: Literal["waiting", "sending", "sent", "failed"]
    attempts: int
    note: str
    due_at: float
    delivery: str = ""  # what the carrier says became of it, with its error: sent, delivered, undelivered (30003)


class Accept(Struct, frozen=True, forbid_unknown_fields=True):
    agent: Name


class PassOn(Struct, frozen=True, forbid_unknown_fields=True):
    """`agent` hands their customer on: to `queue` (one of the pop's `queues`; empty: the same), with a `note`. `to`:
    the colleague whom it is for; anybody may take them."""

    agent: Name
    note: Annotated[str, Meta(max_length=500)] = ""
    to: Annotated[str, Meta(max_length=80)] = ""
    queue: str = ""


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    text: Words
    sender: Name


class SwitchLine(Struct, frozen=True):
    """A switch of the menus. `by` and `at`: who flipped it last, and when; null: nobody ever did."""

    name: str
    title: str
    menus: list[str]
    on: bool
    by: str
    at: float | None


class Flip(Struct, frozen=True, forbid_unknown_fields=True):
    on: bool
    by: Name


class Keeping(Struct, frozen=True):
    """Whether what customers say is kept, where they agree. `by`, `why` and `at`: who said so last; `until` null: it
    was stopped."""

    on: bool
    until: float | None
    by: str
    why: str
    at: float | None


class KeepSpeech(Struct, frozen=True, forbid_unknown_fields=True):
    hours: Annotated[float, Meta(gt=0, le=24)]
    by: Name
    why: Words


class StopKeeping(Struct, frozen=True, forbid_unknown_fields=True):
    by: Name


class Callback(Struct, frozen=True):
    """A call that we owe. `wanted`: when the customer wants it, in their words; `why`: what it is about."""

    id: str
    journey: str
    contact: str
    number: str
    queue: str
    wanted: str
    why: str
    state: Literal["open", "done"]
    at: float


class Done(Struct, frozen=True):
    """The contact that it was done to."""

    contact: str


class Wrong(Struct, frozen=True):
    """A problem (RFC 9457). `detail` says what to do."""

    type: str
    status: int
    title: str
    detail: str
