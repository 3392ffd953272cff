"""Taking over a call leg that another process of ours left behind: what runs on it, and which keys are still unused.

A prompt that still plays is left to play. Otherwise the Read is ended, since only then can its keys be looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from asterisk.leg import Leg
from asterisk.mark import Mark, parse, turn_of
from asterisk.signals import Finished, Signal

PATIENCE = 5.0  # seconds for a Read to end
LONGEST = 120.0  # seconds of a prompt that no key stops

Hear = Callable[[float | None], Awaitable[Signal | None]]  # the next signal, or None when the time has come


@dataclass(frozen=True, slots=True)
class Found:
    """`asked`: the caller has heard (or hears) the question of the turn; `running`: the Read whose prompt plays on;
    `keys`: typed and not used; `spoken`: the says before a hand-off or a hang-up were played."""

    mark: Mark | None
    keys: str = field(repr=False)
    asked: bool
    running: str | None = None
    spoken: bool = False


async def take_over(leg: Leg, turn: int, hear: Hear, clock: Callable[[], float]) -> Found:
    """`turn`: of the journey's wait; -1 when it takes no keys."""
    mark = parse(await leg.get("SEGUE_MARK"))
    spoken = False
    while name := _command(*(await leg.running())):
        if name == PLAYBACK:
            spoken = await _finished(hear, clock() + LONGEST)
        elif mark and name == mark.read and mark.asked == turn and await leg.is_playing():
            return Found(mark, mark.left("", turn), asked=True, running=name)
        else:
            leg.end_read()
            await _finished(hear, clock() + PATIENCE)
    keys = mark.left(await leg.get(f"SEGUE_{mark.read}"), turn) if mark else ""
    keys += await leg.get("SEGUE_AWAY_KEYS")
    leg.set("SEGUE_AWAY_KEYS", "")
    return Found(mark, keys, asked=mark is not None and mark.asked == turn, spoken=spoken)


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


async def _finished(hear: Hear, deadline: float) -> bool:
    """Until the command is over. Keys before that are in its variable too, so they are passed over here."""
    while signal := await hear(deadline):
        if isinstance(signal, Finished):
            return True
    return False
