"""What the customer does at a question: answers it, takes a choice that always works, is silent, or is not understood.

What was said may be asked back about first (`doubts`, whose answers are taken here too), and may correct what was
understood before (`corrections`). The offer to go on or to start over is a question of its own, put before the
journey's step.
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.engine import corrections, doubts, verify
from ivr.engine.actions import Option
from ivr.engine.bands import Taken, Verdict, verdict
from ivr.engine.data import replace
from ivr.engine.events import Input, Invoked, Recorded, Unheard
from ivr.engine.journey import Doubt, Guess
from ivr.engine.match import NOTE, clean, find
from ivr.engine.questions import DEAF, GO_ON, Question, always_of, offers_of, tries_of
from ivr.engine.spoken.agreement import agreed
from ivr.engine.steps import HELPED, NOT_HELPED, AskSlot, Choice, Menu, Prompt, RecordStep, Verify
from ivr.engine.turn import Turn
from ivr.engine.understanding import meant, mentioned, ways_heard
from ivr.engine.words import words_of

OFFER_TRIES = 3  # then we go on: whoever comes back mostly wants to


def answered(turn: Turn, question: Question, event: Input) -> None:
    """The customer said, pressed, typed or clicked something at a question."""
    if turn.journey.doubt is not None and isinstance(question, Menu | AskSlot):
        _doubt_answered(turn, question, event, turn.journey.doubt)
    elif not (
        _contradicted(turn, question, event)
        or _do(turn, question, _verdict(turn, question, event))
        or _correct(turn, question, event)
        or _do(turn, question, verdict(turn.flow, question, mentioned(turn.flow, question, event), event.mode))
    ):
        _not_understood(turn, question, event)


def silent(turn: Turn, question: Question) -> None:
    """The wait's time passed in silence."""
    turn.count(noinputs=1)
    _ask_again(turn, question, _nth(tries_of(question).no_input, turn.journey.noinputs))


def unheard(turn: Turn, event: Unheard) -> None:
    """The customer spoke, and we could not listen. It is our fault, so no try is counted; but nobody is asked to say
    the same thing for ever."""
    turn.journey = replace(turn.journey, unheard=DEAF if event.reason == "busy" else turn.journey.unheard + 1)
    if turn.journey.unheard < DEAF:
        turn.tell(words_of(turn.flow.language).say_again)
    turn.wait()


def recorded(turn: Turn, question: RecordStep, event: Recorded) -> None:
    """A message was spoken; one without an id is none."""
    if recording := clean(event.recording, NOTE):
        turn.keep({question.slot: f"recording:{recording}"}, given=True)
        turn.go(question.next)
    else:
        silent(turn, question)


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
    elif (always := _heard(turn, event, always_of(turn.flow))) is not None:
        _choose(turn, next(choice for choice in turn.flow.always if choice.id == always.id))
    else:
        _count_nomatch(turn, event)
        _offer_again(turn)


def offer_silent(turn: Turn) -> None:
    turn.count(noinputs=1)
    _offer_again(turn)


def _verdict(turn: Turn, question: Question, event: Input) -> Verdict:
    return verdict(turn.flow, question, meant(turn.flow, turn.journey, question, event), event.mode)


def _do(turn: Turn, question: Question, found: Verdict) -> bool:
    """What was decided; False: nothing was."""
    match found:
        case Taken(guess):
            return _take(turn, question, guess)
        case Doubt():
            turn.doubt(found)
            return True
        case None:
            return False


def _take(turn: Turn, question: Question, guess: Guess) -> bool:
    """The answer counts. False: it is one that the question does not know any more, or one correction too many."""
    option = None if guess.option is None else doubts.choice_of(turn.flow, question, guess.option)
    if guess.option is not None and option is None:
        return False
    if option is not None and option.do == "correct" and corrections.are_spent(turn):
        return False
    turn.keep({name: value for name, value in guess.values.items() if name in turn.flow.slots}, given=True)
    if option is not None:
        _choose(turn, option)
    elif isinstance(question, Verify):
        turn.check(question)
    elif not isinstance(question, Menu):
        turn.go(question.next)
    return True


def _choose(turn: Turn, choice: Choice) -> None:
    """Do what a choice says."""
    if choice.goto:
        turn.chose(choice.id if choice.id in {HELPED, NOT_HELPED} else choice.label or choice.id)
    if choice.language:
        turn.speak(choice.language)
    if choice.goto:
        turn.go(choice.goto)
    elif choice.do == "start_over":
        turn.start_over()
    elif choice.do != "correct":
        turn.wait()
    elif not corrections.take_back(turn):
        corrections.count(turn)
        turn.wait()


