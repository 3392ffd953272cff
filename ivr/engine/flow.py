"""A flow: a menu file, loaded and checked. Frozen; one version of it is pinned by each journey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.engine.actions import SlotType
from ivr.engine.events import Channel
from ivr.engine.steps import Choice, Prompt, Step

Sensitivity = Literal["public", "private", "secret"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A wording without its translation, or a translation of nothing, and where it stands; `file` None: in the menu."""

    file: str | None
    line: int
    column: int
    step: str | None
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class SlotSpec:
    name: str
    type: SlotType
    title: str
    sensitivity: Sensitivity = "public"
    min_length: int = 1
    max_length: int = 32
    choices: Mapping[str, str] = field(default_factory=dict)  # choice id -> label, in order
    least: str | None = None  # number, money, date: smallest allowed value, canonical
    most: str | None = None
    say: tuple[str, ...] = ()  # how it is told inside a sentence: `order number {}`


@dataclass(frozen=True, slots=True)
class ResumeRule:
    """Within `within` seconds of having left: go straight on, or ask first. `say` leads in."""

    within: float
    do: Literal["continue", "offer"]
    say: Prompt


@dataclass(frozen=True, slots=True)
class ResumePolicy:
    """`dropped` is for a lost line, `unfinished` for a customer who left by themselves or came back later.
    `offer` asks whether to go on or to start over (keys 1 and 2). Nothing fits: a fresh journey."""

    dropped: tuple[ResumeRule, ...]
    unfinished: tuple[ResumeRule, ...]
    offer: Prompt


@dataclass(frozen=True, slots=True)
class Switch:
    """What ops can flip live. While it is on, who arrives hears `say` first, or goes to the step `goto`."""

    name: str
    title: str
    say: Prompt | None = None
    goto: str | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """When we are open, in the time zone `zone` (IANA name). `week`: seven days from Monday, each with its spans in
    minutes from midnight. `special`: days (ISO) that have other hours, none for closed. `country` (ISO 3166) and
    `region`: whose public holidays we keep; on them we are closed unless `special` says otherwise."""

    name: str
    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    special: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    country: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """What becomes of a spoken answer, by how sure its recognizer is (0 to 1): from `accept` on it counts, from
    `confirm` on the customer is asked whether it is right, below it was not understood."""

    accept: float = 0.8
    confirm: float = 0.5  # the default of VoiceXML 2.0, section 6.3.2


@dataclass(frozen=True, slots=True)
class Flow:
    """`others`: the same flow in its other languages, by BCP 47 tag: the same steps, choices and slots, other words.
    `parts`: the texts of the files that this one is made of beside `source` (sub-menus, articles), by file name.
    `places`: where each step is written; a file of None is the menu's own. Steps with a dot in their name were made by
    the loader: of a sub-menu's step `ask` under the step `identify` comes `identify.ask`.
    `keys_after`: misses by speech after which keys are offered. `currency` (ISO 4217): of amounts; None: that of the
    region."""

    menu: str
    version: str  # of the content: the first 12 hex digits of its SHA-256
    title: str
    language: str  # BCP 47, such as en-US
    start: str
    channels: tuple[Channel, ...]
    steps: Mapping[str, Step]
    slots: Mapping[str, SlotSpec]
    always: tuple[Choice, ...]
    resume: ResumePolicy
    sorry: Prompt  # said when the flow cannot go on
    source: str = ""  # the YAML text
    places: Mapping[str, tuple[str | None, int]] = field(default_factory=dict)  # step -> file of `parts`, line
    others: Mapping[str, Flow] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()  # of this language
    parts: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, str] = field(default_factory=dict)  # id -> title
    hours: Mapping[str, Hours] = field(default_factory=dict)
    switches: Mapping[str, Switch] = field(default_factory=dict)
    keys_after: int = 2
    moved: Mapping[str, str] = field(default_factory=dict)  # step of earlier versions -> where it is in this one
    accepted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # rule -> step ("": all) -> reason
    currency: str | None = None
    speech: Bands = Bands()
    keep_speech: str | None = None  # slot in which customers agree to `ivr.engine.keeping`

    @property
    def languages(self) -> tuple[str, ...]:
        """The one that is spoken unless another is chosen comes first."""
        return (self.language, *self.others)

    def kept(self, step: str | None) -> str | None:
        """Where that step of this or an earlier version is now; None: nowhere."""
        now = step if step in self.steps else self.moved.get(step or "")
        return now if now in self.steps else None

    def in_language(self, language: str | None) -> Flow:
        """This flow in that language, or as it is."""
        return self.others.get(language, self) if language else self
