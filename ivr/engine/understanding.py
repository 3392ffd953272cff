"""What an input may mean at a question, and how sure that is: from every way in which it may have been heard, to what
may be done. Decides nothing; `bands` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ivr.engine.actions import Option
from ivr.engine.data import Data
from ivr.engine.events import Alternative, Input, Mode
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.journey import Guess, Journey
from ivr.engine.match import find, fold, meanings, options_of
from ivr.engine.questions import TAKE_BACK, Question, all_options_at, always_of, choices_at
from ivr.engine.sentence import Sentence, empty_slots, parsed
from ivr.engine.spoken.figures import bare
from ivr.engine.steps import AskSlot, Choice, Menu, RecordStep, Verify
from ivr.engine.words import words_in, words_of

Asked = AskSlot | RecordStep | Verify  # what asks for the value of a slot

SENTENCES: frozenset[Mode] = frozenset({"speech", "text"})  # in which several things can be told


class Meant(Data, frozen=True):
    """`confidence` from 0 to 1. `sure`: the words themselves leave no other choice. `always`: it is none of the
    question's own answers."""

    guess: Guess
    confidence: float = 1.0
    sure: bool = True
    always: bool = False


def meant(flow: Flow, journey: Journey, question: Question, event: Input) -> list[Meant]:
    """Best first; nothing, where nothing is understood. The same thing heard in two ways is there once."""
    found: list[Meant] = []
    for heard in ways_heard(event):
        for one in _meant(flow, journey, question, event, heard):
            if all(one.guess != other.guess for other in found):
                found.append(one)
    return sorted(found, key=lambda one: -one.confidence)


def mentioned(flow: Flow, question: Question, event: Input) -> list[Meant]:
    """The options that are only mentioned among other words: `I want to track the thing`. None of them is sure."""
    if not isinstance(question, Menu) or event.mode != "speech":
        return []
    idle = {fold(phrase) for phrase in (*words_of(flow.language).yes, *words_of(flow.language).no)}
    said = f" {fold(event.text)} "
    hits = [
        (max(lengths), option)
        for option in all_options_at(flow, question)
        if (lengths := [len(name) for name in _names(option) - idle if f" {name} " in said])
    ]
    best = max((length for length, _ in hits), default=0)
    return [Meant(Guess(option.id), event.confidence, sure=False) for length, option in hits if length == best]


def ways_heard(event: Input) -> tuple[Alternative, ...]:
    if event.mode != "speech":
        return (Alternative(event.text),)
    return (Alternative(event.text, event.confidence, event.option), *event.others)


def _meant(flow: Flow, journey: Journey, question: Question, event: Input, heard: Alternative) -> Iterator[Meant]:
    """Of one way to hear it. The question's own answers go before what always works."""
    if isinstance(question, Menu):
        yield from list(_chosen(flow, journey, question, event, heard)) or _always(flow, event, heard)
    elif flow.slots[question.slot].type == "text":
        # Free text takes anything, so there the words for an agent come first to be heard at all.
        yield from _always(flow, event, heard) or _given(flow, journey, question, event, heard)
    else:
        yield from list(_given(flow, journey, question, event, heard)) or _always(flow, event, heard)


def _always(flow: Flow, event: Input, heard: Alternative) -> list[Meant]:
    if event.mode == "speech" and heard.option == TAKE_BACK:
        return [Meant(Guess(TAKE_BACK), heard.confidence, always=True)]
    option = _option(flow, always_of(flow), event, heard)
    return [Meant(Guess(option.id), heard.confidence, always=True)] if option else []


def _chosen(flow: Flow, journey: Journey, menu: Menu, event: Input, heard: Alternative) -> Iterator[Meant]:
    options, choices = all_options_at(flow, menu), choices_at(flow, menu)
    option = _option(flow, options, event, heard)
    if option and (event.mode not in SENTENCES or fold(heard.text) in _names(option)):
        yield Meant(Guess(option.id), heard.confidence)
    elif option:
        told = _values(flow, journey, choices[option.id], event, heard)
        yield Meant(Guess(option.id, told.values), heard.confidence, told.sure)
    elif event.mode in SENTENCES:
        yield from _told_with_values(flow, journey, choices, options, event, heard)


def _told_with_values(
    flow: Flow,
    journey: Journey,
    choices: Mapping[str, Choice],
    options: Sequence[Option],
    event: Input,
    heard: Alternative,
) -> Iterator[Meant]:
    """The options that a sentence names beside values for what is asked behind them. To look for values takes time, so
    that is done only where the names are."""
    words = words_of(flow.language)
    said = set(fold(heard.text).split())
    for option in options:
        if not any(said.issuperset(bare(name.split(), words) or name.split()) for name in _names(option)):
            continue
        told = _values(flow, journey, choices[option.id], event, heard)
        if told.values and any(_is_named(option, rest, flow) for rest in told.rest):
            yield Meant(Guess(option.id, told.values), heard.confidence, told.sure)


def _given(flow: Flow, journey: Journey, question: Asked, event: Input, heard: Alternative) -> Iterator[Meant]:
    """A value for the question's slot, alone or among others for what is asked after it."""
    spec, words = flow.slots[question.slot], words_in(flow)
    if event.mode == "speech" and heard.option in {option.id for option in options_of(spec, words)}:
        yield Meant(Guess(None, {spec.name: heard.option or ""}), heard.confidence)
        return
    found = meanings(spec, heard.text, event.mode, words, event.at)
    for reading in found:
        yield Meant(Guess(None, {spec.name: reading.value}), heard.confidence, reading.sure)
    if not found and event.mode in SENTENCES and isinstance(question, AskSlot) and spec.sensitivity != "secret":
        told = _parsed(flow, (spec, *empty_slots(flow, journey, question.next)), event, heard)
        if spec.name in told.values:
            yield Meant(Guess(None, told.values), heard.confidence, told.sure)


def _values(flow: Flow, journey: Journey, choice: Choice, event: Input, heard: Alternative) -> Sentence:
    """What was told beside a choice, for the questions behind it."""
    return _parsed(flow, empty_slots(flow, journey, choice.goto), event, heard)


def _parsed(flow: Flow, specs: Sequence[SlotSpec], event: Input, heard: Alternative) -> Sentence:
    return parsed(heard.text, specs, event.mode, words_in(flow), event.at)


def _option(flow: Flow, options: Sequence[Option], event: Input, heard: Alternative) -> Option | None:
    """The one that its recognizer knows, or that the words name."""
    known = next((option for option in options if option.id == heard.option), None) if heard.option else None
    if known is not None or event.mode != "speech":
        return known or find(options, heard.text, event.mode, words_of(flow.language))
    words = words_of(flow.language)
    said = " ".join(bare(fold(heard.text).split(), words))
    return find(options, heard.text, event.mode, words) or (find(options, said, event.mode, words) if said else None)


def _is_named(option: Option, rest: str, flow: Flow) -> bool:
    """Whether a sentence without its values says no more than one of an option's names. Words that lead to a value
    (`from`) may be left over."""
    words = words_of(flow.language)
    said = bare(fold(rest).split(), words)
    while said and said[-1] in words.spoken.beside | words.spoken.homophones.keys():
        said = bare(said[:-1], words)
    names = _names(option)
    return " ".join(said) in names | {" ".join(bare(name.split(), words)) for name in names} - {""}


def _names(option: Option) -> set[str]:
    return {fold(name) for name in (option.id, option.label, *option.phrases)} - {""}
