"""The stage for conversations: the real driver on a store in memory, with back offices that answer as a script says
and a clock that only moves when told to. Who plays on it, and by which channel, is the matter of a `Player`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final

from context_bridge.contract import ContextStore
from context_bridge.live import open_bus
from context_bridge.records import Customer
from context_bridge.store import open_store
from ivr.backoffice import FIRST, Attempt, BackOffice, BackOfficeError, Values
from ivr.conversation import Answer, CannotPlay
from ivr.driver import Driver
from ivr.engine.conditions import drawn
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.steps import Split
from ivr.flows import Flows
from ivr.turns import Keeping, Turn

START: Final = 1_780_000_000.0  # 2026-05-28 20:26:40 UTC; always the same, so that what is said is the same
DAY: Final = 86400.0
KEEPING: Final = Keeping(secret=b"rehearsal", journey=30 * DAY, link=2 * DAY)


class VirtualClock:
    """Unix seconds that stand still until somebody moves them."""

    def __init__(self, start: float) -> None:
        self._now = start

    def __call__(self) -> float:
        return self._now

    def move(self, seconds: float) -> None:
        self._now += seconds


class ScriptedBackOffice:
    """Answers what a conversation says that its back offices answer."""

    def __init__(self, answers: Mapping[str, tuple[Answer, ...]]) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}

    async def ask(self, service: str, arguments: Values, within: float, attempt: Attempt = FIRST) -> Values:  # noqa: ARG002  # a script answers anybody, at once
        answers = self._answers.get(service)
        if not answers:
            raise CannotPlay(f"{service} is asked; say what it answers: services: {{{service}: {{…}}}}, or: fails")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            raise BackOfficeError(f"the conversation lets {service} fail")
        return answer


def ids(flows: Iterable[Flow], splits: Mapping[str, str], candidates: Iterable[str] | None = None) -> Callable[[], str]:
    """New ids, the same each time; a journey of each of them goes the ways that `splits` names. `candidates`: what is
    chosen from."""
    wanted = [
        (name, flow.steps[name], target) for flow in flows for name, target in splits.items() if name in flow.steps
    ]
    for name, step, target in wanted:
        if not isinstance(step, Split) or target not in {way for percent, way in step.ways if percent}:
            raise CannotPlay(f"splits: {name} is no split that leads to {target}; name a split and one of its steps")
    fitting = (
        id_
        for id_ in (candidates or (f"id-{n}" for n in count(1)))
        if all(
            drawn(Journey(id_, "", ""), name, step) == target
            for name, step, target in wanted
            if isinstance(step, Split)
        )
    )
    return fitting.__next__


@dataclass(frozen=True, slots=True)
class Stage:
    driver: Driver
    store: ContextStore
    clock: VirtualClock


@asynccontextmanager
async def stage(
    flows: Mapping[str, Flow],
    back_office: BackOffice,
    customers: Mapping[str, tuple[str, ...]] | None = None,
    region: str = "US",
    at: float | None = None,
    on_turn: Callable[[Turn], None] = lambda _turn: None,
    splits: Mapping[str, str] | None = None,
) -> AsyncIterator[Stage]:
    """`customers`: name -> the numbers known to be theirs. `at`: when the curtain rises, in Unix seconds. `on_turn` is
    told of every turn. `splits`: the step to which each split leads; `CannotPlay` when it cannot."""
    clock, new_id = VirtualClock(START if at is None else at), ids(flows.values(), splits or {})
    store, bus = await open_store("sqlite:///:memory:", clock), open_bus("")
    try:
        for name, numbers in (customers or {}).items():
            for number in numbers:
                await store.attach(Customer(id=name, name=name), "e164", number)
        known = Flows(flows, store)
        await known.remember()
        yield Stage(
            Driver(store, bus, known, back_office, KEEPING, region, clock, on_turn=on_turn, new_id=new_id), store, clock
        )
    finally:
        await bus.close()
        await store.close()
