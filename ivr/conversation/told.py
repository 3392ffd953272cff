"""The nouns of conversations: acts, turns, and the file that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.engine.events import Channel
from ivr.engine.journey import Status

Deed = Literal["silence", "drop", "hang_up", "open_link", "give_code", "agent_joins", "agent_finishes"]
Does = Literal["answers", "busy", "unreachable", "hangs_up"]
Answer = Mapping[str, str] | None  # what a back office gives, by the names a menu saves it under; None: it fails


@dataclass(frozen=True, slots=True)
class Call:
    """A contact begins: a call, or in a text channel a visit. `number` None: withheld; `language`: asked for."""

    channel: Channel
    number: str | None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    keys: str


@dataclass(frozen=True, slots=True)
class Choose:
    """A button of a text channel, by its label."""

    label: str


@dataclass(frozen=True, slots=True)
class Type:
    text: str


@dataclass(frozen=True, slots=True)
class Speak:
    """What recognition understands of what is said by phone, and how sure it is (0 to 1)."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Missed:
    """Something is said by phone and we miss it: too many speak at once (`busy`), or recognition `failed`."""

    reason: Literal["busy", "failed"]


@dataclass(frozen=True, slots=True)
class Record:
    """A message is spoken, this long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float


@dataclass(frozen=True, slots=True)
class Flip:
    """Ops flip switches of the menu: name -> whether it is on now."""

    switches: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class OtherEnd:
    """What they do whom the caller is put through to: they answer, are busy, cannot be reached, or end the talk."""

    does: Does


@dataclass(frozen=True, slots=True)
class Do:
    deed: Deed


Act = Call | Press | Choose | Type | Speak | Missed | Record | Wait | Flip | OtherEnd | Do
FEATURES: Mapping[type, str] = {
    Press: "press",
    Choose: "choose",
    Type: "type",
    Speak: "speak",
    Missed: "unheard",
    Record: "record",
    Wait: "wait",
    Flip: "switch",
    OtherEnd: "other_end",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One act and what must follow from it. `hears` are parts of what is said, in that order; `known` slots by
    canonical value, None for a slot that must not be known; `refused` when a link must not work any more; `sent` parts
    of the message that was sent last; `callback` what is known of the call that was promised last, by the names of
    `Promised`. `shown` is the act as the file has it."""

    line: int
    act: Act | None
    shown: str
    hears: tuple[str, ...] = ()
    hears_not: tuple[str, ...] = ()
    known: Mapping[str, str | None] = field(default_factory=dict)
    status: Status | None = None
    language: str | None = None
    trust: int | None = None
    sent: tuple[str, ...] = ()
    callback: Mapping[str, str] = field(default_factory=dict)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """`services`: answers of each back office, one for each time it is asked; the last one serves all later times.
    `customers`: who is known already, name -> phone numbers. `at`: when it begins, in Unix seconds. `splits`: the step
    to which each split of the menu leads."""

    name: str
    file: str
    menu: str
    turns: tuple[Turn, ...]
    services: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    customers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never_asked_twice: bool = True
    at: float | None = None
    splits: Mapping[str, str] = field(default_factory=dict)
