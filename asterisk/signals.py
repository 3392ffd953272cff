"""What happens to a call leg, out of AMI events. `parse` is pure; a leg gets its signals in Asterisk's order."""

from __future__ import annotations

from dataclasses import dataclass, field

from asterisk.ami import Event


@dataclass(frozen=True, slots=True)
class Entered:
    """The dialplan handed the leg to us (AsyncAGI)."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The leg is the dialplan's again: we redirected it, it is being hung up, or the dead man's switch took it."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller let go of a key. `at`: the event loop's clock, set where the signal is received."""

    key: str = field(repr=False)
    at: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The command of this name is over."""

    command: str


@dataclass(frozen=True, slots=True)
class Connected:
    """An agent has answered a caller of the queue."""

    agent: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The talk is over. `by`: caller, agent or transfer."""

    by: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody who was dialled for the caller has answered."""


@dataclass(frozen=True, slots=True)
class HangupRequested:
    """The far end asked to hang up: not so when the line was lost."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The end of the leg. `cause`: Q.850; `tech_cause`: SIP status or 0."""

    cause: int
    tech_cause: int
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The journey goes on in another contact."""


@dataclass(frozen=True, slots=True)
class Listened:
    """The ear of the call has something to tell (see `recognition.hearing`)."""


@dataclass(frozen=True, slots=True)
class LinkLost:
    """We cannot reach Asterisk any more; the leg may well be up."""


Signal = (
    Entered
    | TakenBack
    | Pressed
    | Finished
    | Connected
    | Completed
    | Answered
    | HangupRequested
    | HungUp
    | Moved
    | Listened
    | LinkLost
)

# What is subscribed to. An agent's leg has no signals: the caller's is told of it.
EVENTS = (
    "AsyncAGIStart",
    "AsyncAGIEnd",
    "AsyncAGIExec",
    "DTMFEnd",
    "AgentConnect",
    "AgentComplete",
    "DialEnd",
    "HangupRequest",
    "Hangup",
)

END = "D"  # ends a Read; no phone has this key, so # and * are free for the caller


def parse(event: Event, now: float) -> Signal | None:
    """None for what does not concern a call of ours."""
    match event["Event"]:
        case "AsyncAGIStart":
            return Entered()
        case "AsyncAGIEnd":
            return TakenBack()
        case "AsyncAGIExec":
            return Finished(event.get("CommandID", "").rpartition(":")[2])
        case "DTMFEnd" if event.get("Direction") == "Received" and event["Digit"] != END:
            return Pressed(event["Digit"], now)
        case "AgentConnect":
            return Connected(event.get("MemberName", ""))
        case "AgentComplete":
            return Completed(event.get("Reason", ""))
        case "DialEnd" if event.get("DialStatus") == "ANSWER":
            return Answered()
        case "HangupRequest":
            return HangupRequested()
        case "Hangup":
            return HungUp(_number(event, "Cause"), _number(event, "TechCause"), event.get("Cause-txt", ""))
    return None


def _number(event: Event, header: str) -> int:
    text = event.get(header, "")
    return int(text) if text.isdigit() else 0
