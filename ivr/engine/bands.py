"""What becomes of what was understood: it counts, it is asked back about, or it is not understood. A policy: it returns
a value, and others act."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.engine.data import Data
from ivr.engine.events import Mode
from ivr.engine.flow import Bands, Flow
from ivr.engine.journey import Doubt, Guess
from ivr.engine.questions import Question
from ivr.engine.steps import AskSlot, Confirm, Menu
from ivr.engine.understanding import Meant

NEAR = 0.15  # two that differ by less are both likely
MOST_GUESSES = 2  # the best one, and what is asked about when that was wrong


class Taken(Data, frozen=True):
    """It counts."""

    guess: Guess


Verdict = Taken | Doubt | None


def verdict(flow: Flow, question: Question, meant: Sequence[Meant], mode: Mode) -> Verdict:
    """`meant` is best first. None: it was not understood."""
    bands = flow.speech
    if not meant or (mode == "speech" and meant[0].confidence < bands.confirm):
        return None
    if mode != "speech" or not isinstance(question, Menu | AskSlot) or _repeats(flow, meant[0]):
        return Taken(meant[0].guess)
    return _of_speech(flow, question, meant, bands)


def _of_speech(flow: Flow, question: Menu | AskSlot, meant: Sequence[Meant], bands: Bands) -> Verdict:
    best, confirm = meant[0], _confirm(flow, question)
    near = [one for one in meant[1:] if best.confidence - one.confidence < NEAR]
    if confirm == "never":
        return None if near and _is_yes_or_no(flow, question) else Taken(best.guess)
    guesses = tuple(one.guess for one in meant[:MOST_GUESSES])
    if near and _differ(flow, question, *guesses):
        return Doubt(guesses, which=True)
    certain = best.sure and best.confidence >= bands.accept and not near
    return Taken(best.guess) if certain and confirm == "auto" else Doubt(guesses)


def _confirm(flow: Flow, question: Menu | AskSlot) -> Confirm:
    """To ask whether they said yes helps nobody: the question is put again instead. Secrets are not said back."""
    if isinstance(question, Menu):
        return "never" if question.article else "auto"
    if flow.slots[question.slot].sensitivity == "secret":
        return "never"
    return "never" if question.confirm == "auto" and _is_yes_or_no(flow, question) else question.confirm


def _is_yes_or_no(flow: Flow, question: Menu | AskSlot) -> bool:
    if isinstance(question, Menu):
        return question.article is not None
    return flow.slots[question.slot].type == "yes_no"


def _differ(flow: Flow, question: Menu | AskSlot, one: Guess, other: Guess) -> bool:
    """Two things to choose between by name. Of two numbers that sound alike, the likelier one is read back."""
    if one.option != other.option:
        return one.option is not None and other.option is not None
    return isinstance(question, AskSlot) and flow.slots[question.slot].type == "choice"


def _repeats(flow: Flow, best: Meant) -> bool:
    """To hear the question again does no harm."""
    return best.always and any(choice.id == best.guess.option and choice.do == "repeat" for choice in flow.always)
