"""Asking back: whether a spoken answer was understood rightly, before it counts. A wait of its own, kept in the journey
(`journey.Doubt`), so that it outlives a lost line.

What is asked back about is answered by yes or no, in ears or by key; or, where two are likely, by one of the two. It
may also be answered by what was meant: all that the question itself takes may be said here, too.
"""

from __future__ import annotations

from ivr.engine import render
from ivr.engine.actions import Collect, Keys, Option, Say
from ivr.engine.flow import Flow
from ivr.engine.formats import read_back
from ivr.engine.journey import Doubt, Guess, Journey
from ivr.engine.questions import (
    TAKE_BACK,
    Question,
    all_options_at,
    always_of,
    by_keys_only,
    intents_at,
    keys_of,
    options_at,
)
from ivr.engine.steps import AskSlot, Choice, Menu
from ivr.engine.words import words_in, words_of

YES, NO = "yes", "no"
FIRST, SECOND = "1", "2"  # ids of the two of which one is meant, and their keys


def wait_of(flow: Flow, journey: Journey, question: Menu | AskSlot, doubt: Doubt) -> Collect:
    options = offered(flow, journey, question, doubt)
    always = always_of(flow)
    return Collect(
        turn=journey.turn,
        step=journey.step or "",
        slot=question.slot if isinstance(question, AskSlot) else None,
        type=None,
        options=(*options, *_besides(flow, journey, question, {option.id for option in options})),
        always=always,
        keys=Keys(keys_of(*options, *always)),
        timeout=question.tries.timeout,
        interdigit=question.tries.interdigit,
        language=flow.language,
        speech=not by_keys_only(flow, journey),
    )


def prompt_of(flow: Flow, journey: Journey, question: Question, doubt: Doubt) -> tuple[Say, ...]:
    """With the keys only where words alone have not helped."""
    words = words_of(flow.language)
    labels = [label(flow, journey, question, guess) for guess in doubt.guesses]
    if doubt.which:
        asked = words.which.format(one=labels[0], other=labels[1])
    else:
        asked = (words.or_did_you_say if doubt.again else words.did_you_say).format(label=labels[0])
    keys = [words.yes_or_no]
    if doubt.which:
        keys = [words.value.format(label=text, key=key) for text, key in zip(labels, (FIRST, SECOND), strict=True)]
    by_keys = render.spoken(journey) and (by_keys_only(flow, journey) or journey.noinputs + journey.nomatches > 0)
    said = [asked, *(keys if by_keys else ())]
    return tuple(Say(text, fixed=text == words.yes_or_no, language=flow.language) for text in said)


def offered(flow: Flow, journey: Journey, question: Question, doubt: Doubt) -> tuple[Option, ...]:
    """Yes and no, or the two of which one is meant."""
    words = words_of(flow.language)
    if not doubt.which:
        return (
            Option(YES, FIRST, words.yes[0].capitalize(), words.yes),
            Option(NO, SECOND, words.no[0].capitalize(), words.no),
        )
    return tuple(
        Option(key, key, label(flow, journey, question, guess), _phrases(flow, question, guess))
        for key, guess in zip((FIRST, SECOND), doubt.guesses, strict=False)
    )


def label(flow: Flow, journey: Journey, question: Question, guess: Guess) -> str:
    """What a guess is called: its option, then its values as they are read back."""
    named = [_label(choice_of(flow, question, guess.option))] if guess.option is not None else []
    values = [_value(flow, journey, name, value) for name, value in guess.values.items()]
    return ", ".join((*named, *values))


def choice_of(flow: Flow, question: Question, option: str | None) -> Choice | None:
    """The choice behind an option of the question; None: there is none (any more)."""
    if option == TAKE_BACK:
        return Choice(TAKE_BACK, None, "", words_of(flow.language).spoken.wrong, do="correct")
    own = question.choices if isinstance(question, Menu) else ()
    found = (choice for choice in (*own, *flow.always) if choice.id == option)
    return next(found, None) or intents_at(flow, question).get(option or "")


def _besides(flow: Flow, journey: Journey, question: Question, taken: set[str]) -> tuple[Option, ...]:
    """For ears: what the question itself offers, without keys."""
    if not render.spoken(journey):
        return ()
    own = all_options_at(flow, question) if isinstance(question, Menu) else options_at(flow, question)
    return tuple(Option(o.id, None, o.label, o.phrases) for o in own if o.id not in taken)


def _phrases(flow: Flow, question: Question, guess: Guess) -> tuple[str, ...]:
    choice = choice_of(flow, question, guess.option)
    return choice.phrases if choice else ()


def _label(choice: Choice | None) -> str:
    return (choice.label or next(iter(choice.phrases), choice.id)) if choice else ""


def _value(flow: Flow, journey: Journey, name: str, value: str) -> str:
    """Eyes read it as it is kept: a doubt that has moved from a call to a chat."""
    spec = flow.slots[name]
    if spec.type == "choice":
        return spec.choices.get(value, value)
    return read_back(words_in(flow), spec.type, value) if render.spoken(journey) or spec.type == "yes_no" else value
