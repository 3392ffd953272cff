"""Taking over a call leg that another process of ours left behind: what runs on it, and which keys are still unused.

A prompt that still plays is left to play. Otherwise the Reads that were left behind are ended, since only then can
their keys be looked at. A silent Read of ours is queued first and takes over at once: a key that is let go while no
Read runs is told by Asterisk, held back, and may be given to the next Read too (channel.c, `queue_dtmf_readq` and
AST_FLAG_EMULATE_DTMF), so nobody could say where it was counted. The fence before that Read parts the keys: those told
until it is reached are in the variables, those told later are ours to count.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from asterisk.leg import Leg
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
    """`mark.read` is the Read that runs: the one whose prompt plays on, or a silent one. `heard`: the caller has heard
    (or hears) the question of the turn; `keys`: typed before and not used; `spoken`: the says before a hand-off or a
    hang-up were played."""

    mark: Mark
    keys: str = field(repr=False)
    heard: bool
    playing: bool = False
    spoken: bool = False


async def take_over(leg: Leg, turn: int, prompt: float, hear: Hear, clock: Callable[[], float]) -> Found:
    """`turn`: of the journey's wait, -1 when no answer led to it; `prompt`: the seconds of its question."""
    mark, ear = parse(await leg.get("SEGUE_MARK")), _Ear(hear, clock)
    if mark and mark.asked == turn and await _plays(leg, mark) and not await ear.has_keys():
        return Found(mark, mark.left(await _tails(leg, mark), turn), heard=True, playing=True)
    mark = _listen(leg, mark)
    spoken, ended, give_up = False, "", clock() + PATIENCE
    while clock() < give_up and not await ear.reaches(_fence(mark), LOOK):
        name = _command(*(await leg.running()))
        if name == PLAYBACK:
            spoken, give_up = True, clock() + PATIENCE
        elif name and name not in (ended, mark.read):
            leg.end_read()
            ended = name
    keys = mark.left(await _tails(leg, mark), turn) + await leg.get("SEGUE_AWAY_KEYS") + ear.keys
    settled = Mark(mark.read, keys, sent=mark.sent)
    leg.set("SEGUE_MARK", settled)
    leg.set("SEGUE_AWAY_KEYS", "")
    return Found(settled, keys, heard=await _was_heard(leg, mark, turn, prompt), spoken=spoken)


class _Ear:
    """What the leg tells since we connected. `keys`: those told since the last command was over, which no variable
    has yet."""

    def __init__(self, hear: Hear, clock: Callable[[], float]) -> None:
        self._hear, self._clock = hear, clock
        self.keys = ""

    async def reaches(self, fence: str, seconds: float) -> bool:
        """Whether the leg comes to the fence within that time."""
        until = self._clock() + seconds
        while signal := await self._hear(until):
            match signal:
                case Finished(name) if name == fence:
                    return True
                case Finished():
                    self.keys = ""  # they were in time for its variable
                case Pressed(key):
                    self.keys += key
        return False

    async def has_keys(self) -> bool:
        await self.reaches("", 0)
        return bool(self.keys)


async def _plays(leg: Leg, mark: Mark) -> bool:
    """Whether the question's own prompt is being heard."""
    return _command(*(await leg.running())) == mark.read and await leg.is_playing()


def _listen(leg: Leg, mark: Mark | None) -> Mark:
    """Queue a fence and a silent Read after all that the process before us has queued. The mark goes first: whenever
    we die, whoever comes next finds all Reads in it."""
    mark = mark.followed() if mark else Mark("0_0")
    leg.set("SEGUE_MARK", mark)
    leg.fence(_fence(mark))
    leg.read(mark.read)
    return mark


def _fence(mark: Mark) -> str:
    """Of this process only: one that died here has left its own."""
    return f"fence_{mark.read}"


async def _tails(leg: Leg, mark: Mark) -> str:
    return "".join([(await leg.get(f"SEGUE_{read}"))[known:] for read, known in mark.behind])


async def _was_heard(leg: Leg, mark: Mark, turn: int, prompt: float) -> bool:
    if mark.asked != turn or mark.sent < 0:
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
