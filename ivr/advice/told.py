"""Everything that a check tells, in one form: mistakes of the loaders and advice alike, each with a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ivr.advice import RULES, Advice
from ivr.advice.errors import KINDS, OTHER, kind_of
from ivr.engine.loader import Mistake
from ivr.engine.loader.mistakes import quoted

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Told:
    """`level`: an error must be mended before the menu can be used; a warning is advice."""

    file: str
    line: int
    column: int
    step: str | None
    rule: str
    level: Level
    problem: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        step = f"step {quoted(self.step)}: " if self.step is not None else ""
        return f"{self.file}:{self.line}:{self.column}: {self.rule} {step}{self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as lists of rules show it; `source` says where it is from."""

    id: str
    level: Level
    title: str
    reason: str
    remedy: str
    source: str


CONVERSATION: Final = Entry(
    "C01",
    "error",
    "Conversations can be played",
    "a turn that cannot be read would test nothing",
    "each mistake says what to write instead",
    "docs/conversations.md",
)
ENTRIES: Final = (
    *(
        Entry(kind.id, "error", kind.title, kind.reason, "each mistake says what to write instead", "docs/menus.md")
        for kind in sorted((OTHER, *KINDS), key=lambda kind: kind.id)
    ),
    CONVERSATION,
    *(
        Entry(rule.id, "warning", rule.title, rule.reason, rule.remedy, rule.source)
        for rule in sorted(RULES.values(), key=lambda rule: rule.id)
    ),
)


def of_mistake(mistake: Mistake) -> Told:
    kind = kind_of(mistake.problem)
    return Told(
        file=mistake.file,
        line=mistake.line,
        column=mistake.column,
        step=mistake.step,
        rule=kind.id,
        level="error",
        problem=mistake.problem,
        reason=kind.reason,
        remedy=mistake.remedy,
    )


def of_advice(advice: Advice) -> Told:
    return Told(
        file=advice.file,
        line=advice.line,
        column=advice.column,
        step=advice.step,
        rule=advice.rule,
        level="warning",
        problem=advice.problem,
        reason=advice.reason,
        remedy=advice.remedy,
    )
