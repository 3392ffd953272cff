"""What the engine makes of a conversation, turn by turn. Over a wire it must come to the same places: that is the
strictest expectation, and it tells a player when a turn is over, so that nobody has to sleep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.conversation import Conversation, Do, Turn, Wait, run
from ivr.engine.data import replace
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey, Status
from ivr.engine.steps import AskSlot, Handoff, Menu, RecordStep, Step, TransferStep, Verify
from ivr.recordings import PREFIX
from ivr.rehearsal import rehearsal_of

QUICK = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Place:
    """Where a journey stands, as far as that is the same whatever carries it."""

    status: Status
    step: str | None
    offering: bool
    turn: int
    noinputs: int
    nomatches: int
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a turn of a conversation ends (None: nobody has called yet). `gives_up`: its act is to wait until the
    question or the queue that is open has waited long enough."""

    end: Place | None
    gives_up: bool


def place_of(journey: Journey | None) -> Place | None:
    if journey is None:
        return None
    slots = {name: _comparable(slot.value) for name, slot in journey.slots.items()}
    return Place(
        journey.status, journey.step, journey.offering, journey.turn, journey.noinputs, journey.nomatches, slots
    )


def _comparable(value: str) -> str:
    """Each recording has an id of its own."""
    return PREFIX if value.startswith(PREFIX) else value


async def score(told: Conversation, flows: Mapping[str, Flow]) -> list[Bar]:
    """Raises `AssertionError` for a conversation that already goes another way on the engine."""
    bars: list[Bar] = []
    async with rehearsal_of(told, flows) as player:
        for turn in told.turns:
            before = place_of(await player.journey())
            result = await run(replace(told, turns=(turn,)), player)
            assert result.passed, f"on the engine: {result.mismatch or result.lacking}"
            end = place_of(await player.journey())
            bars.append(Bar(end, _waits(turn) and end != before))
    return bars


def _waits(turn: Turn) -> bool:
    return isinstance(turn.act, Wait) or turn.act == Do("silence")


class Tempo(Mapping[str, Step]):
    """The steps of a flow. What begins to wait while `quick` is on gives up after two seconds: it is set where the
    next turn does nothing but wait for that. All other waits keep the patience of the menu, on a slow machine too."""

    def __init__(self) -> None:
        self.quick = False
        self._steps: Mapping[str, Step] = {}

    def of(self, flow: Flow) -> Flow:
        """The flow in this tempo."""
        self._steps = flow.steps
        return replace(flow, steps=self)

    def __getitem__(self, name: str) -> Step:
        step = self._steps[name]
        match step:
            case RecordStep() if self.quick:
                return replace(step, timeout=QUICK, silence=QUICK)
            case Menu() | AskSlot() | Verify() if self.quick:
                return replace(step, tries=replace(step.tries, timeout=QUICK))
            case Handoff() | TransferStep() if self.quick:
                return replace(step, timeout=QUICK)
            case _:
                return step

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)
