"""Which steps of a menu, and which of the ways out of them, conversations have walked.

Each turn is taken once more, aside, on a flow in which every exit leads over a mark of its own; the engine's own
decision says which marks are passed, and nothing of the engine is repeated here.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from ivr.advice.places import Places
from ivr.engine.exits import Exit, choice_exit, exits, rewired, rewired_choice
from ivr.engine.flow import Flow
from ivr.engine.step import step as engine
from ivr.engine.steps import Goto, Step
from ivr.turns import Turn

ARROW = " → "  # cannot be in a name that an author wrote
ALWAYS = ""  # the step of the always-choices


@dataclass(frozen=True, slots=True)
class Way:
    """An exit of a step; of no step, an always-choice."""

    step: str
    exit: str


@dataclass(frozen=True, slots=True)
class Untested:
    """`exit` None: the step itself was never come to."""

    file: str
    line: int
    step: str
    exit: str | None

    def __str__(self) -> str:
        if self.exit is None:
            return f"{self.file}:{self.line}: step {self.step} is never come to"
        at = f"at step {self.step}, " if self.step else "of the always-choices, "
        return f"{self.file}:{self.line}: {at}“{self.exit}” is never taken"


@dataclass(frozen=True, slots=True)
class Report:
    """`untested` in the order of the files; the ways of a step that is never come to are not named one by one."""

    menu: str
    steps: int
    steps_walked: int
    choices: int
    choices_walked: int
    untested: tuple[Untested, ...]

    @property
    def of_steps(self) -> float:
        """Percent."""
        return _percent(self.steps_walked, self.steps)

    @property
    def of_choices(self) -> float:
        return _percent(self.choices_walked, self.choices)


@dataclass
class Coverage:
    """Of one menu: `watch` every turn, then ask for the `report`. Turns of other menus, and of other versions of this
    one, pass it by."""

    flow: Flow
    walked: set[str] = field(default_factory=set)  # steps
    taken: set[Way] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._marked = _marked(self.flow, self)

    def watch(self, turn: Turn) -> None:
        if (turn.flow.menu, turn.flow.version) == (self.flow.menu, self.flow.version):
            engine(self._marked, turn.before, turn.event)

    def report(self, file: str) -> Report:
        """`file`: the menu's, by its path."""
        ways = dict(_ways(self.flow))
        untested = sorted(self._untested(Places(self.flow, file), ways), key=lambda one: (one.file, one.line))
        return Report(
            self.flow.menu,
            len(self.flow.steps),
            len(self.walked),
            len(ways),
            len(self.taken & ways.keys()),
            tuple(untested),
        )

    def _untested(self, places: Places, ways: Mapping[Way, Exit]) -> Iterator[Untested]:
        for name in self.flow.steps.keys() - self.walked:
            file, place = places.find(name, ())
            yield Untested(file, place.line, name, None)
        for way, exit_ in ways.items():
            if way not in self.taken and (way.step == ALWAYS or way.step in self.walked):
                file, place = places.find(way.step or None, exit_.path)
                yield Untested(file, place.line, way.step, exit_.name)


class _Marked(Mapping[str, Step]):
    """Steps with a mark between each two. Who looks up a mark has passed it; who looks at all of them (`items`) has
    passed none."""

    def __init__(self, steps: Mapping[str, Step], marks: Mapping[str, tuple[Way, str]], coverage: Coverage) -> None:
        self._steps, self._marks, self._coverage = steps, marks, coverage

    def __getitem__(self, name: str) -> Step:
        if name in self._steps:
            self._coverage.walked.add(name)
            return self._steps[name]
        way, target = self._marks[name]
        self._coverage.taken.add(way)
        return Goto(target)

    def items(self) -> ItemsView[str, Step]:
        return {**self._steps, **{mark: Goto(target) for mark, (_, target) in self._marks.items()}}.items()

    def __contains__(self, name: object) -> bool:
        return name in self._steps or name in self._marks

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)


def _marked(flow: Flow, coverage: Coverage) -> Flow:
    """Exits go by the names that they have in the menu's first language."""
    marks: dict[str, tuple[Way, str]] = {}

    def mark(step: str, named: Mapping[str, str], way: Exit) -> str:
        name = f"{step}{ARROW}{way.name}"
        marks[name] = Way(step, named[way.name]), way.target or flow.start
        return name

    first = coverage.flow
    steps = {
        name: rewired(step, partial(mark, name, _names(exits(step), exits(first.steps[name]))))
        for name, step in flow.steps.items()
    }
    always = [choice_exit(choice) for choice in flow.always]
    named = _names(always, map(choice_exit, first.always))
    others = {language: _marked(other, coverage) for language, other in flow.others.items()}
    return replace(
        flow,
        steps=_Marked(steps, marks, coverage),
        always=tuple(
            rewired_choice(choice, mark(ALWAYS, named, way)) for choice, way in zip(flow.always, always, strict=True)
        ),
        others=others,
    )


def _names(here: Iterable[Exit], first: Iterable[Exit]) -> Mapping[str, str]:
    return {one.name: other.name for one, other in zip(here, first, strict=True)}


def _ways(flow: Flow) -> Iterator[tuple[Way, Exit]]:
    """The ways that there is a choice of: a step with one way out has none."""
    for n, choice in enumerate(flow.always):
        exit_ = choice_exit(choice, "always", n)
        yield Way(ALWAYS, exit_.name), exit_
    for name, step in flow.steps.items():
        found = exits(step)
        if len(found) > 1:
            yield from ((Way(name, exit_.name), exit_) for exit_ in found)


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0
