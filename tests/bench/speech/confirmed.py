"""What becomes of a number in a call: it is said, read back where that is not sure, denied, said again, keyed in.

The menu's own engine decides, with the thresholds that menus have unless they say otherwise. The caller says "yes" and
"no" by the same voice on the same line, and the number each time at another speed in another stretch of noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.engine.actions import Collect
from ivr.engine.data import replace
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.journey import Doubt
from ivr.engine.steps import AskSlot
from recognition import audio
from recognition.audio import Samples
from recognition.engine import Engine
from recognition.hearing import event_of
from recognition.listen import Heard, hints_of
from tests.bench.speech.corpus import TEMPOS, Utterance, seed_of, spoken
from tests.bench.speech.line import RATE, through
from tests.engine.flows import SUPPORT, prompt, tries, voice

Row = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Ending:
    """`value`: what the number was taken for; empty: the caller was sent to keys. `asked`: what they were asked until
    then, the first question included."""

    wanted: str
    value: str
    asked: int


def endings(engine: Engine, folder: Path, utterances: Iterable[Utterance]) -> list[Ending]:
    return [_ending(engine, folder, utterance) for utterance in utterances]


def row(line: str, told: Sequence[Ending]) -> Row:
    """In per cent of all, but `right of those taken`: of the numbers that counted in the end."""
    taken = [one for one in told if one.value]
    right = [one for one in taken if one.value == one.wanted]
    return {
        "line": line,
        "numbers": len(told),
        "right": round(100 * len(right) / len(told)),
        "wrong": round(100 * (len(taken) - len(right)) / len(told)),
        "sent to keys": round(100 * (len(told) - len(taken)) / len(told)),
        "right of those taken": round(100 * len(right) / max(1, len(taken)), 1),
        "taken at once": round(100 * sum(one.asked == 1 for one in taken) / len(told)),
        "questions each": round(sum(one.asked for one in told) / len(told), 2),
    }


def _ending(engine: Engine, folder: Path, utterance: Utterance) -> Ending:
    talk, asked, said = voice(_flow(len(utterance.said.wanted))), 0, 0
    while isinstance(talk.last, Collect) and talk.last.slot == "number" and (hints := hints_of(talk.last)):
        asked += 1
        sound = _sound(folder, utterance, said, talk.journey.doubt)
        said += talk.journey.doubt is None
        decoding = engine.open(hints)
        decoding.feed(audio.resample(sound, RATE, engine.rate))
        heard = Heard(decoding.final())
        talk.happens(event_of(heard, f"said {asked}", talk.now, talk.contact, talk.journey.turn))
    number = talk.journey.slots.get("number")
    return Ending(utterance.said.wanted, number.value if number else "", asked)


def _sound(folder: Path, utterance: Utterance, said: int, doubt: Doubt | None) -> Samples:
    """The number is said for the first time as it is in the test set."""
    if doubt is None and said == 0:
        return utterance.sound
    text = utterance.said.text
    if doubt is not None:
        text = "yes" if doubt.guesses[0].values == {"number": utterance.said.wanted} else "no"
    seed = seed_of(utterance.said, utterance.voice) + 7 * said
    return through(utterance.line, *spoken(folder, utterance.voice, text, TEMPOS[seed // 7 % len(TEMPOS)]), seed)


def _flow(digits: int) -> Flow:
    asked = AskSlot("number", prompt("Your number, please."), tries(), "bye")
    number = SlotSpec("number", "digits", "your number", min_length=digits, max_length=digits)
    steps, slots = {**SUPPORT.steps, "ask": asked}, {**SUPPORT.slots, "number": number}
    return replace(SUPPORT, start="ask", steps=steps, slots=slots)
