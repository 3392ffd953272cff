"""Mistakes in a menu file, told to the person who wrote it: where, what, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

LIMIT = 100  # more than anybody reads in one go, and looking for near names takes time
LIKENESS = 0.7  # of 1; "trak" and "track" have 0.89, "goodbye" and "nobody" 0.62
SHORT, LIKENESS_OF_SHORT = 4, 0.6  # letters; "ulr" and "url" have 0.67
FOLDERS = ("articles/", "words/")  # beside the menus, for what they are made of
LONGEST_NAME = 60  # nobody means a longer one, and comparing it would take long


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in its file; both count from 1, as editors do. `file`: None is the one that is read,
    another one is named as it lies beside that."""

    line: int
    column: int
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """`step`: the step it belongs to, if any. `remedy` tells the author what to write instead."""

    file: str
    line: int
    column: int
    step: str | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        step = f"step {quoted(self.step)}: " if self.step is not None else ""
        return f"{self.file}:{self.line}:{self.column}: {step}{self.problem}; {self.remedy}"


class MenuMistakes(Exception):
    """The file cannot be used. `str()` gives one line for each mistake, in the order of the file."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class Mistakes:
    """Collects the mistakes of one file. Gives up (raises) at the hundredth."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Mistake, None] = {}

    def add(self, place: Place, problem: str, remedy: str, step: str | None = None) -> None:
        file = self.file if place.file is None else self.beside(place.file)
        self._found[Mistake(file, place.line, place.column, step, problem, remedy)] = None
        if len(self._found) >= LIMIT:
            raise self.error()

    def beside(self, file: str) -> str:
        """The name that authors know a file by that lies beside this one."""
        folder = PurePath(self.file).parent
        return str((folder.parent if f"{folder.name}/" in FOLDERS else folder) / file)

    def include(self, others: MenuMistakes) -> None:
        """Those of a file that this one is made of."""
        self._found.update(dict.fromkeys(others.mistakes))

    def error(self) -> MenuMistakes:
        """All that were added, in the order of the file; then those of other files."""
        return MenuMistakes(tuple(sorted(self._found, key=self._order)))

    def _order(self, mistake: Mistake) -> tuple[str, int, int]:
        return "" if mistake.file == self.file else mistake.file, mistake.line, mistake.column

    def raise_if_any(self) -> None:
        if self._found:
            raise self.error()


class Unfit(Exception):
    """A text that is not the kind of value that is wanted there."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def quoted(text: str) -> str:
    """The author's own words inside a message: on one line, and not more of them than helps."""
    line = " ".join(text.split())
    return f'"{line[:40]}…"' if len(line) > 40 else f'"{line}"'


def nearest(name: str, known: Iterable[str]) -> str | None:
    if len(name) > LONGEST_NAME:
        return None
    cutoff = LIKENESS_OF_SHORT if len(name) <= SHORT else LIKENESS
    near = difflib.get_close_matches(name, known, n=1, cutoff=cutoff)
    return near[0] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    names = list(known)
    if near := nearest(name, names):
        return f'did you mean "{near}"?'
    listed = ", ".join(names[:12])
    return f"known here: {listed}{', …' if len(names) > 12 else ''}" if names else "there is none yet: add it"
