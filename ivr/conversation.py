"""Conversations: a customer's side of a story, played against a menu, and what must be heard and known on the way.

`Conversation` is one file (see docs/conversations.md; `ivr.conversation_file` reads it), a `Player` is any way to reach
a running Segue, and `run` plays one on the other. The same files are played on the engine, over the web phone's socket
and over a real Asterisk, so nothing here knows how a customer is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ivr.engine.events import Channel
from ivr.engine.journey import Journey, Status

Deed = Literal["silence", "drop", "hang_up", "open_link", "give_code", "agent_joins", "agent_finishes"]
Answer = Mapping[str, str] | None  # what a back office gives, by the names a menu saves it under; None: it fails


@dataclass(frozen=True, slots=True)
class Call:
    """A contact begins: a call, or in a text channel a visit. `number` None: withheld."""

    channel: Channel
    number: str | None


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
    """What recognition understands of what is said by phone."""

    text: str


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
class Do:
    deed: Deed


Act = Call | Press | Choose | Type | Speak | Record | Wait | Flip | Do
FEATURES: Mapping[type, str] = {
    Press: "press",
    Choose: "choose",
    Type: "type",
    Speak: "speak",
    Record: "record",
    Wait: "wait",
    Flip: "switch",
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


class CannotPlay(Exception):
    """The turn makes no sense where the conversation stands, such as a key when no call is on. The message says why."""


class Refused(CannotPlay):
    """The link that was opened leads nowhere any more."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A call that is owed to the customer. `when` is in their words."""

    queue: str
    number: str
    when: str


