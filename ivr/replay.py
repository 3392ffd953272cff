"""A finished journey as a conversation: played again, turn by turn, with made-up values in the place of private ones.

The history says what happened; a rehearsal of the same version of the menu says which question is open, and the engine
which made-up answer takes the same way. So what comes out was played once already, and holds nothing that was said to
the real customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from context_bridge.records import HistoryRow
from ivr.conversation import (
    Act,
    Answer,
    Call,
    CannotPlay,
    Choose,
    Do,
    Does,
    Flip,
    OtherEnd,
    Press,
    Record,
    Speak,
    Type,
    Wait,
    perform,
)
from ivr.engine import conditions
from ivr.engine.actions import Action, Collect, Option
from ivr.engine.actions import Wait as Waiting
from ivr.engine.data import replace
from ivr.engine.events import Input, Mode
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.journey import Journey
from ivr.engine.match import find, value_of
from ivr.engine.questions import all_options_at
from ivr.engine.step import step as engine
from ivr.engine.steps import AskSlot, Menu, Split, Verify
from ivr.engine.words import words_in
from ivr.masking import NAME, NUMBER, WORDS, Masks, made_up
from ivr.recorded_office import ANSWERED, RecordedOffice, same_way
from ivr.rehearsal import Rehearsal, rehearse
from ivr.turns import MASKED

KEYS: Final = frozenset("0123456789*#")
WRONG: Final = tuple("12345678*")  # one of them is no answer to a question for a longer secret, and no choice either
PROVEN: Final = 3  # the trust of who opens a link
ENDS: Final[Mapping[str, Does]] = {"busy": "busy", "failed": "unreachable"}
SOON: Final = 5.0  # seconds that a contact may begin later than the act that begins it


class CannotReplay(Exception):
    """This journey cannot be told as a conversation; the message says from which turn on, and why."""


@dataclass
class Replay:
    """`rows`: the history of one journey, oldest first. After `play`, `turns` hold what was done and heard."""

    flow: Flow
    rows: Sequence[HistoryRow]
    masks: Masks
    turns: list[tuple[Act, list[str]]] = field(default_factory=list)

    async def play(self, player: Rehearsal) -> None:
        """Raises `CannotReplay`."""
        switches: frozenset[str] = frozenset()
        for n, row in enumerate(self.rows):
            on = frozenset(row.body.get("switches", ())) if "step" in row.body else switches  # not a turn: not told
            if on != switches:
                flips = {name: name in on for name in sorted(on ^ switches)}
                await self._perform(Flip(flips), player, row)
                switches = on
            acts = await self._acts(row, player)
            for act in acts:
                await self._perform(act, player, row)
            if acts:
                await self._compare(self.rows[n : n + 1 + self._follow(n)][-1], player)

    def _follow(self, n: int) -> int:
        """How many rows behind this one the same act brings about: what back offices said, and our own hanging up."""
        return sum(1 for _ in _while_brought_about(self.rows[n + 1 :]))

    async def _perform(self, act: Act, player: Rehearsal, row: HistoryRow) -> None:
        try:
            await perform(act, self.flow.menu, player)
        except CannotPlay as error:
            raise CannotReplay(f"turn {row.rev} ({row.kind}) cannot be played: {error}") from error
        self.turns.append((act, await player.heard()))

    async def _compare(self, row: HistoryRow, player: Rehearsal) -> None:
        journey = await player.journey()
        if journey is None or journey.step != row.body.get("step", journey.step):
            at = journey.step if journey else "nowhere"
            raise CannotReplay(f"turn {row.rev} ({row.kind}) led to step {row.body.get('step')}, and now to {at}")

    async def _acts(self, row: HistoryRow, player: Rehearsal) -> list[Act]:  # noqa: C901  # one case for each event
        match row.kind:
            case "Arrived":
                return [*self._until(row, player), await self._arrival(row, player)]
            case "Input":
                return [await self._answer(row, player)]
            case "NoInput":
                return [Do("silence")]
            case "Recorded":
                return [Record(max(1.0, round(float(row.body.get("seconds", 1)))))]
            case "AgentJoined":
                return [Do("agent_joins")]
            case "QueueLeft":
                return [self._queue_left(player)]
            case "TransferAnswered":
                return [OtherEnd("answers")]
            case "TransferEnded":
                return self._put_through(row, player, await player.journey())
            case "Requeued":
                raise CannotReplay(f"turn {row.rev} ({row.kind}) cannot be played: an agent put the customer back")
            case "Left" if not player.over and row.body.get("reason") != "moved":
                return [Do("drop" if row.body.get("reason") == "dropped" else "hang_up")]
            case _:
                return []

    def _until(self, row: HistoryRow, player: Rehearsal) -> list[Act]:
        """Let as much time pass between two contacts as passed then."""
        away = row.at - player.now - 1.0
        return [Wait(round(away))] if player.over and away > SOON else []

    async def _arrival(self, row: HistoryRow, player: Rehearsal) -> Act:
        channel, trust = row.body["channel"], row.body.get("trust", 0)
        if channel == "chat" and trust == PROVEN and await player.sent():
            return Do("open_link")
        return Call(channel, NUMBER if trust else None, row.body.get("asked_for"))

    def _queue_left(self, player: Rehearsal) -> Act:
        timeout = getattr(player.waits_for, "timeout", 0.0)
        return Do("agent_finishes") if player.with_agent else Wait(round(timeout) + 1)

    def _put_through(self, row: HistoryRow, player: Rehearsal, journey: Journey | None) -> list[Act]:
        """How a transfer ended. That somebody answered is not always told before."""
        match outcome := str(row.body.get("outcome")):
            case "answered" if journey and journey.status == "transferred":
                return [OtherEnd("hangs_up")]
            case "answered":
                return [OtherEnd("answers"), OtherEnd("hangs_up")]
            case "no_answer":
                return [Wait(round(getattr(player.waits_for, "timeout", 0.0)) + 1)]
            case _ if outcome in ENDS:
                return [OtherEnd(ENDS[outcome])]
        raise CannotReplay(f"turn {row.rev} ({row.kind}) cannot be played: it needs a line that cannot dial")

    # Answers

    async def _answer(self, row: HistoryRow, player: Rehearsal) -> Act:
        wait, journey = player.waits_for, await player.journey()
        if journey is None:
            raise CannotReplay(f"turn {row.rev} answers no question that is open")
        heard, voice = str(row.body.get("heard", "")), player.channel == "voice"
        flow = self.flow.in_language(journey.language)
        mode = _mode(row, heard, voice=voice)
        if heard == MASKED:
            return self._secret(row, flow, journey, wait, mode)
        if isinstance(wait, Collect):
            if option := self._chosen(wait, heard, mode, flow, row, journey):
                return _taken(option, mode, wait)
            spec = flow.slots.get(wait.slot or "")
            if spec and (value := value_of(spec, heard, mode, words_in(flow), row.at)) is not None:
                return self._given(spec, value, heard, mode, flow, row, journey)
        for made in self.masks.nonsense(heard):
            if self._fits(made, mode, row, journey):
                return _act(made, mode)
        raise CannotReplay(f"turn {row.rev} was not understood then, and nothing like it would be now")

    def _chosen(
        self, wait: Collect, heard: str, mode: Mode, flow: Flow, row: HistoryRow, journey: Journey
    ) -> Option | None:
        """The option that was taken, also one further on that an open question takes: told in the menu's own words, not
        in the customer's."""
        step = flow.steps.get(journey.step or "")
        further = all_options_at(flow, step) if isinstance(step, Menu) else ()
        options = (*wait.options, *wait.always, *further)
        option = find(options, heard, mode, words_in(flow)) or next((o for o in options if o.label == heard), None)
        text = _text_of(option, mode) if option else None
        return option if text and self._fits(text, mode, row, journey) else None

    def _given(
        self, spec: SlotSpec, value: str, heard: str, mode: Mode, flow: Flow, row: HistoryRow, journey: Journey
    ) -> Act:
        """A public value as it was given, unless it is free text; another one for what is private."""
        if spec.sensitivity == "public" and spec.type != "text":
            return _act(value if mode != "keys" else heard, mode)

        def typed(made: str) -> str | None:
            """What to key in or write so that it becomes the value."""
            forms = [made, *_keyed(made)] if spec.type in {"date", "money", "time", "number"} else [made]
            return next((f for f in forms if value_of(spec, f, mode, words_in(flow), row.at) == made), None)

        def fits(made: str) -> bool:
            text = typed(made)
            return text is not None and same_way(flow, spec, value, made) and self._fits(text, mode, row, journey)

        made = self.masks.value(spec, value, fits)
        if made is None and spec.type not in {"yes_no", "choice"}:
            raise CannotReplay(f"turn {row.rev}: no made-up {spec.type} for {spec.name} takes the same way")
        return _act((typed(made) if made else None) or heard, mode)

    def _secret(self, row: HistoryRow, flow: Flow, journey: Journey, wait: Waiting | None, mode: Mode) -> Act:
        """Of a secret it is known only how it was given, whether it was taken, and what the back office said of it."""
        step = flow.steps.get(journey.step or "")
        if isinstance(step, Verify) and step.send and "Collect" not in row.body["actions"][-1:]:
            later = [r for r in self.rows if r.rev > row.rev and r.kind == "Invoked"][:1]
            if later and later[0].body.get("result", {}).get("ok") == "yes":
                return Do("give_code")
        spec = flow.slots[step.slot] if isinstance(step, AskSlot | Verify) else None
        always = wait.always if isinstance(wait, Collect) else ()
        wrong = WRONG if mode == "keys" else (*WORDS, *WRONG)
        for made in (made_up(spec), *wrong, *(_text_of(option, mode) for option in always)) if spec else ():
            if self._fits(made, mode, row, journey):
                return _act(made, mode)
        raise CannotReplay(f"turn {row.rev}: nothing stands for the secret that was given there")

    def _fits(self, text: str, mode: Mode, row: HistoryRow, journey: Journey) -> bool:
        """Whether the engine would do what it did then."""
        contact = journey.contact.id if journey.contact else ""
        event = Input(id="made up", at=row.at, contact=contact, text=text, mode=mode, turn=journey.turn)
        on = frozenset(row.body.get("switches", ()))
        after, actions = engine(self.flow, journey, replace(event, switches=on))
        return after.step == row.body.get("step") and _kinds(actions) == list(row.body.get("actions", ()))


