"""What the server and a worker process that listens say to each other, over the worker's standard input and output.

A message is the length of its payload, its kind, the number of the utterance that it is about, and the payload.

    to a worker     OPEN `Opening`, AUDIO 16-bit PCM, FINISH, DROP, CHECK `Hints`; in place of FINISH, SO_FAR, which is
                    answered by one PARTIAL, or GUESS in a pause, which is answered by MORE if somebody will go on
    from a worker   IN_HAND with the place of each spec, from 1, before its model is loaded, and READY `Ready`; then
                    for an utterance PARTIAL text, then DONE `Done` or FAILED why;
                    CHECKED a list of texts; and IN_HAND before it lets native code work for an utterance, with
                    number 0 once it is idle: so that we know whose fault it is when it dies
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from ivr.engine.events import Alternative
from recognition.listen import Hints

HEADER: Final = struct.Struct("<IcI")
OPEN, AUDIO, FINISH, DROP, CHECK, SO_FAR, GUESS = b"O", b"A", b"F", b"D", b"C", b"S", b"G"
READY, PARTIAL, DONE, FAILED, CHECKED, IN_HAND, MORE = b"R", b"P", b"T", b"X", b"K", b"H", b"M"


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Which engine hears a language. `name`: `vosk`, `moonshine`, for tests `module:factory`, or empty: none, since its
    engine does not survive; `folder`: of its model, empty for the one it comes with."""

    name: str
    language: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """An utterance begins. `engine`: the place of its engine among the specs that the worker was started with."""

    engine: int
    rate: int
    hints: Hints


@dataclass(frozen=True, slots=True)
class Ready:
    """For each spec: whether its engine works while somebody speaks, or why there is none."""

    engines: tuple[bool | str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """`seconds`: of processor time that it took."""

    alternatives: tuple[Alternative, ...]
    seconds: float


def message(kind: bytes, utterance: int = 0, payload: bytes = b"") -> bytes:
    return HEADER.pack(len(payload), kind, utterance) + payload
