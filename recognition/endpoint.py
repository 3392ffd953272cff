"""Where speech begins and where it is over: end-pointing, by how probable speech is from step to step. Pure.

It begins once the steps together tell enough for it (Page's test, CUSUM: E. S. Page, Continuous Inspection Schemes,
Biometrika 41, 1954): a word that begins with a vowel leaves the network in doubt for a while, and much doubt is as good
as little certainty, while a key's tone, a click or a cough is over too soon. It is over after a pause, which is longer
where people pause inside an answer: between the groups of a number, or for a thought.

Measured on 2,501 words and sentences (flite, espeak-ng, and a person: asterisk-core-sounds-en) by 8 kHz mu-law, in ms
from the first sound of the word: 96, and 165 of 95 in 100. That four of six steps are above 0.5, which was asked for
before, took 120 and 191, and missed 25 words instead of 19; knocks, coughs, dishes and the like passed for speech as
often (113 and 119 times in three hours of them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ivr.engine.events import Alternative
from recognition.listen import Hints, Kind
from recognition.vad import STEP_SECONDS

DOUBT: Final = 0.3  # probability: a step that has more tells for speech, by that much, and one that has less against it
ENOUGH: Final = 1.6  # in sum: three steps (0.1 s) of which the network is sure
SPEECH: Final = 0.5  # probability from which somebody spoke already when the question was put
STILL: Final = 0.35  # and while they speak
PAUSE: Final = 5  # steps without (0.16 s) after which what comes is said anew
BEFORE: Final = 0.3  # seconds of sound before the first step of speech, for the engine
LULL: Final = 8  # steps without (0.26 s) after which it is perhaps over
AFTER: Final = 0.5  # and after the last: with 0.1 to 0.25, noisy digits were 9 points worse
LONGEST: Final = 20.0  # seconds

# Seconds of pause that end an answer. Card numbers are read in groups.
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

MISSING: Final = 2.0  # seconds of pause, where something is surely missing: who reads a card looks for the next group
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
    is_known = hints.least == hints.most  # an engine finds out soon whether all are there
    least = 0.0 if is_known else A_DIGIT * hints.most
    return Pauses(HANGS[hints.kind], 2 * LONGEST if hints.kind == "text" else LONGEST, least)


def complete(hints: Hints, alternatives: Sequence[Alternative]) -> bool:
    """Whether who has said this need not be awaited: an option, or all digits that there may be."""
    if not alternatives or alternatives[0].confidence < CONFIDENCE:
        return False
    best = alternatives[0]
    return best.option is not None or (hints.kind == "digits" and len(best.text) == hints.most)


def evidence(before: float, probability: float) -> float:
    """How much tells for speech after one more step; nothing that was heard tells against what is said later."""
    return max(0.0, before + probability - DOUBT)


class Endpointer:
    """For one question. `take` each step's probability; `start` comes once at most, then once `end` or `cut`.
    `since`: steps since the first that told for the speech that has started, that one included; `quiet`: steps since
    the last."""

    def __init__(self, allowed: Pauses, speaking: bool = False) -> None:
        """`speaking`: somebody has been speaking since before the question; that is not its answer."""
        self._hang = self._allowed = round(allowed.hang / STEP_SECONDS)  # always, and of this pause
        self._least = round(allowed.least / STEP_SECONDS)
        self._longest = round(allowed.longest / STEP_SECONDS)
        self._evidence = 0.0
        self._rising = 0  # steps since there has been any
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
        self._evidence = evidence(self._evidence, probability)
        self._rising = self._rising + 1 if self._evidence else 0
        if self._evidence < ENOUGH:
            return None
        self.since, self.quiet = self._rising, 0  # much doubt is no pause
        return "start"

    @property
    def lull(self) -> bool:
        """Whether it is now perhaps over: once in a pause, and where that may be longer, once more when another would
        be over."""
        if self.quiet == self._hang < self._allowed:
            return True
        return self.quiet == LULL and self.since - self.quiet >= self._least

    def complete(self) -> None:
        """Nothing is missing, so this pause may be shorter."""
        self._allowed = min(self._hang, round(SURE / STEP_SECONDS))

    def wait(self) -> None:
        """Something is missing, so this pause may be longer."""
        self._allowed = max(self._hang, round(MISSING / STEP_SECONDS))

    def restart(self) -> None:
        """What has started was no speech."""
        self._evidence, self._rising, self.since = 0.0, 0, 0

    def _over(self) -> Edge | None:
        if not self.quiet:
            self._allowed = self._hang
        if self.quiet >= self._allowed:
            return "end"
        return "cut" if self.since >= self._longest else None
