"""Events: everything that can happen to a journey, as one union.

Each event has an id (handled once), the time it happened (`at`, Unix seconds, UTC) and the contact it belongs to.
`turn` is the number of the wait that an outcome answers; None answers whatever wait is current.
`switches` are those that ops had switched on at that time (the driver fills them in).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ivr.engine.data import Data, empty

Channel = Literal["voice", "chat", "sms", "email", "messenger", "app"]
Mode = Literal["keys", "speech", "text", "button"]
Resume = Literal["fresh", "continue", "offer"]
LeftReason = Literal["caller", "dropped", "ours", "moved"]
QueueOutcome = Literal["done", "unavailable", "timeout"]
TransferOutcome = Literal["answered", "busy", "no_answer", "failed", "unable"]


class _Event(Data, frozen=True, kw_only=True):
    id: str
    at: float
    contact: str
    switches: frozenset[str] = frozenset()


class Arrived(_Event, frozen=True, kw_only=True):
    """A contact began. `trust` is the tier of evidence (0 to 4); `reach` says how we can send something to the
    customer (`{"sms": "+15550100"}`); `step` is where a link leads (None: where the journey stands); `node` is the
    engine that carries the contact; `customer` who it is, if we are sure that it is one; `language` (BCP 47) is spoken
    where a journey begins, if the flow has it."""

    channel: Channel
    trust: int = 0
    resume: Resume = "fresh"
    step: str | None = None
    reach: Mapping[str, str] = empty()
    customer: str | None = None
    customer_name: str = ""
    node: str = ""
    language: str | None = None


class Alternative(Data, frozen=True):
    """One way to understand what was said, with how sure its recognizer is (0 to 1). `option`: the id of the option
    of the open question that it means, where the recognizer knows; None: the words have to tell."""

    text: str
    confidence: float = 1.0
    option: str | None = None


class Input(_Event, frozen=True, kw_only=True):
    """The customer pressed, said, typed or clicked something. `option` and `others` (the next best, in order) come
    with speech only; see `Alternative`."""

    text: str
    mode: Mode
    confidence: float = 1.0
    option: str | None = None
    others: tuple[Alternative, ...] = ()
    turn: int | None = None


class Unheard(_Event, frozen=True, kw_only=True):
    """The customer spoke and we could not listen: `busy` (too many speak at once: on by keys) or `failed` (once more).
    It is our fault, so no try is counted."""

    reason: Literal["busy", "failed"]
    turn: int | None = None


class NoInput(_Event, frozen=True, kw_only=True):
    """The wait's time passed in silence."""

    turn: int | None = None


class Recorded(_Event, frozen=True, kw_only=True):
    """The customer spoke a message. `recording` is its id (see `ivr.recordings`), `seconds` its length. A message
    too short to hold a word comes as `NoInput`; on channels without sound the message comes as `Input`."""

    turn: int
    recording: str
    seconds: float


class Invoked(_Event, frozen=True, kw_only=True):
    """A back office answered; `result` holds the values it gave, by the names the service declares."""

    turn: int
    result: Mapping[str, str] = empty()


class InvokeFailed(_Event, frozen=True, kw_only=True):
    """A back office did not answer, in time or at all. `reason` is for the history, never for the customer."""

    turn: int
    reason: str


class AgentJoined(_Event, frozen=True, kw_only=True):
    """A person took the customer out of the queue."""

    turn: int | None = None
    agent: str = ""


class QueueLeft(_Event, frozen=True, kw_only=True):
    """The wait for a person, or the talk with one, is over."""

    outcome: QueueOutcome
    turn: int | None = None


class Passed(Data, frozen=True):
    """`by`, an agent, hands the customer on: to the colleague `to`, or to whoever takes from `queue` (empty: the same
    one), with a `note` for them."""

    by: str
    note: str = ""
    to: str = ""
    queue: str = ""


class Requeued(_Event, frozen=True, kw_only=True):
    """The customer waits for a person again: the agent who took them hands them on (`passed`), or did not come."""

    passed: Passed | None = None
    turn: int | None = None


class TransferAnswered(_Event, frozen=True, kw_only=True):
    """Whom the caller is put through to has answered. May stay away: the end of the talk says it too."""

    turn: int | None = None


class TransferEnded(_Event, frozen=True, kw_only=True):
    """The talk with whom the caller was put through to is over after `seconds`, or there was none. `failed`: the
    network could not reach them; `unable`: nothing that carries this contact can dial them."""

    outcome: TransferOutcome
    seconds: float = 0.0
    turn: int | None = None


class Left(_Event, frozen=True, kw_only=True):
    """The contact ended. The journey does not."""

    reason: LeftReason
    detail: str = ""


class Expired(_Event, frozen=True, kw_only=True):
    """The journey was left alone for too long and is closed."""


Event = (
    Arrived
    | Input
    | Unheard
    | NoInput
    | Recorded
    | Invoked
    | InvokeFailed
    | AgentJoined
    | QueueLeft
    | Requeued
    | TransferAnswered
    | TransferEnded
    | Left
    | Expired
)
