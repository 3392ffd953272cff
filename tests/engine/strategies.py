"""Random flows over all kinds of steps, and random things that happen to a journey: in time, late, twice, from other
contacts, and with texts that nobody would think of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hypothesis import strategies as st

from ivr.engine.actions import Action
from ivr.engine.data import replace
from ivr.engine.events import (
    AgentJoined,
    Alternative,
    Arrived,
    Channel,
    Event,
    Expired,
    Input,
    Invoked,
    InvokeFailed,
    Left,
    LeftReason,
    Mode,
    NoInput,
    Passed,
    QueueLeft,
    QueueOutcome,
    Recorded,
    Requeued,
    Resume,
    TransferAnswered,
    TransferEnded,
    TransferOutcome,
    Unheard,
)
from ivr.engine.flow import Flow, Hours, SlotSpec, Switch
from ivr.engine.journey import Journey
from ivr.engine.step import step
from ivr.engine.steps import (
    CODE_SERVICE,
    HELPED,
    NOT_HELPED,
    AskSlot,
    Branch,
    CallbackStep,
    Choice,
    Condition,
    Confirm,
    Deed,
    End,
    Format,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    RecordStep,
    Ref,
    SayStep,
    SendStep,
    SetStep,
    Split,
    Step,
    Template,
    TransferStep,
    Tries,
    Verify,
)
from tests.engine.flows import NOON, RESUME, prompt

SECRET, PRIVATE = "86420975", "135791"  # answers that only the secret and the private slot ask for
NAMES = tuple(f"s{n}" for n in range(7))
CHANNELS: tuple[Channel, ...] = ("voice", "chat", "sms", "email", "messenger", "app")
SPECS = (
    SlotSpec("pin", "digits", "your PIN", "secret", min_length=8, max_length=8),
    SlotSpec("account", "digits", "your account", "private", min_length=6, max_length=6, say=("account {}",)),
    SlotSpec("count", "number", "how many", least="0", most="10"),
    SlotSpec("sure", "yes_no", "whether you are sure"),
    SlotSpec("size", "choice", "the size", choices={"s": "small", "l": "large"}),
    SlotSpec("day", "date", "the day", least="2020-01-01"),
    SlotSpec("price", "money", "the price"),
    SlotSpec("wish", "text", "your wish", max_length=1000),
)
SLOTS = st.sampled_from([spec.name for spec in SPECS])
TONGUES = ("en-US", "de-DE", "es-ES", "fr-FR", "ko-KR")

targets = st.sampled_from(NAMES)
# Words come from pools: what random words would add is little, and drawing them is slow
TEMPLATES: tuple[Template, ...] = (
    (),
    ("Hello ", Ref("customer.name"), "."),
    (Ref("journey.summary"),),
    ('<emphasis level="strong">', Ref("wish"), '</emphasis><break time="1s"/>', Ref("account"), Ref("pin", "spell")),
    *(("It is ", Ref(spec.name), ".") for spec in SPECS),
    *((Ref(name, form), Ref("pin", form)) for name in ("account", "wish", "day", "price") for form in get_args(Format)),
)
templates = st.sampled_from(TEMPLATES)
prompts = st.sampled_from([Prompt(t, (*t, "!"), a) for t in TEMPLATES for a in (None, "p.wav")])
tries = st.builds(
    lambda prompt, number, exhausted: Tries((prompt,), (prompt, prompt), number, exhausted, 6.0, 3.0),
    prompts,
    st.integers(1, 4),
    targets,
)
CHOICE_NAMES = (("one", "1"), ("agent", "0"), ("again", None))

NIGHTS = Hours("nights", "Europe/Berlin", (((1320, 1560),),) * 7, {"2027-01-16": ()}, "DE", "BY")
SWITCHES = {
    "storm": Switch("storm", "Storm", say=Prompt(("A storm.",), ("A storm.",))),
    "closed": Switch("closed", "Closed", goto="s2"),
}

DEEDS: tuple[Deed | None, ...] = (None, None, "repeat", "start_over", "correct")


@st.composite
def choice_lists(draw: st.DrawFn, least: int) -> tuple[Choice, ...]:
    found = []
    for name, key in CHOICE_NAMES[: draw(st.integers(least, len(CHOICE_NAMES)))]:
        goto = draw(targets)
        do = draw(st.sampled_from(DEEDS))
        tongue = draw(st.sampled_from([*[None] * 10, *TONGUES]))
        found.append(Choice(name, key, f"{name} more", (f"say {name}",), None if do else goto, do, tongue))
    return tuple(found)


def _article(told: Prompt, helped: str, not_helped: str, limits: Tries) -> Menu:
    yes, no = Choice(HELPED, "1", "Yes", ("yes",), helped), Choice(NOT_HELPED, "2", "No", ("no",), not_helped)
    return Menu(told, (yes, no), limits, "reset")


def _verify(asked: Prompt, limits: Tries, done: str, failed: str, trust: int, send: Literal["sms"] | None) -> Verify:
    service, text = (CODE_SERVICE, ("Your code is ", Ref("code"), ".")) if send else ("service", ())
    arguments: dict[str, Template] = {} if send else {"given": (Ref("pin"),)}
    return Verify("pin", asked, limits, service, arguments, 3.0, done, failed, trust, send, text)


conditions = st.builds(
    Condition,
    SLOTS | st.sampled_from(["channel", "trust", "language", "hours.nights", "switch.storm", "switch.closed"]),
    st.sampled_from(["is", "is_not", "in", "known", "at_least", "at_most"]),
    st.sampled_from([("yes",), ("no",), ("voice",), ("2",), ("s",), ("2026-01-01",), ("open",), ("on",), ("ko-KR",)]),
)
STEPS: dict[type, st.SearchStrategy[Step]] = {
    Menu: st.builds(Menu, prompts, choice_lists(1), tries, st.none(), st.booleans())
    | st.builds(_article, prompts, targets, targets, tries),
    AskSlot: st.builds(
        AskSlot,
        SLOTS,
        prompts,
        tries,
        targets,
        st.dictionaries(st.sampled_from(CHANNELS), targets, max_size=1),
        st.sampled_from(get_args(Confirm)),
    ),
    SayStep: st.builds(SayStep, prompts, targets),
    InvokeStep: st.builds(
        InvokeStep,
        st.just("service"),
        st.fixed_dictionaries({"given": templates}),
        st.just(3.0),
        st.none() | prompts,
        st.dictionaries(SLOTS, st.sampled_from(["a", "b"]), max_size=2),
        targets,
        targets,
        st.booleans(),
    ),
    SendStep: st.builds(
        SendStep, st.sampled_from(["sms", "email"]), templates, st.none() | targets, targets, st.none() | targets
    ),
    Handoff: st.builds(
        Handoff, st.just("q"), st.just(()), st.none() | prompts, templates, st.just(60.0), targets, st.none() | targets
    ),
    TransferStep: st.builds(
        TransferStep,
        st.sampled_from(["+442079460018", "sip:pharmacy@pbx.example"]),
        st.sampled_from(["+44 20 7946 0018", ""]),
        st.none() | prompts,
        st.sampled_from(["caller", "ours", "+442079460018"]),
        st.fixed_dictionaries({"X-Given": templates}),
        templates,
        st.just(30.0),
        targets,
        st.none() | targets,
    ),
    SetStep: st.builds(
        SetStep,
        st.dictionaries(SLOTS, templates, max_size=2)
        | st.fixed_dictionaries({"language": st.sampled_from([(), ("ko",), ("fr-FR",), (Ref("wish"),)])}),
        targets,
    ),
    Branch: st.builds(
        Branch,
        st.lists(st.tuples(st.lists(conditions, min_size=1, max_size=2).map(tuple), targets), max_size=2).map(tuple),
        targets,
    ),
    Split: st.builds(
        Split, st.lists(st.tuples(st.sampled_from([5.0, 20.0, 50.0]), targets), min_size=1, max_size=3).map(tuple)
    ),
    RecordStep: st.builds(
        RecordStep, st.just("wish"), prompts, st.just(60.0), st.just(4.0), st.just(6.0), targets, targets
    ),
    Verify: st.builds(_verify, prompts, tries, targets, targets, st.integers(1, 4), st.sampled_from([None, "sms"])),
    CallbackStep: st.builds(
        CallbackStep,
        st.just("q"),
        st.sampled_from([(), (Ref("account"),), (Ref("wish"),)]),
        templates,
        st.none() | prompts,
        targets,
        targets,
    ),
    Goto: st.builds(Goto, targets),
    End: st.builds(End, st.none() | prompts),
}
# Questions are where most things happen
steps = st.one_of(STEPS[AskSlot], STEPS[Menu], STEPS[AskSlot], *STEPS.values())


class Others(dict[str, Flow]):
    """Prints short: what a flow is in other languages is as long as the flow, and Hypothesis prints it all."""

    def __repr__(self) -> str:
        return f"{{{', '.join(self)}}}"


def in_all_languages(flow: Flow) -> Flow:
    others = {tag: replace(flow, language=tag, others={}) for tag in TONGUES if tag != flow.language}
    return replace(flow, others=Others(others))


flows: st.SearchStrategy[Flow] = st.builds(
    Flow,
    menu=st.just("random"),
    version=st.just("v1"),
    title=st.just("Random"),
    language=st.sampled_from([*TONGUES, "en-GB", "pl-PL"]),
    start=targets,
    channels=st.just(CHANNELS),
    steps=st.fixed_dictionaries(dict.fromkeys(NAMES, steps)),
    slots=st.just({spec.name: spec for spec in SPECS}),
    always=choice_lists(0),
    resume=st.just(RESUME),
    sorry=st.just(prompt("Sorry.")),
    hours=st.just({"nights": NIGHTS}),
    switches=st.sampled_from([{}, {}, {"storm": SWITCHES["storm"]}, SWITCHES]),
    keys_after=st.integers(1, 3),
    keep_speech=st.sampled_from([None, *(spec.name for spec in SPECS if spec.type == "yes_no")]),
).map(in_all_languages)

TEXTS = (
    *("1", "2", "0", "one", "say agent", "again", "yes", "no", "small", "3.5", "3*5", "$12.50", "12012026", "tomorrow"),
    *("say one, account 135791", "one for account 1 3 5 7 9 1 from tuesday", "no, I said 135791", "no", "that's wrong"),
    *("no, one", "tuesday", "half past two", "nine ninety nine", "no i said 86420975", "neither", "i would say one"),
    *(SECRET, PRIVATE, PRIVATE, SECRET, "2026-12-01", "go_on", "start over", "some wish", "{link}", "{pin}", ""),
    *("\0", "\ud800", "٣٤٥", "１２３", "🍕" * 20, "7" * 65_536, "\n", "-0", "1e9", "NaN", "²"),
)


@dataclass(frozen=True)
class Move:
    """Something that happens, told relative to where the journey stands."""

    kind: type[Event]
    text: str
    mode: Mode
    confidence: float
    others: tuple[Alternative, ...]
    foreign: bool
    contact: int
    turns_late: int | None
    repeats: bool
    channel: Channel
    resume: Resume
    step: str | None
    trust: int
    reach: dict[str, str]
    reason: LeftReason
    outcome: QueueOutcome
    talk: TransferOutcome
    after: float
    ok: str
    switches: frozenset[str]

    def event(self, n: int, journey: Journey, earlier: Sequence[Event]) -> Event:
        if self.repeats and earlier:
            return earlier[-1 - self.contact % len(earlier)]
        return replace(self._new(n, journey), switches=self.switches)

    def _new(self, n: int, journey: Journey) -> Event:  # noqa: C901  # one case for each kind of event
        current = journey.contact.id if journey.contact and not self.foreign else f"c{self.contact}"
        at, turn = NOON + n * self.after, None if self.turns_late is None else journey.turn - self.turns_late
        head: dict[str, Any] = {"id": f"e{n}", "at": at, "contact": current}
        late = journey.turn if turn is None else turn
        match self.kind.__name__:
            case "Arrived":
                head["contact"] = f"c{self.contact}"
                return Arrived(
                    **head, channel=self.channel, trust=self.trust, resume=self.resume, step=self.step,
                    reach=self.reach, customer_name=self.text[:50],
                )  # fmt: skip
            case "Input":
                others = self.others if self.mode == "speech" else ()
                return Input(
                    **head, text=self.text, mode=self.mode, confidence=self.confidence, others=others, turn=turn
                )
            case "Unheard":
                return Unheard(**head, reason="busy" if self.repeats or self.foreign else "failed", turn=turn)
            case "NoInput":
                return NoInput(**head, turn=turn)
            case "Recorded":
                return Recorded(**head, turn=late, recording=self.text, seconds=self.confidence)
            case "Invoked":
                values = {"a": self.text, "b": "2026-12-01"} if self.text not in {SECRET, PRIVATE} else {"a": "7"}
                values |= {"ok": self.ok} if self.ok else {}
                return Invoked(**head, turn=late, result=values)
            case "InvokeFailed":
                return InvokeFailed(**head, turn=late, reason=self.text)
            case "AgentJoined":
                return AgentJoined(**head, turn=turn, agent=self.text[:50])
            case "QueueLeft":
                return QueueLeft(**head, turn=turn, outcome=self.outcome)
            case "Requeued":
                passed = Passed("Anna", self.text[:50], queue="q2") if self.ok else None
                return Requeued(**head, turn=turn, passed=passed)
            case "TransferAnswered":
                return TransferAnswered(**head, turn=turn)
            case "TransferEnded":
                return TransferEnded(**head, turn=turn, outcome=self.talk, seconds=self.confidence)
            case "Left":
                return Left(**head, reason=self.reason, detail=self.text[:50])
            case _:
                return Expired(**head)


KINDS = (
    Input,
    Unheard,
    NoInput,
    Recorded,
    Invoked,
    InvokeFailed,
    AgentJoined,
    QueueLeft,
    Requeued,
    TransferAnswered,
    TransferEnded,
    Left,
    Arrived,
    Expired,
)
mostly = st.sampled_from([False] * 7 + [True])

moves = st.builds(
    Move,
    kind=st.sampled_from([Input] * 6 + [Arrived] * 2 + [Invoked, *KINDS]),
    text=st.sampled_from(TEXTS) | st.text(max_size=30),
    mode=st.sampled_from(["keys", "keys", "speech", "speech", "text", "text", "button"]),
    confidence=st.sampled_from([1.0, 1.0, 0.6, 0.2]),
    others=st.lists(
        st.builds(
            Alternative,
            st.sampled_from(TEXTS[:12]),
            st.sampled_from([0.9, 0.55, 0.1]),
            st.sampled_from([None, None, "one", "yes", "no", "1", "gone"]),
        ),
        max_size=2,
    ).map(tuple),
    foreign=mostly,
    contact=st.integers(0, 3),
    turns_late=st.sampled_from([None, 0, 0, 0, 1, -1]),
    repeats=mostly,
    channel=st.sampled_from(CHANNELS),
    resume=st.sampled_from(["fresh", "continue", "continue", "offer"]),
    step=st.sampled_from([None] * 6 + ["gone", *NAMES[:2]]),
    trust=st.integers(0, 4),
    reach=st.dictionaries(st.sampled_from(["sms", "email"]), st.just("+15550100"), max_size=2),
    reason=st.sampled_from(["caller", "dropped", "ours", "moved"]),
    outcome=st.sampled_from(["done", "unavailable", "timeout"]),
    talk=st.sampled_from(get_args(TransferOutcome)),
    after=st.floats(0, 10_000_000),
    ok=st.sampled_from(["yes", "no", ""]),
    switches=st.sampled_from([frozenset[str]()] * 4 + [frozenset({"storm"}), frozenset({"closed", "storm", "gone"})]),
)
ARRIVAL = Arrived(id="first", at=NOON, contact="c0", channel="voice")


Game = tuple[Flow, list[Move]]


def games(longest: int = 20) -> st.SearchStrategy[Game]:
    return st.tuples(flows, st.lists(moves, max_size=longest))


@dataclass(frozen=True)
class Played:
    """One event: the journey before it, what happened, the journey after it, and what is to be done."""

    flow: Flow
    before: Journey
    event: Event
    after: Journey
    actions: tuple[Action, ...]

    @property
    def moved(self) -> bool:
        """The event is of a contact that does not hold the journey."""
        contact = self.before.contact
        arrives = isinstance(self.event, Arrived) and self.event.id not in self.before.seen
        takes_it = arrives or isinstance(self.event, Expired)
        return contact is not None and contact.id != self.event.contact and not takes_it


def played(game: Game) -> Iterator[Played]:
    """The game from the first arrival on."""
    flow, its_moves = game
    journey = Journey("j1", "random", "v1")
    earlier: list[Event] = []
    for n, move in enumerate((None, *its_moves)):
        event = ARRIVAL if move is None else move.event(n, journey, earlier)
        after, actions = step(flow, journey, event)
        yield Played(flow, journey, event, after, actions)
        earlier.append(event)
        journey = after
