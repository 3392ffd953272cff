"""The web phone's wire: what both sides may say over the socket. docs/webphone.md describes it for client authors.

A binary message is one frame of sound: 20 ms of mono PCM16, 16 kHz, little-endian. A text message is a JSON object
whose `event` names it. `parse` and `render` are pure.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

RATE: Literal[16000] = 16000  # samples a second
FRAME_SECONDS = 0.02
FRAME = 640  # bytes
LARGEST = 256 * 1024  # bytes; a longer message ends the connection with 1009 (message too big)
LONGEST_TEXT = 16 * 1024

# Why a socket was closed: RFC 6455 section 7.4, 1012 and 1013 of the IANA registry, 4000 and up are our own.
FINISHED, UNSUPPORTED, POLICY, RESTART, TRY_LATER = 1000, 1003, 1008, 1012, 1013
DROPPED = 4000  # the page lets go of the line as a dead network would
REPLACED = 4001  # the same call came back on a newer socket


# finished: the flow came to its end, or the talk with the agent; moved: it goes on elsewhere; broken: we could not go
# on; lost: there is no such call any more. An agent is told caller or dropped when the caller has gone.
Reason = Literal["finished", "moved", "broken", "lost", "caller", "dropped"]


class WireError(ValueError):
    """A message that we cannot take; its words tell the author of the client what to send."""


class _Message(msgspec.Struct, frozen=True, tag_field="event", tag=str.lower, forbid_unknown_fields=True):
    """Anything with an `event`."""


Seq = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
KeyName = Annotated[str, msgspec.Meta(pattern=r"^[0-9*#A-D]$")]


class Start(_Message, frozen=True):
    """The first message of a caller. `call` is a random id that the page chose, 16 to 64 hex digits; `resume` goes on
    with that call after a lost connection, and `keys` are those (seq, key) that we have not acknowledged."""

    call: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16,64}$")]
    number: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    withheld: bool = False
    menu: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    language: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$")] | None = None
    resume: bool = False
    keys: Annotated[tuple[tuple[Seq, KeyName], ...], msgspec.Meta(max_length=64)] = ()


class Key(_Message, frozen=True):
    """A key of the pad. `seq` counts the keys of a call from 1."""

    key: KeyName
    seq: Seq


class Hangup(_Message, frozen=True):
    """The caller hangs up."""


class Finish(_Message, frozen=True):
    """The agent ends the talk."""


FromPhone = Start | Key | Hangup | Finish


class Answer(_Message, frozen=True):
    """We are there: the first message on every socket."""


class Ack(_Message, frozen=True):
    """All keys up to `seq` are used and need not be sent again."""

    seq: int


class Say(_Message, frozen=True):
    """This begins to be heard now."""

    text: str
    seconds: float


class Clear(_Message, frozen=True):
    """Drop what is buffered: somebody is quicker than the prompt."""


class Choice(msgspec.Struct, frozen=True):
    """An answer that one key gives."""

    key: str
    label: str


class Collect(_Message, frozen=True):
    """We wait for keys. `secret`: do not show what is pressed. `speech`: the answer may be said as well, so send the
    microphone until another state of the call is told."""

    turn: int
    secret: bool
    options: tuple[Choice, ...]
    speech: bool = False


class Hearing(_Message, frozen=True):
    """Somebody speaks, and it sounds like this so far (at first like nothing)."""

    text: str


class Heard(_Message, frozen=True):
    """What was said, as we understood it. "": no answer to the question; null: we could not listen."""

    text: str | None


class Record(_Message, frozen=True):
    """We are going to take a message: ask for the microphone now. Any key leaves out the rest of the prompt."""

    turn: int


class Recording(_Message, frozen=True):
    """The beep was heard and the message is taken, `longest` seconds at most; a key of `ends` ends it."""

    turn: int
    longest: float
    ends: str


class Recorded(_Message, frozen=True):
    """The message is over: nobody listens any more. `seconds` 0: nothing was said."""

    seconds: float


class Queued(_Message, frozen=True):
    """The caller waits for a person."""


class Agent(_Message, frozen=True):
    """A person took the call."""

    name: str


class Moved(_Message, frozen=True):
    """The customer goes on in another contact; a hang-up follows."""


class Ended(_Message, frozen=True, tag="hangup"):
    """The call is over on our side; the socket is closed next."""

    reason: Reason


class Error(_Message, frozen=True):
    """Something that was sent cannot be taken, or something of ours fails for the moment."""

    message: str


ToPhone = (
    Answer
    | Ack
    | Say
    | Clear
    | Collect
    | Hearing
    | Heard
    | Record
    | Recording
    | Recorded
    | Queued
    | Agent
    | Moved
    | Ended
    | Error
)

_decoder: msgspec.json.Decoder[FromPhone] = msgspec.json.Decoder(FromPhone)
_encoder = msgspec.json.Encoder()


def parse(text: str) -> FromPhone:
    """Raises `WireError`."""
    if len(text) > LONGEST_TEXT:
        raise WireError(f"a message has {LONGEST_TEXT} characters at most")
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:  # the latter for thousands of brackets
        raise WireError(f"not a message of ours: {error}; see docs/webphone.md") from error


def render(message: ToPhone) -> str:
    return _encoder.encode(message).decode()
