"""What only shows when the whole flow is there: ways, slots, choices, and what each channel can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from ivr.engine.actions import SlotType
from ivr.engine.flow import Flow, Sensitivity, SlotSpec
from ivr.engine.loader.draft import Draft, Mention
from ivr.engine.loader.mistakes import did_you_mean, nearest, quoted
from ivr.engine.loader.ways import INNER, check_ways
from ivr.engine.match import fold, options_of
from ivr.engine.steps import AskSlot, Choice, Format, Verify
from ivr.engine.words import words_of

SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)  # from the least to the most
FILLS = {"asked", "saved", "set"}
LEAVES = {"said": "said", "sent": "sent", "coded": "sent", "handed": "told to others"}  # where no secret may go
OURS = ("customer.name", "journey.summary", "link", "code")  # names in templates that are no slots
FORMATS: dict[Format, set[SlotType]] = {
    "digits": {"digits", "number", "text"},
    "date": {"date", "text"},
    "money": {"money", "number", "text"},
    "number": {"number", "digits", "money", "text"},
    "time": {"time", "text"},
    "ordinal": {"number", "digits", "text"},
    "spell": {"text", "digits"},
    "name": {"text"},
}
SINGLE_KEYS = 9  # answers that keys 1 to 9 can tell apart


def check(flow: Flow, draft: Draft) -> None:
    """Adds the mistakes of the whole to those that were found while reading."""
    check_ways(flow, draft)
    _check_slots(flow, draft)
    _check_choices(draft)
    for mention in draft.mentions:
        step = flow.steps.get(mention.step or "")
        spec = draft.slots.get(mention.slot)
        if mention.how == "asked" and isinstance(step, AskSlot | Verify) and spec:
            _check_ask(flow, draft, mention, step, spec)


def _check_slots(flow: Flow, draft: Draft) -> None:
    filled = {mention.slot for mention in draft.mentions if mention.how in FILLS}
    for name in (name for name in draft.slot_places if name not in filled):
        problem = f"slot {quoted(name)} is never asked, saved or set"
        draft.mistakes.add(draft.slot_places[name], problem, "ask for it in a step, or take it away")
    for mention in draft.mentions:
        for problem, remedy in _about(mention, flow, draft):
            draft.mistakes.add(mention.place, problem, remedy, mention.step)


def _about(mention: Mention, flow: Flow, draft: Draft) -> Iterator[tuple[str, str]]:
    """Problem and remedy of all that is wrong with one mention of a slot."""
    name, spec = mention.slot, flow.slots.get(mention.slot)
    if name in OURS:
        if name == "link" and mention.how != "sent":
            yield "{link} can only be sent", "use it in the text of a send"
        if name == "code" and mention.how != "coded":
            yield "{code} can only be sent by a verify", "use it in the text of a verify by code"
        return
    if INNER in name and name in flow.slots and mention.place.file is None:
        yield f"{quoted(name)} is inside a step", "let a sub-menu give it, and save it: save: {slot: its_slot}"
        return
    if spec is None or (mention.how == "asked" and name not in draft.slot_places):
        known = [*(slot for slot in flow.slots if INNER not in slot), *OURS]
        near = did_you_mean(name, known) if nearest(name, known) else ""
        yield f"slot {quoted(name)} is not declared", near or f"declare it under slots: {name}: {{type: digits}}"
        return
    if mention.format != "plain" and spec.type not in FORMATS[mention.format]:
        fitting = [format_ for format_, types in FORMATS.items() if spec.type in types]
        yield f"format {mention.format} does not fit {name}, a {spec.type}", f"use {{{name}{_or(fitting)}}}"
    if mention.how in LEAVES and spec.sensitivity == "secret":
        yield f"{name} is secret and must not be {LEAVES[mention.how]}", "leave it out"
    if mention.how == "reached" and name not in draft.saved:
        yield f"{name} is what anybody may say", "set customer.number to a value that a back office has given"
    target = flow.slots.get(mention.into or "")
    if target and SENSITIVITIES.index(target.sensitivity) < SENSITIVITIES.index(spec.sensitivity):
        remedy = f"declare {target.name} with sensitivity: {spec.sensitivity}"
        yield f"{name} is {spec.sensitivity}, {target.name} is {target.sensitivity}", remedy


def _or(formats: list[Format]) -> str:
    return f":{formats[0]}" if formats else ""


def _check_choices(draft: Draft) -> None:
    """A key or a phrase stands for one thing. A menu may name an always-choice again when it leads to the same, or is
    the menu's own way to the same language."""
    first = draft.language == draft.languages[0]  # a key is the same in all languages, and told once
    always = {sign: choice for choice, _ in draft.choices.get(None, ()) for sign in _signs(choice, first)}
    for step, noted in draft.choices.items():
        taken: dict[str, Choice] = {}
        for choice, place in noted:
            for sign in _signs(choice, first):
                other = taken.get(sign) or (always.get(sign, choice) if step else choice)
                if sign in taken or not _is_same(other, choice):
                    draft.mistakes.add(place, f"{sign} is taken by {_name(other)}", "give one of the two another", step)
                taken[sign] = choice


def _is_same(one: Choice, other: Choice) -> bool:
    if one.language or other.language:
        return one.language == other.language
    return (one.goto, one.do) == (other.goto, other.do)


def _signs(choice: Choice, with_key: bool) -> Iterable[str]:
    """What the customer may press or say to take a choice."""
    words = dict.fromkeys(fold(text) for text in (choice.label, choice.id, *choice.phrases))
    return [*([f"key {choice.key}"] if choice.key and with_key else []), *(quoted(word) for word in words if word)]


def _name(choice: Choice) -> str:
    return quoted(choice.label or choice.id)


def _check_ask(flow: Flow, draft: Draft, ask: Mention, step: AskSlot | Verify, spec: SlotSpec) -> None:
    def wrong(problem: str, remedy: str) -> None:
        draft.mistakes.add(ask.place, problem, remedy, ask.step)

    options = options_of(spec, words_of(flow.language))
    for choice in flow.always:
        if choice.key and choice.key in _answers(spec, [option.key or "" for option in options]):
            wrong(f"key {choice.key} is an answer here and an always-choice too", "give the always-choice another key")
    fallback = step.fallback if isinstance(step, AskSlot) else ()
    for channel in fallback:
        if channel not in flow.channels:
            wrong(f"fallback for {channel}, which is no channel of this menu", "take it away, or add it to channels")
    if "voice" in flow.channels and "voice" not in fallback:
        remedy = "name where a call goes instead: fallback: {voice: a step}"
        if spec.type == "text":
            wrong(f"{spec.name} is a text, which keys cannot spell by phone", remedy)
        if len(options) > SINGLE_KEYS:
            wrong(f"{spec.name} has {len(options)} choices, more than there are keys by phone", remedy)


def _answers(spec: SlotSpec, options: list[str]) -> Iterable[str]:
    """Single keys that are, or end, an answer. A single digit of a number is one too, but a number is rarely asked
    where an always-choice matters; the number wins, and words and buttons still work."""
    if spec.type == "digits" and spec.min_length == 1:
        return "0123456789#"
    return options if options or spec.type == "text" else "#"
