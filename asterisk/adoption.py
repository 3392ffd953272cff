"""Taking over a call leg that another process of ours left behind: what runs on it, and which keys are still unused.

A prompt that still plays is left to play. Otherwise the Read is ended, since only then can its keys be looked at. The
process before us may have queued more than what runs, and may have told the same Read to end; so we queue a fence of
our own, wait until all before it is over, and believe that a question was heard only when its packets were sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from asterisk.leg import FENCE, Leg
from asterisk.mark import Mark, parse, turn_of
from asterisk.signals import Finished, Pressed, Signal

LOOK = 0.05  # seconds between two looks at what runs
PATIENCE = 5.0  # seconds for a Read to end
LONGEST = 120.0  # seconds of a prompt that no key stops
PACKETS = 50  # in a second of sound
ENOUGH = 0.9  # of a prompt that was heard; the rest is the pause at its end

Hear = Callable[[float | None], Awaitable[Signal | None]]  # the next signal, or None when the time has come


@dataclass(frozen=True, slots=True)
class Found:
    """`heard`: the caller has heard (or hears) the question of the turn; `running`: the Read whose prompt plays on;
    `keys`: typed and not used; `spoken`: the says before a hand-off or a hang-up were played."""

    mark: Mark | None
    keys: str = field(repr=False)
    heard: bool
    running: str | None = None
    spoken: bool = False


async def take_over(leg: Leg, turn: int, prompt: float, hear: Hear, clock: Callable[[], float]) -> Found:
    """`turn`: of the journey's wait, -1 when it takes no keys; `prompt`: the seconds of its question."""
    mark = parse(await leg.get("SEGUE_MARK"))
    leg.fence()
    spoken, ended, late = False, "", _Late()
    give_up = clock() + PATIENCE
    while clock() < give_up and not await _over(hear, clock() + LOOK, late):
        name = _command(*(await leg.running()))
        if name == PLAYBACK:
            spoken, give_up = True, clock() + PATIENCE
        elif mark and name == mark.read and mark.asked == turn and await leg.is_playing():
            return Found(mark, mark.left(late.keys, turn), heard=True, running=name)
        elif name and name != ended:
            leg.end_read()
            ended = name
    keys = await _typed(leg, mark, turn) + late.keys + await leg.get("SEGUE_AWAY_KEYS")
    leg.set("SEGUE_AWAY_KEYS", "")
    return Found(mark, keys, heard=await _was_heard(leg, mark, turn, prompt), spoken=spoken)


class _Late:
    """Keys pressed while no Read ran, which no variable has."""

    def __init__(self) -> None:
        self.keys = ""


async def _over(hear: Hear, until: float, late: _Late) -> bool:
    """Whether the fence was reached, waiting for it until that time."""
    while signal := await hear(until):
        match signal:
            case Finished(name) if name == FENCE:
                return True
            case Finished():
                late.keys = ""  # they were in time for its variable
            case Pressed(key):
                late.keys += key
    return False


async def _typed(leg: Leg, mark: Mark | None, turn: int) -> str:
    if mark is None:
        return ""
    behind = (await leg.get(f"SEGUE_{mark.behind}"))[mark.known :] if mark.behind else ""
    return mark.left(behind + await leg.get(f"SEGUE_{mark.read}"), turn)


async def _was_heard(leg: Leg, mark: Mark | None, turn: int, prompt: float) -> bool:
    if mark is None or mark.asked != turn or mark.sent < 0:
        return False
    return await leg.sent() - mark.sent >= ENOUGH * prompt * PACKETS


PLAYBACK = "Playback"


def _command(application: str, arguments: str) -> str:
    """The name of the Read that runs, or `PLAYBACK`, or nothing."""
    if application == "Read":
        name = arguments.partition(",")[0].removeprefix("SEGUE_")
        try:
            turn_of(name)
        except ValueError:
            return ""
        return name
    return PLAYBACK if application == PLAYBACK else ""
