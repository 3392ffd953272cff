"""A flow: a menu file, loaded and checked. Frozen; one version of it is pinned by each journey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.engine.actions import SlotType
from ivr.engine.events import Channel

Sensitivity = Literal["public", "private", "secret"]
Deed = Literal["repeat", "start_over", "correct"]
Confirm = Literal["auto", "always", "never"]  # whether what was said is asked back about before it counts
Format = Literal["plain", "digits", "date", "time", "money", "number", "ordinal", "name", "spell"]


@dataclass(frozen=True, slots=True)
class Ref:
    """`{name}` or `{name:format}` in a template: a slot, `customer.name`, `journey.summary`, `link` or `code`."""

    name: str
    format: Format = "plain"


Template = tuple[str | Ref, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said: a wording for ears, one for eyes, and maybe a recording that stands for the voice wording.
    `voice` may hold SSML (see `ivr.engine.markup`). `language`: of the words, where they are not translated into that
    of the flow; None: they are."""

    voice: Template
    text: Template
    audio: str | None = None
    language: str | None = None


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
class Choice:
    """`goto` a step, or `do` something at the current one; `language` (BCP 47) is spoken from then on. `correct`: the
    last answer was understood wrongly."""

    id: str
    key: str | None
    label: str
    phrases: tuple[str, ...] = ()
    goto: str | None = None
    do: Deed | None = None
    language: str | None = None


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


HELPED, NOT_HELPED = "helped", "not_helped"


@dataclass(frozen=True, slots=True)
class Menu:
    """`article`: the id of the knowledge article that the prompt tells; its choices, `HELPED` and `NOT_HELPED`, say
    whether it helped. `open`: what the menus behind its choices offer may be said here, too."""

    prompt: Prompt
    choices: tuple[Choice, ...]
    tries: Tries
    article: str | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class AskSlot:
    slot: str
    prompt: Prompt
    tries: Tries
    next: str
    fallback: Mapping[Channel, str] = field(default_factory=dict)  # where a channel that cannot do it goes
    confirm: Confirm = "auto"


@dataclass(frozen=True, slots=True)
class SayStep:
    prompt: Prompt
    next: str


@dataclass(frozen=True, slots=True)
class InvokeStep:
    """`save`: slot name -> name of the value in the service's answer. `safe`: asking changes nothing there, so it may
    be asked again."""

    service: str
    arguments: Mapping[str, Template]
    timeout: float
    filler: Prompt | None
    save: Mapping[str, str]
    done: str
    failed: str
    safe: bool = False


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
class TransferStep:
    """Put the caller through to `to`; see `actions.Transfer`. `number`: the same for people, where it is a number:
    who writes to us is told it. `unanswered`: they are busy, do not answer or cannot be reached."""

    to: str
    number: str
    prompt: Prompt | None
    caller_id: str
    headers: Mapping[str, Template]
    whisper: Template
    timeout: float
    unanswered: str
    done: str | None = None  # after the talk; None: the journey is finished


@dataclass(frozen=True, slots=True)
class SetStep:
    """`values`: slot -> template of its value; an empty template forgets the slot."""

    values: Mapping[str, Template]
    next: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Declared, never evaluated code. `subject`: a slot's name, `channel`, `trust`, `language`, `hours.NAME` (open,
    closed or holiday) or `switch.NAME` (on or off)."""

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


@dataclass(frozen=True, slots=True)
class Split:
    """A share of all journeys, in percent, goes each way; the same journey always the same way. The last takes the
    rest."""

    ways: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class RecordStep:
    """Take a message: `slot` then holds `recording:ID` (voice) or the words (text channels). `failed`: nothing was
    said, after so many `tries`."""

    slot: str
    prompt: Prompt
    longest: float
    silence: float
    timeout: float
    next: str
    failed: str
    tries: int = 2


@dataclass(frozen=True, slots=True)
class Verify:
    """Ask for proof, and let `trust` be the tier of this contact when it holds. The answer goes to the secret slot
    `slot` and is forgotten once it was checked.

    PIN: `service` is asked with `arguments`; it must answer `ok`: yes or no. One-time code: `send` says by what, and
    `text` (with `{code}`) goes out first; `service` is then `CODE_SERVICE`. `failed`: after the last try, or when the
    service cannot answer, or (code) when we have no address. Whoever has that tier already goes on to `done`."""

    slot: str
    prompt: Prompt
    tries: Tries  # its `exhausted` is `failed`
    service: str
    arguments: Mapping[str, Template]
    timeout: float
    done: str
    failed: str
    trust: int = 3
    send: Literal["sms", "email"] | None = None
    text: Template = ()


CODE_SERVICE = "segue.code"  # answered by the driver itself


@dataclass(frozen=True, slots=True)
class CallbackStep:
    """Promise a call to `number` (a template; nothing: the number they came with). `failed`: there is no number."""

    queue: str
    number: Template
    when: Template
    prompt: Prompt | None
    next: str
    failed: str


Step = (
    Menu
    | AskSlot
    | SayStep
    | InvokeStep
    | SendStep
    | Handoff
    | TransferStep
    | SetStep
    | Branch
    | Split
    | RecordStep
    | Verify
    | CallbackStep
    | Goto
    | End
)


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
