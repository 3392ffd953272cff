"""Where speech begins and where it is over: end-pointing, by how probable speech is from step to step. Pure.

It begins once enough of the last steps were speech; a key's tone, a click or a cough is shorter. It is over after a
pause, which is longer where people pause inside an answer: between the groups of a number, or for a thought.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ivr.engine.events import Alternative
from recognition.listen import Hints, Kind
from recognition.vad import STEP_SECONDS

SPEECH: Final = 0.5  # probability from which a step is speech
STILL: Final = 0.35  # and while somebody speaks
ENOUGH: Final = 4  # steps of speech (0.13 s) ...
AMONG: Final = 6  # ... of the last (0.19 s)
PAUSE: Final = 5  # steps without (0.16 s) after which what comes is said anew
BEFORE: Final = 0.3  # seconds of sound before the first step of speech, for the engine
LULL: Final = 8  # steps without (0.26 s) after which it is perhaps over
AFTER: Final = 0.5  # and after the last: with 0.1 to 0.25, noisy digits were 9 points worse
LONGEST: Final = 20.0  # seconds

# Seconds of pause that end an answer. A known number of digits is awaited as long as an unknown one: nobody counts
# while listening, and card numbers are read in groups.
HANGS: Final[dict[Kind, float]] = {
    "options": 0.5,
    "choice": 0.5,
    "yes_no": 0.4,
    "digits": 1.0,
    "number": 0.7,
    "money": 0.7,
    "date": 0.8,
    "time": 0.7,
    "text": 1.0,
}

SURE: Final = 0.4  # seconds of pause, where what was said until then is an answer and nothing is missing
CONFIDENCE: Final = 0.9  # from which on it is
A_DIGIT: Final = 0.2  # seconds at least

Edge = Literal["start", "end", "cut"]


@dataclass(frozen=True, slots=True)
class Pauses:
    """`hang`: seconds of pause after which an answer is over; `longest`: seconds after which it is cut; `least`:
    seconds before which it is not worth the work to find out whether it is over."""

    hang: float
    longest: float = LONGEST
    least: float = 0.0


def pauses(hints: Hints) -> Pauses:
    if hints.kind == "digits" and hints.most <= 1:
        return Pauses(HANGS["yes_no"])
    return Pauses(HANGS[hints.kind], 2 * LONGEST if hints.kind == "text" else LONGEST, A_DIGIT * hints.most)


def complete(hints: Hints, alternatives: Sequence[Alternative]) -> bool:
    """Whether who has said this need not be awaited: an option, or all digits that there may be."""
    if not alternatives or alternatives[0].confidence < CONFIDENCE:
        return False
    best = alternatives[0]
    return best.option is not None or (hints.kind == "digits" and len(best.text) == hints.most)


class Endpointer:
    """For one question. `take` each step's probability; `start` comes once at most, then once `end` or `cut`.
    `since`: steps since the first of the speech that has started, that one included; `quiet`: steps since the last."""

    def __init__(self, allowed: Pauses, speaking: bool = False) -> None:
        """`speaking`: somebody has been speaking since before the question; that is not its answer."""
        self._hang = round(allowed.hang / STEP_SECONDS)
        self._least = round(allowed.least / STEP_SECONDS)
        self._sure = False
        self._longest = round(allowed.longest / STEP_SECONDS)
        self._recent: deque[bool] = deque(maxlen=AMONG)
        self._blocked = speaking
        self.quiet = 0
        self.since = 0

    def take(self, probability: float) -> Edge | None:
        speech = probability >= (STILL if self.since else SPEECH)
        self.quiet = 0 if speech else self.quiet + 1
        if self.since:
            self.since += 1
            return self._over()
        if self._blocked:
            self._blocked = self.quiet < PAUSE
            return None
        self._recent.append(speech)
        if sum(self._recent) < ENOUGH:
            return None
        self.since = len(self._recent) - self._recent.index(True)
        return "start"

    @property
    def lull(self) -> bool:
        """Whether it is now perhaps over; once in a pause."""
        return self.quiet == LULL and self.since - self.quiet >= self._least

    def complete(self) -> None:
        """Nothing is missing, so this pause may be shorter."""
        self._sure = True

    def restart(self) -> None:
        """What has started was no speech."""
        self._recent.clear()
        self.since = 0

    def _over(self) -> Edge | None:
        self._sure = self._sure and self.quiet > 0
        if self.quiet >= (min(self._hang, round(SURE / STEP_SECONDS)) if self._sure else self._hang):
            return "end"
        return "cut" if self.since >= self._longest else None
