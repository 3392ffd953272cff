"""The wire of Twilio's media streams: JSON messages, and sound as 8-bit mu-law of 8,000 samples a second in base64.

Pure. References: twilio.com/docs/voice/media-streams/websocket-messages, and ITU-T G.711 for the law.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

RATE: Final = 8000
LARGEST: Final = 64 * 1024  # bytes of a message; Twilio's have some 300


class WireError(ValueError):
    """A message that is none of a media stream's."""


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins: of which account and call, and its own name."""

    account: str
    call: str
    stream: str


@dataclass(frozen=True, slots=True)
class Media:
    """Sound from the caller, as mu-law."""

    sound: bytes


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream is over: the caller is gone, or the call was led elsewhere."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What was sent before the mark of that name was heard, or dropped."""

    name: str


Message = Start | Media | Key | Stop | Mark | None


class _Begun(msgspec.Struct, rename="camel"):
    account_sid: str
    call_sid: str
    stream_sid: str


class _Media(msgspec.Struct):
    payload: str


class _Dtmf(msgspec.Struct):
    digit: str


class _Mark(msgspec.Struct):
    name: str


class _Any(msgspec.Struct):
    """Twilio adds fields without notice; these are the ones that we read."""

    event: str
    start: _Begun | None = None
    media: _Media | None = None
    dtmf: _Dtmf | None = None
    mark: _Mark | None = None


_decoder = msgspec.json.Decoder(_Any)


def parse(text: str) -> Message:
    """None: nothing that concerns us (`connected`, what is new). Raises `WireError`."""
    try:
        found = _decoder.decode(text)
        match found:
            case _Any(event="media", media=_Media(payload)):
                return Media(base64.b64decode(payload, validate=True))
            case _Any(event="dtmf", dtmf=_Dtmf(digit)):
                return Key(digit)
            case _Any(event="start", start=_Begun(account, call, stream)):
                return Start(account, call, stream)
            case _Any(event="mark", mark=_Mark(name)):
                return Mark(name)
            case _Any(event="stop"):
                return Stop()
            case _:
                return None
    except (msgspec.DecodeError, binascii.Error, RecursionError) as error:
        raise WireError(f"no message of a media stream: {error}") from error


def render_media(stream: str, sound: bytes) -> str:
    """Sound for the caller, put behind what they have not heard yet."""
    return _render({"event": "media", "streamSid": stream, "media": {"payload": base64.b64encode(sound).decode()}})


def render_clear(stream: str) -> str:
    """Drop what the caller has not heard yet."""
    return _render({"event": "clear", "streamSid": stream})


def render_mark(stream: str, name: str) -> str:
    """Tell us when what was sent so far was heard."""
    return _render({"event": "mark", "streamSid": stream, "mark": {"name": name}})


def _render(message: object) -> str:
    return msgspec.json.encode(message).decode()


def from_mulaw(sound: bytes) -> NDArray[np.int16]:
    found: NDArray[np.int16] = DECODED[np.frombuffer(sound, np.uint8)]
    return found


def to_mulaw(samples: NDArray[np.int16]) -> bytes:
    return ENCODED[samples.astype(np.int32) + 32768].tobytes()


def _decoded() -> NDArray[np.int16]:
    """The sample of each byte."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _encoded() -> NDArray[np.uint8]:
    """The byte of each sample from -32,768 on."""
    samples = np.arange(-32768, 32768, dtype=np.int32)
    size = np.minimum(np.abs(samples), 32635) + 0x84
    segment = np.floor(np.log2(size)).astype(np.int32) - 7
    code = np.where(samples < 0, 0x80, 0) | (segment << 4) | ((size >> (segment + 3)) & 0x0F)
    found: NDArray[np.uint8] = (~code & 0xFF).astype(np.uint8)
    return found


DECODED, ENCODED = _decoded(), _encoded()
