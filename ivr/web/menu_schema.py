"""The shapes of the menus' API: what is in force, its versions, and what somebody wants to publish."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

Author = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Words = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]
Parts = Annotated[dict[str, str], Meta(description="Texts of the sub-menus and articles, by file name.")]
Moves = Annotated[dict[str, str], Meta(description="Step that is gone -> step where its customers go on.")]


class MenuLine(Struct, frozen=True):
    """`live`: journeys that are not over. `n` 0: served, and not published yet."""

    menu: str
    title: str
    version: str
    n: int
    published_at: float | None
    author: str
    message: str
    languages: list[str]
    channels: list[str]
    live: int


class InFolder(Struct, frozen=True):
    """`version` null: the folder has no such menu, or one with mistakes."""

    version: str | None
    differs: bool


class MenuPage(Struct, frozen=True):
    """`live`: step -> journeys that stand there, in whatever version."""

    menu: str
    title: str
    version: str
    n: int
    source: str
    parts: dict[str, str]
    live: dict[str, int]
    folder: InFolder


class VersionLine(Struct, frozen=True):
    """`journeys`: those under way that are pinned to it. `rolled_back_from`: what it took the place of."""

    n: int
    version: str
    at: float
    author: str
    message: str
    in_force: bool
    journeys: int
    moved: dict[str, str]
    rolled_back_from: str | None


class VersionPage(Struct, frozen=True):
    menu: str
    title: str
    version: str
    source: str
    parts: dict[str, str]


class Compare(Struct, frozen=True, forbid_unknown_fields=True):
    """`parts` left out: those of the version in force and of the folder. `against` left out: what is in force."""

    source: str
    parts: Parts | None = None
    against: str | None = None


class MistakeShown(Struct, frozen=True):
    file: str
    line: int
    column: int
    step: str | None
    problem: str
    remedy: str


class Removed(Struct, frozen=True):
    """`likely`: a step that is the same under another name."""

    step: str
    journeys: int
    likely: str | None = None


class Compared(Struct, frozen=True):
    """`removed`: steps that would be gone while customers are there. With `mistakes` the rest is empty."""

    changes: list[str]
    removed: list[Removed]
    text: str
    mistakes: list[MistakeShown]


class Publish(Struct, frozen=True, forbid_unknown_fields=True):
    """`base`: the version that this was made from; null for a new menu."""

    source: str
    message: Words
    author: Author
    base: str | None
    parts: Parts | None = None
    moved: Moves = field(default_factory=dict)


class RollBack(Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    message: Words
    author: Author
    moved: Moves = field(default_factory=dict)


class InForce(Struct, frozen=True):
    """`new` false: exactly this was in force already."""

    version: str
    n: int
    changes: list[str]
    new: bool
