"""Playing a conversation: act by act, until its end or the first turn that goes another way than it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.conversation.player import CannotPlay, Player, Refused
from ivr.conversation.told import (
    FEATURES,
    Act,
    Call,
    Choose,
    Conversation,
    Deed,
    Do,
    Flip,
    Missed,
    OtherEnd,
    Press,
    Record,
    Speak,
    Turn,
    Type,
    Wait,
)
from ivr.engine.journey import Journey


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
        case Call(language=language):
            return ("call", act.channel, *(("language",) if language else ()))
        case Do():
            return (act.deed,)
        case Speak(confidence=confidence) if confidence < 1:
            return "speak", "unsure"
        case _:
            return (FEATURES[type(act)],)


def _looks(turn: Turn) -> tuple[str, ...]:
    return ("sent",) * bool(turn.sent) + ("callback",) * bool(turn.callback)


async def perform(act: Act, menu: str, player: Player) -> None:  # noqa: C901  # one case for each kind of act
    """Do what the customer does."""
    match act:
        case Call(channel, number, language):
            await player.call(channel, number, menu, language)
        case Press(keys):
            await player.press(keys)
        case Choose(label):
            await player.choose(label)
        case Type(text):
            await player.type(text)
        case Speak(text, confidence):
            await player.speak(text, confidence)
        case Missed(reason):
            await player.unheard(reason)
        case Record(seconds):
            await player.record(seconds)
        case Wait(seconds):
            await player.wait(seconds)
        case Flip(switches):
            await player.flip(switches)
        case OtherEnd(does):
            await player.other_end(does)
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
