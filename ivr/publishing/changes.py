"""What is different between two versions of a menu, in sentences for people. Pure.

Every field of every noun in `ivr.engine.flow` and `steps` is compared: known ones have words of their own (`SAYS`), any
other is told plainly, so that nothing is published unseen.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from ivr.engine.flow import Flow, Hours, ResumePolicy, SlotSpec, Switch
from ivr.engine.steps import AskSlot, Choice, Prompt, RecordStep, Step, Tries
from ivr.engine.steps import Menu as MenuStep
from ivr.publishing import renames, telling
from ivr.publishing.phrases import KINDS, SAYS
from ivr.publishing.telling import NOTHING, prompt, wording

# What is compared by itself, and what says nothing about the dialogue.
KNOWN_BY_SERVICES = frozenset({"patience", "safe"})  # no matter of the menu's author
APART = frozenset(
    {"menu", "version", "source", "places", "parts", "moved", "accepted", "others", "steps", "slots", "language"}
)


def changes(old: Flow, new: Flow) -> list[str]:
    """In the order in which people read a menu. Empty if the two are the same version."""
    names = renames.find(old, new)
    moved = _in_new_names(old, names)
    found = [
        *_languages(old, new),
        *(sentence for sentence in _fields("the menu", moved, new, APART) if sentence),
        *(f"step `{before}` is now called `{after}`" for before, after in names.items()),
        *_steps(moved, new),
        *_slots(old, new),
        *_other_languages(moved, new),
    ]
    found = list(dict.fromkeys(found))
    if not found and (old.version, old.source, old.parts) != (new.version, new.source, new.parts):
        found = ["nothing that a customer could notice: only notes, layout or order in the file"]
    return found


def text_changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """The unified diff of all files of a menu, by name."""
    lines = [line for file in sorted({*old, *new}) for line in _unified(file, old.get(file, ""), new.get(file, ""))]
    return "".join(lines)


def files(flow: Flow) -> dict[str, str]:
    """All texts of a menu by file name; its own is called after the menu."""
    return {f"{flow.menu}.yaml": flow.source, **flow.parts}


def _unified(file: str, old: str, new: str) -> Iterator[str]:
    for line in difflib.unified_diff(_lines(old), _lines(new), f"{file} (before)", f"{file} (now)"):
        yield line if line.endswith("\n") else f"{line}\n"


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _in_new_names(flow: Flow, names: Mapping[str, str]) -> Flow:
    """The old flow with its steps called as in the new one, so that a new name is told once and not at each way."""
    return replace(
        flow,
        start=names.get(flow.start, flow.start),
        steps={names.get(name, name): renames.renamed(step, names) for name, step in flow.steps.items()},
        always=tuple(renames.renamed(choice, names) for choice in flow.always),
        switches={name: renames.renamed(switch, names) for name, switch in flow.switches.items()},
        others={tag: _in_new_names(other, names) for tag, other in flow.others.items()},
    )


# --- the whole menu ----------------------------------------------------------------------------------------------


def _languages(old: Flow, new: Flow) -> Iterator[str]:
    yield from (f"the language {tag} is new" for tag in new.languages if tag not in old.languages)
    yield from (f"the language {tag} is gone" for tag in old.languages if tag not in new.languages)
    if old.language != new.language:
        yield f"the language spoken first is now {new.language} (before: {old.language})"
    elif old.languages != new.languages and {*old.languages} == {*new.languages}:
        yield f"the languages are now in the order {', '.join(new.languages)}"


def _other_languages(old: Flow, new: Flow) -> Iterator[str]:
    """What differs there and not in the first language: wordings."""
    first = {*_steps(old, new), *_fields("the menu", old, new, APART), *_slots(old, new)}
    for tag in (tag for tag in new.languages if tag in old.languages and tag != new.language):
        before, after = old.in_language(tag), new.in_language(tag)
        told = (*_fields("the menu", before, after, APART), *_steps(before, after), *_slots(before, after))
        yield from (f"in {tag}: {sentence}" for sentence in told if sentence not in first)


def _fields(subject: str, old: Any, new: Any, apart: Iterable[str] = ()) -> Iterator[str]:
    """Each field that differs, in words."""
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name not in KNOWN_BY_SERVICES.union(apart) and before != after:
            yield from _field(subject, type(new).__name__, field.name, before, after)


def _field(subject: str, noun: str, name: str, before: Any, after: Any) -> Iterator[str]:
    match before, after:
        case Tries(), Tries():
            yield from _fields(subject, before, after)
        case ResumePolicy(), ResumePolicy():
            yield from _fields("for who comes back the menu", before, after)
        case Prompt(), Prompt():
            yield from _prompt(subject, name, before, after)
        case _ if name in {"choices", "always"}:
            yield from _choices(subject if name == "choices" else "at every question", before, after)
        case _ if name in {"hours", "switches"}:
            yield from _named(name, before, after)
        case _:
            says, words = (
                SAYS.get(f"{noun}.{name}") or SAYS.get(name) or (f"now has another {name}: {{}}", telling.plain)
            )
            yield f"{subject} {says.format(words(after))} (before: {words(before)})"


def _prompt(subject: str, name: str, before: Prompt, after: Prompt) -> Iterator[str]:
    """One sentence where voice and text have the same words, else one for each that differs."""
    says = SAYS.get(name, ("now says {}", prompt))[0]
    if before.voice == before.text and after.voice == after.text:
        if before.voice != after.voice:
            yield f"{subject} {says.format(wording(after.voice))} (before: {wording(before.voice)})"
    else:
        for what, way in (("voice", "by voice"), ("text", "in text")):
            now, then = getattr(after, what), getattr(before, what)
            if now != then:
                yield f"{subject} {says.format(wording(now))} {way} (before: {wording(then)})"
    if before.audio != after.audio:
        recorded = after.audio or NOTHING
        yield f"{subject} {says.format(f'the recording {recorded}')} (before: {before.audio or NOTHING})"


def _choices(subject: str, old: tuple[Choice, ...], new: tuple[Choice, ...]) -> Iterator[str]:
    pairs = _same_choices(old, new)
    yield from (f"{subject}: {_called(choice)} is gone" for choice in old if choice not in pairs.values())
    for choice in new:
        if (before := pairs.get(choice.id)) is not None:
            yield from _fields(f"{subject}: {_called(before)}", before, choice, ("id",))
        else:
            key = f" on key {choice.key}" if choice.key is not None else ""
            yield f"{subject}: {_called(choice)} is new{key}{_leads(choice)}"
    kept = [choice for choice in new if choice.id in pairs]
    if [pairs[choice.id] for choice in kept] != [choice for choice in old if choice in pairs.values()]:
        yield f"{subject}: the choices are now in the order {', '.join(map(_words, kept))}"


def _same_choices(old: tuple[Choice, ...], new: tuple[Choice, ...]) -> dict[str, Choice]:
    """Id of a new choice -> what it was. Ids are made of words, so one with other words is known by its way or key."""
    marks: tuple[Callable[[Choice], object], ...] = (lambda c: c.id, lambda c: c.goto, lambda c: c.key)
    found: dict[str, Choice] = {}
    for mark in marks:
        for choice in new:
            left = [before for before in old if before not in found.values() and mark(before) == mark(choice)]
            if choice.id not in found and mark(choice) is not None and len(left) == 1:
                found[choice.id] = left[0]
    return found


def _called(choice: Choice) -> str:
    return f"the choice “{_words(choice)}”"


def _words(choice: Choice) -> str:
    return choice.label or next(iter(choice.phrases), choice.id)


def _leads(choice: Choice) -> str:
    return f", leads to `{choice.goto}`" if choice.goto else f", does this: {choice.do or choice.language}"


def _named(what: str, old: Mapping[str, Hours | Switch], new: Mapping[str, Hours | Switch]) -> Iterator[str]:
    """Hours and switches, by name."""
    one, be = ("the hours", "are") if what == "hours" else ("the switch", "is")
    yield from (f"{one} `{name}` {be} gone" for name in old if name not in new)
    yield from (f"{one} `{name}` {be} new: {_told(new[name])}" for name in new if name not in old)
    for name in (name for name in new if name in old):
        yield from _fields(f"{one} `{name}`", old[name], new[name])


def _told(value: Hours | Switch) -> str:
    return telling.hours(value) if isinstance(value, Hours) else telling.switch(value)


# --- steps -------------------------------------------------------------------------------------------------------


def _steps(old: Flow, new: Flow) -> Iterator[str]:
    yield from (f"step `{name}` is gone" for name in old.steps if name not in new.steps)
    for name, step in new.steps.items():
        if (before := old.steps.get(name)) is None:
            yield f"step `{name}` is new: {_kind(step, new)}"
        elif type(before) is not type(step):
            yield f"step `{name}` is now {_kind(step, new)} (before: {_kind(before, old)})"
        else:
            yield from _step(name, before, step)


def _step(name: str, old: Step, new: Step) -> Iterator[str]:
    yield from _fields(f"step `{name}`", old, new)


def _kind(step: Step, flow: Flow) -> str:
    kind = KINDS.get(type(step).__name__, type(step).__name__)
    match step:
        case AskSlot(slot=slot) if slot in flow.slots:
            return f"{kind} for {telling.slot_values(flow.slots[slot])}"
        case MenuStep() | RecordStep():
            return f"{kind}, {prompt(step.prompt)}"
        case _:
            said = getattr(step, "prompt", None)
            return f"{kind}, {prompt(said)}" if isinstance(said, Prompt) else kind


# --- slots -------------------------------------------------------------------------------------------------------

FORMED = frozenset({"type", "min_length", "max_length", "choices", "least", "most"})


def _slots(old: Flow, new: Flow) -> Iterator[str]:
    for name in (name for name in old.slots if name not in new.slots):
        yield f"the slot `{name}` is gone: who goes on in this version loses the answer that they gave to it"
    yield from (
        f"the slot `{name}` is new: {telling.slot_values(new.slots[name])}"
        for name in new.slots
        if name not in old.slots
    )
    for name, spec in new.slots.items():
        if name in old.slots:
            yield from _slot(old.slots[name], spec, new)


def _slot(old: SlotSpec, new: SlotSpec, flow: Flow) -> Iterator[str]:
    before, after = telling.slot_values(old), telling.slot_values(new)
    if any(getattr(old, field) != getattr(new, field) for field in FORMED):
        asking = [name for name, step in flow.steps.items() if getattr(step, "slot", None) == new.name]
        if before == after:
            before, after = telling.plain(old), telling.plain(new)
        for name in asking:
            yield f"step `{name}` now asks for {after} (before: {before})"
        if not asking:
            yield f"the slot `{new.name}` now holds {after} (before: {before})"
    if old.type != new.type:
        yield (
            f"careful: the slot `{new.name}` is of another type now; an answer of type {old.type} that somebody gave "
            "before is kept as it is, since nobody is asked twice"
        )
    yield from _fields(f"the slot `{new.name}`", old, new, FORMED)
