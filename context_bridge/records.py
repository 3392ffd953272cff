"""What the store keeps, as plain data. Times are Unix seconds, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ivr.engine.data import Data, empty
from ivr.engine.events import Channel
from ivr.engine.journey import Journey, Status

IdentifierKind = Literal["e164", "sip", "email", "chat", "account"]


class HistoryRow(Data, frozen=True):
    """One turn, for people: what came in and what was answered, secret slots masked. `body` is JSON-ready:
    {"event": "Input", "channel": "voice", "step": "track", "heard": "4217", "said": ["…"], "actions": ["Collect"]}."""

    journey: str
    rev: int
    at: float
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An effect waiting to be carried out after the commit. `key` is unique for ever: `journey:rev:n`."""

    key: str
    journey: str
    kind: Literal["sms", "email", "messenger", "recording", "late"]  # the last two: see `callbacks.outbox.ERRANDS`
    payload: Mapping[str, Any]  # {"to": "+1…", "text": "…"}
    due_at: float
    state: Literal["waiting", "sending", "sent", "failed"] = "waiting"
    attempts: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A single-use way into a journey. Only the SHA-256 of its token is stored."""

    token_hash: str
    journey: str
    step: str | None
    trust: int
    expires_at: float
    spent_at: float | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was put in force, the `n`-th of its menu. `moved`: step that it took away -> step where journeys
    that stood there go on. `rolled_back_from`: the version that it took the place of, when it is an older one again."""

    menu: str
    n: int
    version: str
    at: float
    author: str
    message: str
    moved: Mapping[str, str] = field(default_factory=dict)
    rolled_back_from: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many journeys that are not over stand at a step, in that version. `step` None: nothing happened yet. `live`:
    those of them whose customer is on the line or in a chat now."""

    menu: str
    version: str
    step: str | None
    journeys: int
    live: int = 0


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch of the menus, as it was last flipped. One that never was has no row and is off."""

    name: str
    state: Literal["on", "off"]
    who: str
    at: float


@dataclass(frozen=True, slots=True)
class SpeechKeepingRow:
    """Until when what customers say is kept, where they agree (Unix seconds; 0: it was stopped); who said so, why, and
    when."""

    until: float
    who: str
    why: str
    at: float


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A call that we owe. `id` is `journey:step`, so that it is promised once; a promise that is made again there
    takes the place of the former one. `wanted`: when the customer wants it, in their words."""

    id: str
    journey: str
    contact: str
    number: str
    queue: str
    wanted: str
    why: str
    state: Literal["open", "done"]
    at: float


class AnswerRow(Data, frozen=True):
    """What a webhook was answered, to be said again word for word when it comes again: a provider that did not hear
    us asks twice. `epoch` counts the times that a call was led elsewhere, `turn` is the wait that was answered."""

    contact: str
    epoch: int
    turn: int
    journey: str
    body: str
    at: float


@dataclass(frozen=True, slots=True)
class SentRow:
    """A message on its way, a part of what the outbox calls `key`. `at`: the first attempt; `tried_at`: the attempt
    whose outcome nobody knows, if there is one; `sid`: what the provider calls it, once that is known."""

    key: str
    part: int
    at: float
    tried_at: float | None = None
    sid: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """What became of a message that was sent. `code`: the provider's error, or empty."""

    key: str
    part: int
    sid: str
    state: str
    code: str


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A customer's address that writes to one of ours, as one contact; `heard_at`: their last message."""

    contact: str
    ours: str
    theirs: str
    heard_at: float


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A line of the ledger of consent; the last one of an address counts. `id` names what said so: a line that comes
    again is one line."""

    id: str
    address: str
    wish: Literal["stop", "start"]
    why: str
    at: float


class Change(Data, frozen=True):
    """`expected_rev` is the stored revision that `journey` follows (0: the journey is new). `journey.rev` must be
    `expected_rev + 1`. `node` names the engine that carries the contact (`asterisk`, `webphone`, `chat`).
    `expires_at` is indexed: move it in steps of an hour or more, or each turn writes the indexes too."""

    journey: Journey
    expected_rev: int
    customer: str | None
    node: str | None
    expires_at: float
    at: float
    history: HistoryRow
    outbox: tuple[OutboxRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    callbacks: tuple[CallbackRow, ...] = ()
    answer: AnswerRow | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    rev: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody was quicker. `current` is what is stored now."""

    current: Journey | None


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """A journey as lists show it."""

    id: str
    menu: str
    version: str
    rev: int
    status: Status
    customer: str | None
    contact: str | None
    channel: Channel | None
    node: str | None
    updated_at: float
    expires_at: float


class Begun(Data, frozen=True):
    """A journey that may go on, and when its last turn was."""

    journey: Journey
    updated_at: float


@dataclass(frozen=True, slots=True)
class Customer:
    """`name`: empty where we know none."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number, address or id that points to customers: several when it is shared, none when it was never seen.
    `newcomer`: its customer was made just now."""

    kind: IdentifierKind
    value: str
    customers: tuple[Customer, ...]
    newcomer: bool = False

    @property
    def shared(self) -> bool:
        return len(self.customers) > 1


class LiveEvent(Data, frozen=True):
    """`id` orders the events of a stream and is what a browser sends back as `Last-Event-ID`."""

    id: str
    kind: str  # pop, journey, contact, outbox, agent
    body: Mapping[str, Any] = empty()


@dataclass(frozen=True, slots=True)
class StepTraffic:
    """How often customers came to a step, and how they were lost there: hung up, the line dropped, or the answers
    were not understood in the end."""

    visits: int = 0
    left: int = 0
    dropped: int = 0
    exhausted: int = 0
