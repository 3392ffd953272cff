"""What the customer does at a question: answers it, takes a choice that always works, is silent, or is not understood.

The offer to go on or to start over is a question of its own, put before the journey's step.
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.engine import verify
from ivr.engine.actions import Option
from ivr.engine.events import Input, Invoked, Recorded
from ivr.engine.flow import HELPED, NOT_HELPED, Choice, Menu, Prompt, RecordStep, Verify
from ivr.engine.match import NOTE, clean, find, value_of
from ivr.engine.turn import Turn
from ivr.engine.waits import GO_ON, Question, always_of, offers_of, options_at, tries_of
from ivr.engine.words import words_in, words_of

HEARD = 0.5  # confidence from which speech counts as heard (the default of VoiceXML 2.0, section 6.3.2)
OFFER_TRIES = 3  # then we go on: whoever comes back mostly wants to


def answered(turn: Turn, question: Question, event: Input) -> None:
    """The customer said, pressed, typed or clicked something at a question."""
    if not (_take_answer(turn, question, event) or _take_always(turn, event)):
        _not_understood(turn, question, event)


def silent(turn: Turn, question: Question) -> None:
    """The wait's time passed in silence."""
    turn.count(noinputs=1)
    _ask_again(turn, question, _nth(tries_of(question).no_input, turn.journey.noinputs))


def recorded(turn: Turn, question: RecordStep, event: Recorded) -> None:
    """A message was spoken; one without an id is none."""
    if recording := clean(event.recording, NOTE):
        turn.keep({question.slot: f"recording:{recording}"}, given=True)
        turn.go(question.next)
    else:
        silent(turn, question)


def _not_understood(turn: Turn, question: Question, event: Input) -> None:
    _count_nomatch(turn, event)
    _ask_again(turn, question, _nth(tries_of(question).no_match, turn.journey.nomatches))


def _count_nomatch(turn: Turn, event: Input) -> None:
    turn.count(nomatches=1, misheard=event.mode == "speech")


def checked(turn: Turn, question: Verify, event: Invoked) -> None:
    """Whether the proof was right."""
    if verify.is_right(turn.journey, question, event.result, event.at):
        turn.journey = verify.passed(turn.journey, question)
        turn.proven(question)
        return
    turn.journey = verify.refused(turn.journey, question)
    if verify.is_exhausted(turn.journey, question) or not turn.send_code(question):
        turn.go(question.failed)
    else:
        turn.say(_nth(question.tries.no_match, verify.misses(turn.journey, question)))
        turn.wait()


def unchecked(turn: Turn, question: Verify) -> None:
    """Nobody could tell whether it was right."""
    turn.journey = verify.unchecked(turn.journey, question)
    turn.go(question.failed)


def offer_answered(turn: Turn, event: Input) -> None:
    option = _heard(turn, event, offers_of(turn.flow))
    if option and option.id == GO_ON:
        _go_on(turn)
    elif option:
        turn.start_over()
    elif not _take_always(turn, event):
        _count_nomatch(turn, event)
        _offer_again(turn)


def offer_silent(turn: Turn) -> None:
    turn.count(noinputs=1)
    _offer_again(turn)


def _take_answer(turn: Turn, question: Question, event: Input) -> bool:
    if isinstance(question, Menu):
        return _take(turn, question.choices, _heard(turn, event, options_at(turn.flow, question)))
    spec = turn.flow.slots[question.slot]
    # Free text takes anything, so there the words for an agent must come first to be heard at all.
    if spec.type == "text" and _take_always(turn, event):
        return True
    if not _is_clear(event):
        return False
    value = value_of(spec, event.text, event.mode, words_in(turn.flow), event.at)
    if value is None:
        return False
    turn.keep({question.slot: value}, given=True)
    if isinstance(question, Verify):
        turn.check(question)
    else:
        turn.go(question.next)
    return True


def _take_always(turn: Turn, event: Input) -> bool:
    return _take(turn, turn.flow.always, _heard(turn, event, always_of(turn.flow)))


def _take(turn: Turn, choices: Sequence[Choice], option: Option | None) -> bool:
    """Do what the choice behind an option says, if one was heard."""
    if option is None:
        return False
    choice = next(choice for choice in choices if choice.id == option.id)
    if choice.goto:
        turn.chose(choice.id if choice.id in {HELPED, NOT_HELPED} else choice.label or choice.id)
    if choice.language:
        turn.speak(choice.language)
    if choice.goto:
        turn.go(choice.goto)
    elif choice.do == "start_over":
        turn.start_over()
    else:
        turn.wait()
    return True


def _heard(turn: Turn, event: Input, options: Sequence[Option]) -> Option | None:
    return find(options, event.text, event.mode, words_of(turn.flow.language)) if _is_clear(event) else None


def _is_clear(event: Input) -> bool:
    return event.mode != "speech" or event.confidence >= HEARD


def _ask_again(turn: Turn, question: Question, first: Prompt | None) -> None:
    """Each time in other words, and in the end elsewhere."""
    tries = tries_of(question)
    if turn.journey.noinputs + turn.journey.nomatches >= tries.tries:
        turn.go(tries.exhausted)
    else:
        turn.say(first)
        turn.wait()


def _offer_again(turn: Turn) -> None:
    if turn.journey.noinputs + turn.journey.nomatches >= OFFER_TRIES:
        _go_on(turn)
    else:
        turn.wait()


def _go_on(turn: Turn) -> None:
    turn.return_to(turn.journey.step or turn.flow.start)


def _nth(prompts: Sequence[Prompt], n: int) -> Prompt | None:
    """The n-th prompt, from 1; the last one serves all later times."""
    return prompts[min(n, len(prompts)) - 1] if prompts else None
