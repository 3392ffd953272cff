"""Whether a version may be published: nobody may be left standing on a step that it takes away. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from context_bridge.records import Published, Standing
from ivr.engine.flow import Flow
from ivr.publishing import renames

Moves = Mapping[str, str]  # step that is gone -> step where journeys that stood there go on


@dataclass(frozen=True, slots=True)
class Stranded:
    """Journeys that are not over and stand at a step that would be gone. `likely`: where they could go on."""

    step: str
    journeys: int
    likely: str | None = None


def stranded(old: Flow | None, new: Flow, moved: Moves, standing: Iterable[Standing]) -> tuple[Stranded, ...]:
    """`old`: what is in force; None: it cannot be read any more, so any of its steps may be gone. Journeys that an
    earlier version left behind do not count: they keep the version that they have."""
    steps = Counter[str]()
    for place in standing:
        if place.step is not None and (old is None or place.step in old.steps):
            steps[place.step] += place.journeys
    names = renames.find(old, new) if old else {}
    return tuple(
        Stranded(step, journeys, names.get(step))
        for step, journeys in sorted(steps.items())
        if step not in new.steps and step not in moved
    )


def expanded(moved: Moves, old: Flow | None, new: Flow) -> dict[str, str]:
    """With the steps that were made of a moved one: `identify` to `check` takes `identify.ask` to `check.ask`."""
    inner = {
        step: f"{target}{step.removeprefix(name)}"
        for name, target in moved.items()
        for step in (old.steps if old else ())
        if step.startswith(f"{name}.")
    }
    return {**{step: target for step, target in inner.items() if target in new.steps}, **moved}


def wrong_moves(moved: Moves, known: Container[str], new: Flow) -> list[str]:
    """What is wrong with a map, one sentence each. `known`: the steps that there are or were."""
    found = []
    for step, target in moved.items():
        if step in new.steps:
            found.append(f"{step} is still a step of this version, so nobody leaves it; take it out of the map")
        elif step not in known:
            found.append(f"there was no step {step}; check its name")
        if target not in new.steps:
            found.append(f"{step} cannot lead to {target}, which is no step of this version")
    return found


def composed(entries: Sequence[Published], flow: Flow) -> dict[str, str]:
    """All maps of a menu's history, the latest entry first, followed to the end: a step that was moved twice leads to
    where it is in `flow`. A later word on a step counts more."""
    found: dict[str, str] = {}
    for entry in reversed(entries):
        found = {step: entry.moved.get(target, target) for step, target in found.items()} | dict(entry.moved)
    return {step: target for step, target in found.items() if target in flow.steps and step not in flow.steps}


def undone(entries: Sequence[Published], back_to: Flow) -> dict[str, str]:
    """For going back to `back_to`: the maps of `entries` (those since, the latest first) the other way round. Where
    several steps became one, somebody has to say which it was."""
    there = [step for entry in entries for step in entry.moved if step in back_to.steps]
    forth: dict[str, str] = {}
    for entry in reversed(entries):
        forth = {step: entry.moved.get(target, target) for step, target in forth.items()} | dict(entry.moved)
    times = Counter(forth[step] for step in there)
    return {forth[step]: step for step in there if times[forth[step]] == 1 and forth[step] not in back_to.steps}


def with_moves(flow: Flow, moved: Moves) -> Flow:
    """The flow as it takes over journeys of earlier versions, in each of its languages."""
    others = {tag: replace(other, moved=moved) for tag, other in flow.others.items()}
    return replace(flow, moved=moved, others=others)
