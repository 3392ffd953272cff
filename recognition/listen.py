"""Listening: what voice channels need to know about hearing, whichever engine hears.

A channel opens one `Ear` for a call and feeds it every frame that the caller sends. While a question is open it is
between `begin` and `end`, and tells, as plain calls in the event loop:

    SpeechStarted  the prompt must stop (barge-in)
    Partial        what it sounds like so far; for screens only
    Heard          the utterance is over and understood as far as it can be; the ear has ended by itself
    Deaf           the utterance is lost to us; the ear has ended by itself

A key ends the turn of speech: the channel calls `end`, and nothing more is told of it. Timers are the channel's: the
ear never tells that nothing was said. From `SpeechStarted` to `Heard` the channel lets no no-input pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ivr.engine.actions import Behind, Collect, Option, SlotType
from ivr.engine.events import Alternative

FRAME_SECONDS = 0.02
Kind = Literal["options"] | SlotType


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a question stands: the menu and its step."""

    menu: str
    step: str


@dataclass(frozen=True, slots=True)
class Hints:
    """What a question may be answered with. `phrases`: what may be said for each option, by its id, those that work
    everywhere included; `always` are the ids of these. `least` to `most` digits, `most` 0: not digits. `keep`: what is
    said may be kept (see `recognition.kept`), as an answer to this; None: it must not be. `behind`: by option id, the
    values that may be told in one breath with it. `captions`: somebody sees `Partial`s, so they are worth some work."""

    kind: Kind
    language: str
    phrases: Mapping[str, tuple[str, ...]]
    always: frozenset[str] = frozenset()
    least: int = 0
    most: int = 0
    keep: Asked | None = None
    behind: Mapping[str, tuple[Behind, ...]] = field(default_factory=dict)
    captions: bool = False


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody has begun to speak."""


@dataclass(frozen=True, slots=True)
class Partial:
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Best first; none: there was speech that is no answer to this question. `cut`: it went on for too long, and the
    rest was not listened to."""

    alternatives: tuple[Alternative, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Deaf:
    """`busy`: too many speak at once; `failed`: the engine did."""

    reason: Literal["busy", "failed"]


Told = SpeechStarted | Partial | Heard | Deaf


class Ear(Protocol):
    """Of one call. Nothing here waits or raises."""

    def feed(self, frame: bytes) -> None:
        """20 ms of 16-bit PCM at the rate of the call."""

    def begin(self, hints: Hints) -> None:
        """A question is open. Speech that was going on before is not its answer."""

    def playing(self, pcm: bytes) -> None:
        """The caller hears this from now on (at the rate of the call; empty: silence), so that its echo is not taken
        for speech."""

    def end(self) -> None:
        """The question is answered otherwise."""

    def close(self) -> None:
        """The call is over."""


class Listener(Protocol):
    """Shared by all calls of this process."""

    def hears(self, language: str) -> bool:
        """Whether there is an engine for a language tag. Without one a question is answered by keys."""

    def open(self, rate: int, tell: Callable[[Told], None]) -> Ear:
        """An ear for a call with sound of 8,000 or 16,000 Hz."""

    def check(self, hints: Hints) -> Sequence[str]:
        """What is wrong with a question, for whoever writes the menu: words that its engine does not know. Blocking."""


def hints_of(wait: Collect) -> Hints | None:
    """What may be said at a question; None where ears must not answer (a secret, or keys were offered instead). Words
    of the question's own options are not also those of one that is always there."""
    if wait.secret or not wait.speech:
        return None
    own = {option.id: _words(option) for option in wait.options}
    taken = {words.casefold() for phrases in own.values() for words in phrases}
    always = {
        option.id: tuple(words for words in _words(option) if words.casefold() not in taken)
        for option in wait.always
        if option.id not in own
    }
    # "Did you say …?" is answered by yes or no, whatever else may be said there.
    kind: Kind = wait.type or ("yes_no" if {"yes", "no"} <= own.keys() else "options")
    least, most = (wait.keys.min, wait.keys.max) if kind == "digits" else (0, 0)
    keep = Asked(wait.keep, wait.step) if wait.keep else None
    return Hints(kind, wait.language, own | always, frozenset(always), least, most, keep, wait.behind)


def _words(option: Option) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for words in (option.label, *option.phrases) if words))
