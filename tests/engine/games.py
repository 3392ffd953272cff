"""Random things that happen to a journey in a random flow: in time, late, twice, from other contacts, and with texts
that nobody would think of. `played` tells what came of them, event by event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from hypothesis import HealthCheck, Phase, settings
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
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.step import step
from tests.engine.flows import NOON
from tests.engine.strategies import CHANNELS, NAMES, PRIVATE, SECRET, flows

# Shrinking a game takes minutes; add Phase.shrink when a law is broken and the example is too long to read
LAW = settings(
    max_examples=100,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)

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