class Player(Protocol):
    """A way to be a customer. Acts raise `CannotPlay`; `features` are the acts and channels that it is able to play,
    by the names that `needs` gives."""

    features: frozenset[str]

    async def call(self, channel: Channel, number: str | None, menu: str) -> None: ...
    async def press(self, keys: str) -> None: ...
    async def choose(self, label: str) -> None: ...
    async def type(self, text: str) -> None: ...
    async def speak(self, text: str) -> None: ...
    async def record(self, seconds: float) -> None: ...
    async def flip(self, switches: Mapping[str, bool]) -> None: ...
    async def wait(self, seconds: float) -> None: ...
    async def silence(self) -> None:
        """Say nothing until the current question gives up waiting."""

    async def drop(self) -> None:
        """The line is lost; nobody hangs up."""

    async def hang_up(self) -> None: ...
    async def open_link(self) -> None:
        """Open the link that was sent last and press its button. Raises `Refused`."""

    async def give_code(self) -> None:
        """Key in, or type, the one-time code that was sent last."""

    async def agent_joins(self) -> None: ...
    async def agent_finishes(self) -> None: ...

    async def heard(self) -> list[str]:
        """What was said since this was last asked, in order, once Segue waits for the customer or the contact ended."""
        ...

    async def journey(self) -> Journey | None:
        """The journey of the latest contact as it is stored; None before the first."""
        ...

    async def sent(self) -> str | None:
        """The message that was sent last, outside of the contact."""
        ...

    async def callback(self) -> Promised | None:
        """The call that was promised last."""
        ...


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The turn that went another way, and what was heard in it. `str()` is for people."""

    line: int
    turn: str
    problems: tuple[str, ...]
    heard: tuple[str, ...] = ()

    def __str__(self) -> str:
        problems = [f"  line {self.line}, {self.turn}: {problem}" for problem in self.problems]
        return "\n".join([*problems, *(f"      heard: {text}" for text in self.heard or ("nothing",))])


@dataclass(frozen=True, slots=True)
class Result:
    """`mismatch`: where the conversation stopped. `lacking`: what the player would have to be able to; then nothing was
    played."""

    conversation: Conversation
    mismatch: Mismatch | None = None
    lacking: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.mismatch is None and not self.lacking


def needs(conversation: Conversation) -> frozenset[str]:
    """What a player must be able to do: channels, acts and what some expectations look at, such as `voice`, `press`,
    `wait`, `sent`; `at` and `splits` where the conversation sets them."""
    needed = {name for turn in conversation.turns for name in (*_needs(turn.act), *_looks(turn))}
    needed |= {
        name for name, value in (("at", conversation.at), ("splits", conversation.splits or None)) if value is not None
    }
    return frozenset(needed)


async def run(conversation: Conversation, player: Player) -> Result:
    """Play a conversation until its end or its first turn that goes another way than it says."""
    if lacking := needs(conversation) - player.features:
        return Result(conversation, lacking=tuple(sorted(lacking)))
    for turn in conversation.turns:
        refused = False
        try:
            if turn.act is not None:
                await perform(turn.act, conversation.menu, player)
        except CannotPlay as error:
            refused = isinstance(error, Refused)
            if not (refused and turn.refused):
                return Result(conversation, Mismatch(turn.line, turn.shown, (str(error),)))
        heard = await player.heard()
        journey = await player.journey()
        problems = [*_unlike(turn, heard, journey), *_repeated(conversation, journey)]
        problems += [*await _unsent(turn, player), *await _unpromised(turn, player)]
        if turn.refused and not refused:
            problems.append("the link was taken, though it should be refused")
        if problems:
            return Result(conversation, Mismatch(turn.line, turn.shown, tuple(problems), tuple(heard)))
    return Result(conversation)


def _needs(act: Act | None) -> tuple[str, ...]:
    match act:
        case None:
            return ()
        case Call():
            return "call", act.channel
        case Do():
            return (act.deed,)
        case _:
            return (FEATURES[type(act)],)


def _looks(turn: Turn) -> tuple[str, ...]:
    return ("sent",) * bool(turn.sent) + ("callback",) * bool(turn.callback)


async def perform(act: Act, menu: str, player: Player) -> None:
    """Do what the customer does."""
    match act:
        case Call(channel, number):
            await player.call(channel, number, menu)
        case Press(keys):
            await player.press(keys)
        case Choose(label):
            await player.choose(label)
        case Type(text):
            await player.type(text)
        case Speak(text):
            await player.speak(text)
        case Record(seconds):
            await player.record(seconds)
        case Wait(seconds):
            await player.wait(seconds)
        case Flip(switches):
            await player.flip(switches)
        case Do(deed):
            await _do(deed, player)


async def _do(deed: Deed, player: Player) -> None:
    match deed:
        case "silence":
            await player.silence()
        case "drop":
            await player.drop()
        case "hang_up":
            await player.hang_up()
        case "open_link":
            await player.open_link()
        case "give_code":
            await player.give_code()
        case "agent_joins":
            await player.agent_joins()
        case "agent_finishes":
            await player.agent_finishes()


def _unlike(turn: Turn, heard: list[str], journey: Journey | None) -> Iterator[str]:
    """Where what happened is unlike what the turn expects."""
    rest = said = _plain(" ".join(heard))
    for part in turn.hears:
        _, found, after = rest.partition(_plain(part))
        if not found:
            yield f"did not hear “{part}”" + (" at this place; it came earlier" if _plain(part) in said else "")
        rest = after if found else rest
    for part in turn.hears_not:
        if _plain(part) in said:
            yield f"heard “{part}”, which should not be said here"
    slots = journey.slots if journey else {}
    for name, value in turn.known.items():
        known = slots[name].value if name in slots else None
        if known != value:
            yield f"{name} is {_shown(known)} instead of {_shown(value)}"
    if turn.status is not None and (journey is None or journey.status != turn.status):
        yield f"the journey is {journey.status if journey else 'not begun'} instead of {turn.status}"
    if turn.language is not None and (spoken := journey.language if journey else None) != turn.language:
        yield f"the language is {spoken or 'that of the menu'} instead of {turn.language}"
    if turn.trust is not None and (trust := journey.contact.trust if journey and journey.contact else 0) != turn.trust:
        yield f"the trust is {trust} instead of {turn.trust}"


async def _unsent(turn: Turn, player: Player) -> list[str]:
    text = await player.sent() if turn.sent else None
    lacking = [part for part in turn.sent if _plain(part) not in _plain(text or "")]
    return [f"{f'what was sent last, “{text}”, lacks' if text else 'nothing was sent:'} “{part}”" for part in lacking]


async def _unpromised(turn: Turn, player: Player) -> list[str]:
    promised = await player.callback() if turn.callback else None
    if turn.callback and promised is None:
        return ["no call was promised"]
    found = {name: str(getattr(promised, name)) for name in turn.callback}
    return [
        f"{name} of the callback is “{found[name]}” instead of “{v}”"
        for name, v in turn.callback.items()
        if found[name] != v
    ]


def _repeated(conversation: Conversation, journey: Journey | None) -> Iterator[str]:
    """Questions that were put although their answer was known. Lines of the ask ledger that say `known` are questions
    that were left out; a slot that a menu forgets on purpose is not known any more."""
    if journey is None or not conversation.never_asked_twice:
        return
    for ask in journey.ledger:
        slot = journey.slots.get(ask.slot or "")
        if slot is not None and not ask.known and slot.at < ask.at:
            yield f"{ask.slot} was asked at step {ask.step}, though it was known already"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _shown(value: str | None) -> str:
    return "not known" if value is None else f"“{value}”"
