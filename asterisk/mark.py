"""What a call leg remembers for us, so that a restarted server loses no key and asks nothing twice.

Asterisk keeps the keys that the caller presses while the server is away, in a variable of each Read. The mark, a
variable too, says what they mean: which Read was last, what was typed before it, what answers have used of it all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self


class Tail(NamedTuple):
    """The keys of a Read after its first `known`."""

    read: str
    known: int


@dataclass(frozen=True, slots=True)
class Mark:
    """`read`: `<turn>_<number>` of the last Read, whose keys are in the variable `SEGUE_<read>`. `ahead`: unused keys
    from before it. `turn`: the last turn answered since; `before` and `used`: how many of the keys, those ahead first,
    were used before that answer and with it. `behind`: the Reads that still ran when this one was queued, oldest first;
    their known keys are in `ahead` or used, the rest came too late for it. `sent`: how many packets of sound the leg
    had been sent when the question of the turn began; -1: we do not know, so it may not have been heard."""

    read: str
    ahead: str = field(default="", repr=False)  # may be a PIN
    turn: int = -1
    before: int = 0
    used: int = 0
    behind: tuple[Tail, ...] = ()
    sent: int = -1

    def answered(self, turn: int, used: int) -> Self:
        """To be written before the turn is taken: whether it then was, the journey's own turn will tell."""
        return replace(self, turn=turn, before=self.used, used=used)

    def left(self, heard: str, turn: int) -> str:
        """The keys that are there for the wait `turn`, when `heard` came after those ahead."""
        return (self.ahead + heard)[self.used if turn > self.turn else self.before :]

    def followed(self) -> Self:
        """By one more Read, queued before we know the keys of those that run."""
        turn, _, number = self.read.rpartition("_")
        return replace(self, read=f"{turn}_{int(number) + 1}", behind=(*self.behind, Tail(self.read, 0)))

    @property
    def asked(self) -> int:
        """The turn whose question the Read put."""
        return turn_of(self.read)

    def __str__(self) -> str:
        behind = "+".join(f"{tail.read}.{tail.known}" for tail in self.behind)
        return f"{self.read}:{self.ahead}:{self.turn}:{self.before}:{self.used}:{behind}:{self.sent}"


def parse(text: str) -> Mark | None:
    """None when the leg has no mark, or one of another version of ours."""
    try:
        read, ahead, turn, before, used, behind, sent = text.split(":")
        tails = tuple(_tail(tail) for tail in behind.split("+") if tail)
        return Mark(read, ahead, int(turn), int(before), int(used), tails, int(sent))
    except ValueError:
        return None


def _tail(text: str) -> Tail:
    read, known = text.split(".")
    return Tail(read, int(known))


def turn_of(read: str) -> int:
    """Raises `ValueError` for what is no name of a Read of ours."""
    return int(read.split("_")[0])
