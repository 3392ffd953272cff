"""A journey: one customer's one matter across channels. Plain data, stored at every turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ivr.engine.data import Data, empty
from ivr.engine.events import Channel, LeftReason, Passed

# new: nothing happened yet; live: a contact is on; queued: waits for a person; with_agent: talks to one;
# transferred: talks to somebody outside whom the menu has put them through to;
# paused: the customer left; dropped: the line was lost; finished: the flow came to its end; expired: left alone.
Status = Literal["new", "live", "queued", "with_agent", "transferred", "paused", "dropped", "finished", "expired"]


class Contact(Data, frozen=True):
    """The contact that a journey is in now."""

    id: str
    channel: Channel
    trust: int
    reach: Mapping[str, str] = empty()
    customer_name: str = ""
    node: str = ""


class Slot(Data, frozen=True):
    """A named piece of information in canonical form: digits `4217`, number `3.5`, yes_no `yes`, date `2026-12-01`,
    time `14:30`, money `12.50`, a choice's id, `recording:ID`, or text."""

    value: str
    channel: Channel | None
    contact: str | None
    at: float


class Ask(Data, frozen=True):
    """A line of the ask ledger: a question was put for the first time in a contact. `known`: we had the answer."""

    step: str
    slot: str | None
    channel: Channel
    contact: str
    at: float
    known: bool


class Visit(Data, frozen=True):
    """A step that the customer was at; `chose` is the label of what they took there; at an article
    `helped` or `not_helped`, see `ivr.engine.render.taken_at`."""

    step: str
    channel: Channel
    at: float
    chose: str = ""


class Proof(Data, frozen=True):
    """What is remembered of a proof that was asked for: `misses`, the last of them at `missed_at`; `code`, the name of
    the one-time code that was sent at `sent_at`. It outlives contact and slots, so that nobody gets more tries by
    phoning again or by starting over."""

    misses: int = 0
    missed_at: float = 0.0
    code: str | None = None
    sent_at: float = 0.0


class Guess(Data, frozen=True):
    """What may have been meant at a question: one of its options, by its id (None: the value of its slot), and values
    of slots."""

    option: str | None = None
    values: Mapping[str, str] = empty()


class Doubt(Data, frozen=True):
    """What was said and is asked back about before it counts. `guesses`, best first: whether it was the first of them,
    or with `which`, which of the two. `again`: the best one of all was denied already."""

    guesses: tuple[Guess, ...]
    which: bool = False
    again: bool = False


class Journey(Data, frozen=True):
    """`language` (BCP 47): chosen by the customer; None: that of the flow. `proofs`: by what they prove (see
    `ivr.engine.verify`). `owed`: where to go on once the proof is given that is asked for now (`ivr.engine.guard`).
    `passed`: how an agent has handed the customer on, until the talk is over or they are elsewhere."""

    id: str
    menu: str
    version: str
    rev: int = 0
    status: Status = "new"
    customer: str | None = None
    contact: Contact | None = None
    step: str | None = None
    offering: bool = False
    turn: int = 0
    noinputs: int = 0
    nomatches: int = 0
    misheard: int = 0  # the nomatches that were spoken
    slots: Mapping[str, Slot] = empty()
    ledger: tuple[Ask, ...] = ()
    path: tuple[Visit, ...] = ()
    seen: tuple[str, ...] = ()
    left: LeftReason | None = None
    left_detail: str = ""
    left_at: float | None = None
    agent: str = ""
    language: str | None = None
    proofs: Mapping[str, Proof] = empty()
    owed: str | None = None
    doubt: Doubt | None = None
    unheard: int = 0  # how often we could not listen at this question
    corrections: int = 0  # in this contact
    passed: Passed | None = None
    asked: int = 0  # the turn in which the back office was first asked that `step`, or `owed`, waits for; 0: none is