def _mode(row: HistoryRow, heard: str, *, voice: bool) -> Mode:
    """How it was given. Histories of before this was kept in them show it by what was heard only."""
    if not voice:
        return "text"
    spoken = not set(heard) <= KEYS and heard != MASKED
    return "speech" if row.body.get("mode", "speech" if spoken else "keys") == "speech" else "keys"


def _while_brought_about(rows: Sequence[HistoryRow]) -> Iterator[HistoryRow]:
    for row in rows:
        ours = row.kind == "Left" and row.body.get("reason") in {"ours", "moved"}
        if row.kind not in ANSWERED and not ours:
            return
        yield row


def _kinds(actions: Sequence[Action]) -> list[str]:
    return [type(action).__name__ for action in actions]


def _taken(option: Option, mode: Mode, wait: Collect) -> Act:
    button = mode == "text" and option.label and option in (*wait.options, *wait.always)
    return Choose(option.label) if button else _act(_text_of(option, mode), mode)


def _text_of(option: Option, mode: Mode) -> str:
    if mode == "keys":
        return option.key or ""
    return option.label or next(iter(option.phrases), option.id)


def _act(text: str, mode: Mode) -> Act:
    if mode == "keys":
        return Press(text or "#")
    return Speak(text) if mode == "speech" else Type(text)