# Asking back


def _doubt_answered(turn: Turn, question: Menu | AskSlot, event: Input, doubt: Doubt) -> None:
    flow = turn.flow
    told = _told(turn, question, event, doubt) if _is_clear(turn, event) else None
    if told is not None and told.id == doubts.NO:
        _denied(turn, question, doubt)
    elif told is not None:
        guess = doubt.guesses[1 if told.id == doubts.SECOND and doubt.which else 0]
        if not _take(turn, question, guess):
            _not_understood(turn, question, event)
    else:
        instead = corrections.without_lead(event, words_of(flow.language))
        if not _do(turn, question, _new(_verdict(turn, question, instead), doubt)):
            _count_nomatch(turn, event)
            _ask_again(turn, question, None)


def _told(turn: Turn, question: Menu | AskSlot, event: Input, doubt: Doubt) -> Option | None:
    """Yes, no, or one of the two; None: something else."""
    words = words_of(turn.flow.language)
    options = doubts.offered(turn.flow, turn.journey, question, doubt)
    if found := _heard(turn, event, options):
        return found
    said = agreed(event.text, words) if event.mode in {"speech", "text"} else None
    neither = doubt.which and event.mode != "keys" and corrections.is_any(event.text, words.spoken.neither, words)
    denied = neither or said == "no" or event.option == doubts.NO
    if said == "yes" and not doubt.which:
        return options[0]
    return Option(doubts.NO, None, "") if denied else None


def _new(found: Verdict, doubt: Doubt) -> Verdict:
    """What was asked back about is not asked back about at once again."""
    if isinstance(found, Doubt) and found.guesses[0] in doubt.guesses:
        return None
    return found


def _denied(turn: Turn, question: Menu | AskSlot, doubt: Doubt) -> None:
    """The next best is offered once; then the question is put again."""
    others = doubt.guesses[1:]
    if others and not doubt.which:
        turn.doubt(replace(doubt, guesses=others, again=True))
        return
    turn.journey = replace(turn.journey, doubt=None)
    turn.count(nomatches=1, misheard=1)
    _ask_again(turn, question, _nth(question.tries.no_match, turn.journey.nomatches))


def _correct(turn: Turn, question: Question, event: Input) -> bool:
    """`No, I said …` is about this question, if it was not understood here, or about the one before."""
    if event.mode not in {"speech", "text"} or not _is_clear(turn, event) or corrections.are_spent(turn):
        return False
    instead = corrections.without_lead(event, words_of(turn.flow.language))
    here = instead.text != event.text and isinstance(question, Menu | AskSlot)
    if here and turn.journey.nomatches and _do(turn, question, _verdict(turn, question, instead)):
        return True
    if corrections.applied(turn, question, event, instead):
        return True
    return here and _do(turn, question, _verdict(turn, question, instead))


def _contradicted(turn: Turn, question: Question, event: Input) -> bool:
    """`No, I said …` at a question that no answers, as well: it is about the one before, if that can be put right. Who
    insists has not said no here, and nobody is sent away for it."""
    more = corrections.contradiction(turn.flow, question, event) if _is_clear(turn, event) else None
    if more is None:
        return False
    words = words_of(turn.flow.language)
    instead = corrections.without_lead(more, words)
    if not corrections.are_spent(turn) and corrections.applied(turn, question, more, instead):
        return True
    if not corrections.insists(more.text, words):
        return False
    rest = replace(instead, option=None, others=())
    if not (_do(turn, question, _verdict(turn, question, rest)) or corrections.take_back(turn)):
        _not_understood(turn, question, event)
    return True


# Misses


def _not_understood(turn: Turn, question: Question, event: Input) -> None:
    _count_nomatch(turn, event)
    _ask_again(turn, question, _nth(tries_of(question).no_match, turn.journey.nomatches))


def _count_nomatch(turn: Turn, event: Input) -> None:
    turn.count(nomatches=1, misheard=event.mode == "speech")


def _heard(turn: Turn, event: Input, options: Sequence[Option]) -> Option | None:
    """The first of them that was heard in any way."""
    if not _is_clear(turn, event):
        return None
    words = words_of(turn.flow.language)
    for heard in ways_heard(event):
        known = (option for option in options if event.mode == "speech" and option.id == heard.option)
        if found := next(known, None) or find(options, heard.text, event.mode, words):
            return found
    return None


def _is_clear(turn: Turn, event: Input) -> bool:
    return event.mode != "speech" or event.confidence >= turn.flow.speech.confirm


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
