"""What is known of a file while it is read: the places of steps and slots, who leads where, who uses which slot.

Whether it all holds shows only when the whole file was read (`check.py`, `ways.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ivr.engine.events import Channel
from ivr.engine.flow import Gap, SlotSpec
from ivr.engine.loader.mistakes import Mistakes, Place
from ivr.engine.loader.source import Fields
from ivr.engine.loader.translations import Words, file_of, read
from ivr.engine.services import ServiceSpec
from ivr.engine.steps import Choice, Format, Prompt, Step, Template

# asked, saved, set: fills the slot. said, sent, coded (beside a one-time code): the customer gets it; told: an agent;
# handed: whoever they are put through to; passed: a back office, a slot. reached: it becomes the customer's number.
How = Literal[
    "asked", "saved", "set", "forgotten", "tested", "said", "sent", "coded", "told", "handed", "passed", "copied",
    "reached",
]  # fmt: skip

DEFAULT = "en-US"  # the language of a file that names none
UNKNOWN = ""  # stands for a step whose name could not be read
NOTHING = Prompt((), ())


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody wants to go to the step `name`."""

    key: str
    name: str
    place: Place
    step: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    slot: str
    how: How
    place: Place
    step: str | None
    format: Format = "plain"
    into: str | None = None  # the slot that a copy goes to


@dataclass(frozen=True, slots=True)
class Call:
    """A step that enters the sub-menu `part`. `save`: slot -> slot of the part, and where that is written. `exits`:
    result -> step; `places` of the results."""

    part: str
    place: Place
    arguments: Mapping[str, Template]
    save: Mapping[str, tuple[str, Place]]
    exits: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """What is known of a file while it is read. `choices`: by step; None holds the always-choices. `made` and
    `made_steps`: what composite steps are made of beside the one that bears their name.

    `parts`: the files that may be used, by name; `used` those that are. `within`: the files whose calls led here,
    this one at the end; none for a menu's own. `parsed`: their nodes, shared by all readings.
    `alone`: it is read without the menu that calls it, whose hours and switches are not known.
    `language`: in which this reading takes the wordings; `languages`: those of the menu, whose first makes the ids;
    `spoken`: those of this file. `spoken_wrong`: one of them is mistaken, so that nobody knows which else are.
    `gaps`: what is not translated, of this file and those that it is made of.
    `name`: of the menu, sub-menu or article. `words`: what it says in `language`, where a file of its own holds that.
    `returns` and `ends` are a sub-menu's: its results, and which step returns which."""

    mistakes: Mistakes
    services: Mapping[str, ServiceSpec] | frozenset[str] | None = None
    channels: tuple[Channel, ...] = ()
    language: str = DEFAULT
    languages: tuple[str, ...] = (DEFAULT,)
    spoken: tuple[str, ...] = (DEFAULT,)
    spoken_wrong: bool = False
    exhausted: str = UNKNOWN
    subjects: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of conditions, that are no slots -> values
    slots: dict[str, SlotSpec] = field(default_factory=dict)
    slot_places: dict[str, Place] = field(default_factory=dict)
    step_places: dict[str, Place] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    choices: dict[str | None, list[tuple[Choice, Place]]] = field(default_factory=dict)
    made: dict[str, SlotSpec] = field(default_factory=dict)
    made_steps: dict[str, Step] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    alone: bool = False
    parsed: dict[str, Fields] = field(default_factory=dict)
    read: dict[str, Any] = field(default_factory=dict)  # file -> `submenus.Part`, which holds a draft
    calls: dict[str, Call] = field(default_factory=dict)
    returns: tuple[str, ...] = ()
    ends: dict[str, str] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)
    name: str = ""
    words: Words | None = None
    gaps: list[Gap] = field(default_factory=list)

    def in_language(self, language: str, spoken: tuple[str, ...]) -> Draft:
        """For a reading of the same file in one of the languages that it speaks."""
        return Draft(
            self.mistakes,
            self.services,
            self.channels,
            language=language,
            languages=spoken,
            spoken=spoken,
            spoken_wrong=self.spoken_wrong,
            parts=self.parts,
            within=self.within,
            parsed=self.parsed,
        )

    def called(self, name: str) -> None:
        """The file that is read is of this name: words for it may be in another one."""
        self.name = name
        file = self.words_file
        if self.language != self.spoken[0] and file in self.parts:
            self.used[file] = self.parts[file]
            self.words = read(file, self.parts[file], self.mistakes)

    def gap(self, place: Place, step: str | None, problem: str, remedy: str) -> None:
        file = place.file or (self.within[-1] if self.within else None)
        self.gaps.append(Gap(file, place.line, place.column, step, problem, remedy))

    def read_whole(self) -> None:
        """Nothing more is asked of the words: what is left of them is for nothing."""
        for place, problem, remedy in self.words.left() if self.words else ():
            self.gap(place, None, problem, remedy)

    @property
    def words_file(self) -> str:
        return file_of(self.name, self.language)

    @property
    def has_words_files(self) -> bool:
        """One for each language but the first."""
        return all(file_of(self.name, language) in self.parts for language in self.spoken[1:])

    def for_part(self, file: str) -> Draft:
        """For a file that this one is made of."""
        return Draft(
            Mistakes(self.mistakes.beside(file)),
            self.services,
            self.channels,
            self.language,
            self.languages,
            self.languages,
            self.spoken_wrong,
            subjects=self.subjects,
            alone=self.alone,
            parts=self.parts,
            parsed=self.parsed,
            used=self.used,
            within=(*self.within, file),
            read=self.read,
            gaps=self.gaps,
        )

    @property
    def saved(self) -> frozenset[str]:
        """Slots that back offices fill, and nobody else."""
        other = {mention.slot for mention in self.mentions if mention.how in {"asked", "set"}}
        return frozenset(mention.slot for mention in self.mentions if mention.how == "saved") - other