def _keyed(value: str) -> Iterator[str]:
    """Forms in which a value may be keyed in or written."""
    if value.count("-") == 2:
        year, month, day = value.split("-")
        yield from (f"{month}{day}{year}", f"{day}{month}{year}", f"{day}.{month}.{year}", f"{month}/{day}/{year}")
    yield value.replace(".", "*")
    yield value.replace(":", "")


@dataclass(frozen=True, slots=True)
class Played:
    """A conversation to write: what its head says, and its turns with what was heard in them."""

    menu: str
    at: float
    customers: Mapping[str, tuple[str, ...]]
    services: Mapping[str, Sequence[Answer]]
    splits: Mapping[str, str]
    turns: Sequence[tuple[Act, list[str]]]


async def replayed(
    flow: Flow, journey: Journey, rows: Sequence[HistoryRow], name: str, numbers: Sequence[str], region: str
) -> Played:
    """`name`: the customer's, if we know it; another one will stand for it, as one number (E.164) will for all of
    theirs. Raises `CannotReplay`."""
    masks = Masks(journey.id, numbers)
    office = RecordedOffice(flow, rows, masks, region)
    known = {NAME: (NUMBER,)} if name else {}
    splits = {step: conditions.drawn(journey, step, way) for step, way in flow.steps.items() if isinstance(way, Split)}
    at = rows[0].at // 60 * 60
    replay = Replay(flow, rows, masks)
    async with rehearse({flow.menu: flow}, office, known, region, at, splits=splits) as player:
        await replay.play(player)
    return Played(flow.menu, at, known, office.given, splits, replay.turns)
