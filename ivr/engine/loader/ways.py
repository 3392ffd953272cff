"""The ways between steps: missing targets, unreachable steps, circles without a wait, steps without a way out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from ivr.engine.exits import exits
from ivr.engine.flow import Flow
from ivr.engine.loader.draft import UNKNOWN, Draft
from ivr.engine.loader.mistakes import did_you_mean, nearest, quoted
from ivr.engine.steps import AskSlot, End, Handoff, Menu, RecordStep, SendStep, SetStep, Step, TransferStep, Verify

Ways = Mapping[str, Iterable[str]]
ASKING = Menu | AskSlot | RecordStep | Verify  # where always-choices are taken
INNER = "."  # in the names of steps that the loader made: of sub-menus, surveys


def led_to(step: Step) -> tuple[str, ...]:
    """All steps that a step may lead to, by a link that it sends too, but for the always-choices."""
    linked = [step.to_step] if isinstance(step, SendStep) else []
    return tuple(name for name in (*(way.target for way in exits(step)), *linked) if name is not None)


def check_ways(flow: Flow, draft: Draft) -> None:
    meant = _missing_targets(flow, draft)

    always = {choice.goto for choice in flow.always if choice.goto}
    ways = {name: {*led_to(step), *(always if isinstance(step, ASKING) else ())} for name, step in flow.steps.items()}
    likely = {name: {meant.get(target, target) for target in targets} for name, targets in ways.items()}
    _unreachable(flow, draft, likely, {meant.get(name, name) for name in _beginnings(flow)})
    circling = _circles(flow, draft, {name: set(_unasked(step)) for name, step in flow.steps.items()})
    _no_way_out(flow, draft, ways, circling)


def _missing_targets(flow: Flow, draft: Draft) -> Mapping[str, str]:
    """Names of no step, to the steps that were probably meant: one slip must not bring a dozen other mistakes."""
    meant = {}
    known = [name for name in flow.steps if INNER not in name]
    there = set(known)
    for target in draft.targets:
        if target.name not in there:
            remedy = did_you_mean(target.name, known)
            draft.mistakes.add(target.place, f"{target.key} {quoted(target.name)} does not exist", remedy, target.step)
            meant[target.name] = nearest(target.name, known) or target.name
    return meant


def _beginnings(flow: Flow) -> list[str]:
    """Where those who arrive are led."""
    return [flow.start, *(switch.goto for switch in flow.switches.values() if switch.goto)]


def _unreachable(flow: Flow, draft: Draft, ways: Ways, beginnings: set[str]) -> None:
    """Says nothing when a way could not be read: it may lead anywhere; nor of what is inside a step."""
    reached, ahead = set(beginnings), list(beginnings)
    while ahead:
        fresh = set(ways.get(ahead.pop(), ())) - reached
        reached |= fresh
        ahead += fresh
    if not beginnings <= flow.steps.keys() or UNKNOWN in reached:
        return
    remedy = "lead a choice, a next or a goto here, or take the step away"
    for name in (name for name in flow.steps if name not in reached and INNER not in name):
        draft.mistakes.add(draft.step_places[name], "no way leads here", remedy, name)


def _unasked(step: Step) -> tuple[str, ...]:
    """The exits that are taken without a word of the customer. A question is passed over when its slot is known."""
    match step:
        case Menu() | Handoff():
            return ()
        case Verify():  # whoever has proven it is not asked
            return (step.done, step.failed)
        case AskSlot():
            return (step.next, *step.fallback.values())
        case RecordStep():
            return (step.next,)
        case SendStep():
            return (step.next,) if step.failed is None else (step.next, step.failed)
        case _:
            return led_to(step)


def _circles(flow: Flow, draft: Draft, ways: dict[str, set[str]]) -> set[str]:
    """The steps of circles in which nobody is asked. Known limit: of circles that share a step, one is told."""
    circling: set[str] = set()
    while circle := _circle(ways):
        forgotten = set(_forgotten(flow.steps[name] for name in circle))
        asking = [name for name in circle if _asks(flow.steps[name], forgotten)]
        if not asking:
            _tell_circle(draft, sorted(circle, key=lambda name: _order(draft, name)))
            circling |= circle
        for name in asking or circle:
            ways[name] = set()
    return circling


def _circle(ways: Ways) -> set[str]:
    try:
        TopologicalSorter(ways).prepare()
    except CycleError as error:
        return set(error.args[1])
    return set()


def _tell_circle(draft: Draft, circle: list[str]) -> None:
    shown = f"{', '.join(circle[:8])}{', …' if len(circle) > 8 else ''}"
    remedy = "put a menu into it; an ask counts when a set in the circle forgets its slot: {slot: null}"
    problem = f"runs in a circle without asking anybody: {shown}"
    draft.mistakes.add(draft.step_places[circle[0]], problem, remedy, circle[0])


def _order(draft: Draft, step: str) -> tuple[str, int]:
    """The menu's own steps come first."""
    place = draft.step_places[step]
    return place.file or "", place.line


def _asks(step: Step, forgotten: Iterable[str]) -> bool:
    return isinstance(step, AskSlot | RecordStep) and step.slot in forgotten


def _forgotten(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, SetStep):
            yield from (slot for slot, value in step.values.items() if not value)


def _ends(step: Step) -> bool:
    return isinstance(step, End | Handoff) or (isinstance(step, TransferStep) and step.done is None)


def _no_way_out(flow: Flow, draft: Draft, ways: Ways, circling: set[str]) -> None:
    """Every step must lead to where a journey ends. Where a way could not be read, it may."""
    entries = defaultdict(list)
    for name, targets in ways.items():
        for target in targets:
            entries[target].append(name)
    done = {name for name, step in flow.steps.items() if _ends(step)}
    ahead = [*done, *circling, *(target for target in entries if target not in flow.steps)]
    out = set(ahead)
    while ahead:
        fresh = set(entries.get(ahead.pop(), ())) - out
        out |= fresh
        ahead += fresh
    stuck = sorted(flow.steps.keys() - out, key=lambda name: _order(draft, name))
    if stuck:
        others = f" (nor from {', '.join(stuck[1:9])}{', …' if len(stuck) > 9 else ''})" if stuck[1:] else ""
        problem = f"no way out: neither an end nor a handoff can be reached from here{others}"
        draft.mistakes.add(draft.step_places[stuck[0]], problem, "lead a choice or exhausted to one", stuck[0])
