"""Sub-menus: a part that several menus share, with parameters and results. See docs/menus.md.

A part is read and checked as a file of its own, in the file's own words. Then it is put in where it is called: the
part's step `ask` becomes `identify.ask` under the caller's step `identify`, its slot `card` becomes `identify.card`.
So the engine knows nothing of sub-menus, and a journey stands in one as it stands at any step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ivr.engine.flow import Flow, SlotSpec
from ivr.engine.loader import steps, values
from ivr.engine.loader.check import SENSITIVITIES
from ivr.engine.loader.draft import UNKNOWN, Call, Draft
from ivr.engine.loader.mistakes import Place, did_you_mean, nearest, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.renamed import renamed
from ivr.engine.steps import End, Goto, Ref, SetStep, Step, Template


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-menu, read and checked, with the slots that it takes and gives."""

    flow: Flow
    draft: Draft
    takes: tuple[str, ...]
    gives: tuple[str, ...]


def call(step: Reader) -> Step:
    """`submenu: {name: identify, with: {…}, save: {…}}`, and beside it a step for each result."""
    with step.inside("submenu", "name a sub-menu: {name: identify}") as sub:
        name = sub.need("name", values.name, "", "name the sub-menu; it is read from the file of that name")
        called = Call(name, sub.place("name"), _given(sub), _saved(sub))
    for result in step.fields.entries:
        if result != "submenu":
            called.exits[result] = step.target(result)
            called.places[result] = step.fields.entries[result].place
    step.draft.calls[step.step or ""] = called
    return Goto(UNKNOWN)


def _given(sub: Reader) -> Mapping[str, Template]:
    with sub.reader("with", sub.node("with"), 'write what it gets: {card: "{card_number}"}') as given:
        return {
            name: given.template(name, node, "copied", into=f"{sub.step}.{name}") for name, _, node in given.entries()
        }


def _saved(sub: Reader) -> Mapping[str, tuple[str, Place]]:
    """Slot of the caller -> slot of the sub-menu, and where that is written."""
    return {slot: (given, place) for slot, given, place in steps.saved(sub, values.name)}


def returning(step: Reader) -> Step:
    """`return: done`. It is an end until the sub-menu is put into its caller."""
    result = step.need("return", values.name, "", "name a result of this sub-menu")
    step.draft.ends[step.step or ""] = result
    if not step.draft.returns:
        step.wrong(step.place("return"), "only a sub-menu returns", "write goto: and a step, or end:")
    elif result and result not in step.draft.returns:
        problem = f"{quoted(result)} is none of the results that returns: lists"
        step.wrong(step.place("return"), problem, did_you_mean(result, step.draft.returns))
    return End()


def inlined(flow: Flow, draft: Draft, parts: Mapping[str, Part | None]) -> Flow:
    """The flow with its sub-menus in it. `parts`: by the caller's step; None: it cannot be had, which was told."""
    found: dict[str, Step] = {}
    slots: dict[str, SlotSpec] = dict(flow.slots)
    for name, step in flow.steps.items():
        part = parts.get(name)
        if part is None:
            found[name] = step
            continue
        called = draft.calls[name]
        _check_call(name, called, part, slots, draft)
        found |= _body(name, called, part)
        slots |= {f"{name}.{slot}": replace(spec, name=f"{name}.{slot}") for slot, spec in part.flow.slots.items()}
        _merge(name, part, draft)
    return replace(flow, steps=found, slots=slots)


def _body(name: str, called: Call, part: Part) -> dict[str, Step]:
    """The steps that the caller's step becomes: what it gives, the part's own steps, and what is saved of them."""
    start = f"{name}.{part.flow.start}" if part.flow.start in part.flow.steps else UNKNOWN
    taken = {f"{name}.{slot}": template for slot, template in called.arguments.items() if slot in part.takes}
    saved: dict[str, Template] = {slot: (Ref(f"{name}.{given}"),) for slot, (given, _) in called.save.items()}
    found: dict[str, Step] = {name: SetStep(taken, start) if taken else Goto(start)}
    for inner, step in part.flow.steps.items():
        if inner in part.draft.ends:
            exit_ = called.exits.get(part.draft.ends[inner], UNKNOWN)
            found[f"{name}.{inner}"] = SetStep(saved, exit_) if saved else Goto(exit_)
        else:
            found[f"{name}.{inner}"] = renamed(step, name, part.flow.slots)
    return found


def _check_call(name: str, called: Call, part: Part, slots: Mapping[str, SlotSpec], draft: Draft) -> None:
    """Parameters and results that caller and sub-menu do not agree upon."""

    def wrong(place: Place, problem: str, remedy: str) -> None:
        draft.mistakes.add(place, problem, remedy, name)

    sub = f"sub-menu {called.part}"
    for slot in left_out(part.takes, called.arguments):
        wrong(called.place, f"{sub} takes {quoted(slot)}", f'give it: with: {{{slot}: "…"}}')
    for slot in (slot for slot in called.arguments if slot not in part.takes):
        wrong(called.place, f"{sub} takes no {quoted(slot)}", did_you_mean(slot, part.takes))
    for slot, (given, place) in called.save.items():
        if given not in part.gives:
            wrong(place, f"{sub} gives no {quoted(given)}", did_you_mean(given, part.gives))
            continue
        inner, outer = part.flow.slots[given].sensitivity, slots[slot].sensitivity
        if SENSITIVITIES.index(outer) < SENSITIVITIES.index(inner):
            problem = f"{given} of {sub} is {inner}, {slot} is {outer}"
            wrong(place, problem, f"declare {slot} with sensitivity: {inner}")
    for result in left_out(part.draft.returns, called.exits):
        wrong(called.place, f"{sub} may return {quoted(result)}", f"say what follows: {result}: and a step")
    for result in (result for result in called.exits if result not in part.draft.returns):
        wrong(called.places[result], f"{sub} never returns {quoted(result)}", did_you_mean(result, part.draft.returns))


def left_out(wanted: Collection[str], given: Collection[str]) -> list[str]:
    """What is wanted and not given, nor misspelt, which is told by itself."""
    missing = [name for name in wanted if name not in given]
    meant = {nearest(name, missing) for name in given if name not in wanted}
    return [name for name in missing if name not in meant]


def _merge(name: str, part: Part, draft: Draft) -> None:
    """What the checks of the whole need of a part. Its places stay in its own file."""

    def inner(step: str | None) -> str:
        return f"{name}.{step}" if step else name

    def there(place: Place) -> Place:
        return place if place.file else replace(place, file=part.draft.within[-1])

    def slot(known: str | None) -> str | None:
        return f"{name}.{known}" if known in part.flow.slots else known

    draft.step_places |= {inner(step): there(place) for step, place in part.draft.step_places.items()}
    draft.slot_places |= {inner(slot_): there(place) for slot_, place in part.draft.slot_places.items()}
    draft.slots |= {inner(spec.name): replace(spec, name=inner(spec.name)) for spec in part.draft.slots.values()}
    draft.mentions += [
        replace(m, slot=slot(m.slot) or "", into=slot(m.into), step=inner(m.step), place=there(m.place))
        for m in part.draft.mentions
    ]
    for step, noted in part.draft.choices.items():
        draft.choices[inner(step)] = [(renamed(choice, name, ()), there(place)) for choice, place in noted]
    draft.articles |= part.draft.articles
