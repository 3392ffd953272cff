"""Actions: everything the engine can ask for, as one union. A turn is says and sends, then one wait or a hang-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

SlotType = Literal["digits", "number", "yes_no", "choice", "date", "money", "text"]


@dataclass(frozen=True, slots=True)
class Say:
    """Words for the customer, ready for their channel. `audio` (a file under the menus' folder) stands for the
    words by phone. `fixed` is true when the words hold nothing of the journey, so they can be rendered ahead."""

    text: str
    audio: str | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a collect takes: a key, a label for buttons, phrases for ears. `id` comes back as text too."""

    id: str
    key: str | None
    label: str
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """How keys make an answer. `options` are complete answers by themselves; otherwise `min` to `max` keys, ended by
    `terminator`, by `max` or by `interdigit` seconds of silence. max 0: only options count."""

    options: tuple[str, ...] = ()
    min: int = 0
    max: int = 0
    terminator: str = "#"


@dataclass(frozen=True, slots=True)
class Collect:
    """Wait for an answer for `timeout` seconds after the prompt has ended; silence comes back as `NoInput`."""

    turn: int
    step: str
    slot: str | None
    type: SlotType | None
    options: tuple[Option, ...]
    always: tuple[Option, ...]
    keys: Keys
    timeout: float
    interdigit: float
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Invoke:
    """Wait for a back office, at most `timeout` seconds; comes back as `Invoked` or `InvokeFailed`."""

    turn: int
    step: str
    service: str
    arguments: Mapping[str, str]
    timeout: float


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait for a person, at most `timeout` seconds; comes back as `AgentJoined`, then `QueueLeft`.
    `whisper` and `why` are for the agent only."""

    turn: int
    step: str
    queue: str
    skills: tuple[str, ...]
    whisper: str
    why: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Send:
    """Send words outside this contact. `{link}` in the text is replaced by the driver with a single-use address
    that leads to `to_step` (None: to where the journey stands)."""

    by: Literal["sms", "email"]
    text: str
    to_step: str | None = None
    link: bool = False


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the contact. `reason`: finished (the flow came to an end), moved (it goes on elsewhere), broken (the flow
    could not go on)."""

    reason: Literal["finished", "moved", "broken"] = "finished"


Wait = Collect | Invoke | Enqueue
Action = Say | Send | Wait | Hangup
