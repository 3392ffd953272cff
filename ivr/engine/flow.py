"""A flow: a menu file, loaded and checked. Frozen; one version of it is pinned by each journey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.engine.actions import SlotType
from ivr.engine.events import Channel

Sensitivity = Literal["public", "private", "secret"]
Format = Literal["plain", "digits", "date", "money", "number"]


@dataclass(frozen=True, slots=True)
class Ref:
    """`{name}` or `{name:format}` in a template: a slot, `customer.name`, `journey.summary` or `link`."""

    name: str
    format: Format = "plain"


Template = tuple[str | Ref, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said: a wording for ears, one for eyes, and maybe a recording that stands for the voice wording."""

    voice: Template
    text: Template
    audio: str | None = None


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


@dataclass(frozen=True, slots=True)
class Choice:
    """`goto` a step, or `do` something at the current one."""

    id: str
    key: str | None
    label: str
    phrases: tuple[str, ...] = ()
    goto: str | None = None
    do: Literal["repeat", "start_over"] | None = None


@dataclass(frozen=True, slots=True)
class Tries:
    """How a question deals with silence and answers it cannot take. The n-th prompt of a list is for the n-th time;
    the last one serves all later times."""

    no_input: tuple[Prompt, ...]
    no_match: tuple[Prompt, ...]
    tries: int
    exhausted: str
    timeout: float
    interdigit: float


@dataclass(frozen=True, slots=True)
class Menu:
    prompt: Prompt
    choices: tuple[Choice, ...]
    tries: Tries


@dataclass(frozen=True, slots=True)
class AskSlot:
    slot: str
    prompt: Prompt
    tries: Tries
    next: str
    fallback: Mapping[Channel, str] = field(default_factory=dict)  # where a channel that cannot do it goes


@dataclass(frozen=True, slots=True)
class SayStep:
    prompt: Prompt
    next: str


@dataclass(frozen=True, slots=True)
class InvokeStep:
    """`save`: slot name -> name of the value in the service's answer."""

    service: str
    arguments: Mapping[str, Template]
    timeout: float
    filler: Prompt | None
    save: Mapping[str, str]
    done: str
    failed: str


@dataclass(frozen=True, slots=True)
class SendStep:
    """`failed` is taken when we have no address of that kind for the customer (None: go on to `next`)."""

    by: Literal["sms", "email"]
    text: Template
    to_step: str | None
    next: str
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    queue: str
    skills: tuple[str, ...]
    prompt: Prompt | None
    whisper: Template
    timeout: float
    unavailable: str
    done: str | None = None  # after the talk with the agent; None: the journey is finished


@dataclass(frozen=True, slots=True)
class SetStep:
    """`values`: slot -> template of its value; an empty template forgets the slot."""

    values: Mapping[str, Template]
    next: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Declared, never evaluated code. `subject`: a slot's name, `channel` or `trust`."""

    subject: str
    test: Literal["is", "is_not", "in", "known", "at_least", "at_most"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case whose conditions all hold; else `otherwise`."""

    cases: tuple[tuple[tuple[Condition, ...], str], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Goto:
    target: str


@dataclass(frozen=True, slots=True)
class End:
    prompt: Prompt | None = None


Step = Menu | AskSlot | SayStep | InvokeStep | SendStep | Handoff | SetStep | Branch | Goto | End


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
class Flow:
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
    lines: Mapping[str, int] = field(default_factory=dict)  # step -> line in the file


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A declared back office. `url` names `{argument}`s; a POST carries the other arguments as a JSON object. An
    address that begins with `demo:/` is a path of our own demo back office. `timeout` (seconds) is the longest that
    anybody waits for it. `answer`: name of a value -> its key in the JSON object that comes back."""

    name: str
    url: Template
    method: Literal["GET", "POST"]
    timeout: float
    answer: Mapping[str, str]

    @property
    def in_url(self) -> frozenset[str]:
        return frozenset(part.name for part in self.url if isinstance(part, Ref))
