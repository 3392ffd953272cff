"""What a menu file's steps are, with the words in them. Frozen, as the flow that they are part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.engine.events import Channel

Deed = Literal["repeat", "start_over", "correct"]
Confirm = Literal["auto", "always", "never"]  # whether what was said is asked back about before it counts
PATIENCE = 3.0  # seconds that a back office may take where its declaration does not say, or is not known
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
    """`save`: slot name -> name of the value in the service's answer. `timeout` (seconds): None is as long as the
    service may take. The last two are known by the services: `patience`, how long (seconds) that is; `safe`, whether
    asking changes nothing there, so that it may be asked again."""

    service: str
    arguments: Mapping[str, Template]
    timeout: float | None
    filler: Prompt | None
    save: Mapping[str, str]
    done: str
    failed: str
    patience: float = PATIENCE
    safe: bool = False

    @property
    def longest(self) -> float:
        """How long (seconds) the customer waits at most."""
        return self.patience if self.timeout is None else self.timeout


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
    patience: float  # seconds that the service may take; known by the services
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
