"""The words that ask: the prompt of what a journey waits for, and its options where the channel has no buttons."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.engine import doubts, render, verify
from ivr.engine.actions import Option, Say
from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.journey import Journey
from ivr.engine.match import options_of
from ivr.engine.once import once
from ivr.engine.questions import by_keys_only, is_deaf, offers_of, option_of
from ivr.engine.steps import (
    HELPED,
    NOT_HELPED,
    AskSlot,
    Choice,
    Handoff,
    InvokeStep,
    Menu,
    RecordStep,
    TransferStep,
    Verify,
)
from ivr.engine.words import words_of

LISTED = {"sms", "email", "messenger"}  # channels without buttons: options are written out


def prompt_of(flow: Flow, journey: Journey) -> tuple[Say, ...]:
    """The words of the current step, its options after them where the channel has no buttons; the keys offered first
    where ears were tried in vain."""
    words = _prompt_of(flow, journey)
    if not by_keys_only(flow, journey):
        return words
    ours = words_of(flow.language)
    why = ours.cannot_listen if is_deaf(journey) else ours.use_keys
    return (Say(why, fixed=True, language=flow.language), *words)


def _prompt_of(flow: Flow, journey: Journey) -> tuple[Say, ...]:
    if journey.offering:
        return (
            *render.say(flow, journey, flow.resume.offer),
            *_in_short(flow, journey, words_of(flow.language).offer, offers_of(flow)),
        )
    if journey.doubt and isinstance(step := flow.steps.get(journey.step or ""), Menu | AskSlot):
        return doubts.prompt_of(flow, journey, step, journey.doubt)
    match step := flow.steps.get(journey.step or ""):
        case Menu():
            return (*render.say(flow, journey, step.prompt), *_offered(flow, journey, step))
        case AskSlot():
            return (*render.say(flow, journey, step.prompt), *_answers(flow, journey, flow.slots[step.slot]))
        case Verify():
            return () if verify.is_given(journey, step) else render.say(flow, journey, step.prompt)
        case InvokeStep():
            return render.say(flow, journey, step.filler)
        case RecordStep() | Handoff() | TransferStep():
            return render.say(flow, journey, step.prompt)
        case _:
            return ()


def _beside(flow: Flow, step: Menu) -> Iterator[Choice]:
    """The always-choices that are offered beside its own: no language that is spoken, or offered, already."""
    languages = {flow.language, *(choice.language for choice in step.choices if choice.language)}
    return (choice for choice in flow.always if choice.label and choice.language not in languages)


def _answers(flow: Flow, journey: Journey, spec: SlotSpec) -> tuple[Say, ...]:
    words = words_of(flow.language)
    options = options_of(spec, words)
    if spec.type == "yes_no":
        return _in_short(flow, journey, words.yes_or_no, options)
    if not render.spoken(journey):
        return _listed(flow, journey, options)
    named = (option for option in options if option.key != option.label)  # a rating: its keys are its labels
    return tuple(_line(words.value, option, flow.language) for option in named if option.key)


def _in_short(flow: Flow, journey: Journey, line: str, options: tuple[Option, ...]) -> tuple[Say, ...]:
    """Two keys in one sentence."""
    if not render.spoken(journey):
        return _listed(flow, journey, options)
    return (Say(line, fixed=True, language=flow.language),)


def _offered(flow: Flow, journey: Journey, step: Menu) -> tuple[Say, ...]:
    if not render.spoken(journey):
        return _listed(flow, journey, tuple(map(option_of, (*step.choices, *_beside(flow, step)))))
    return _read_out(flow, step)


@once
def _read_out(flow: Flow, step: Menu) -> tuple[Say, ...]:
    """A language is offered in itself: who needs it may understand no other. Whether an article helped is yes or no."""
    choices, words = (*step.choices, *_beside(flow, step)), words_of(flow.language)
    helped = tuple(Say(words.yes_or_no, fixed=True, language=flow.language) for c in choices if c.id == HELPED)
    return helped + tuple(
        _line(words_of(choice.language).value, option_of(choice), choice.language)
        if choice.language
        else _line(words_of(flow.language).choice, option_of(choice), flow.language)
        for choice in choices
        if choice.key and choice.id not in {HELPED, NOT_HELPED}
    )


def _line(words: str, option: Option, language: str) -> Say:
    """By phone one say for each option, so that each can be rendered ahead and kept."""
    return Say(words.format(label=option.label, key=option.key), fixed=True, language=language)


def _listed(flow: Flow, journey: Journey, options: tuple[Option, ...]) -> tuple[Say, ...]:
    if journey.contact is None or journey.contact.channel not in LISTED or not options:
        return ()
    words = ", ".join(f"{o.key} {o.label}" if o.key else o.label for o in options)
    return (Say(words, fixed=True, language=flow.language),)
