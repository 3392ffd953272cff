"""Actions: everything the engine can ask for, as one union. A turn is says and sends, then one wait or a hang-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ivr.engine.data import Data, astuple, empty

SlotType = Literal["digits", "number", "yes_no", "choice", "date", "time", "money", "text"]


class Say(Data, frozen=True):
    """Words for the customer, ready for their channel. `audio` (a file under the menus' folder) stands for the
    words by phone. `fixed` is true when the words hold nothing of the journey, so they can be rendered ahead.
    `language` (BCP 47) chooses the voice. `markup`: the same words with the SSML that the menu marked them with
    (see `ivr.engine.markup`), for voices; None when there is none."""

    text: str
    audio: str | None = None
    fixed: bool = False
    language: str = "en-US"
    markup: str | None = None


class Option(Data, frozen=True):
    """One answer that a collect takes: a key, a label for buttons, phrases for ears. `id` comes back as text too."""

    id: str
    key: str | None
    label: str
    phrases: tuple[str, ...] = ()


class Keys(Data, frozen=True):
    """How keys make an answer. `options` are complete answers by themselves; otherwise `min` to `max` keys, ended by
    `terminator`, by `max` or by `interdigit` seconds of silence. max 0: only options count."""

    options: tuple[str, ...] = ()
    min: int = 0
    max: int = 0
    terminator: str = "#"


class Behind(Data, frozen=True):
    """A value that may be told in one breath with an option, since it is asked for behind it. `say`: frames in which it
    may stand (`order number {}`); `min` to `max` digits, where it has any."""

    type: SlotType
    say: tuple[str, ...] = ()
    min: int = 0
    max: int = 0


class Collect(Data, frozen=True):
    """Wait for an answer for `timeout` seconds after the prompt has ended; silence comes back as `NoInput`.
    `speech`: whether ears may answer; false once a caller is not understood and keys were offered instead.
    `keep`: the menu as which what is said here may be kept, see `ivr.engine.keeping`; empty: it may not.
    `behind`: for ears, the values that may be told with an option, by its id."""

    turn: int
    step: str
    slot: str | None
    type: SlotType | None
    options: tuple[Option, ...]
    always: tuple[Option, ...]
    keys: Keys
    timeout: float
    interdigit: float
    secret: bool = False
    language: str = "en-US"
    speech: bool = True
    keep: str = ""
    behind: Mapping[str, tuple[Behind, ...]] = empty()


class Record(Data, frozen=True):
    """Take a spoken message of at most `longest` seconds, ended by `silence` seconds without speech or a key of
    `terminators`; comes back as `Recorded`, or as `NoInput` when nothing was said within `timeout` seconds. Channels
    without sound take a text instead, as `Input`."""

    turn: int
    step: str
    slot: str
    longest: float
    silence: float
    timeout: float
    terminators: str = "#"
    secret: bool = False


class Invoke(Data, frozen=True):
    """Wait for a back office, at most `timeout` seconds; comes back as `Invoked` or `InvokeFailed`. `key` names the
    asking: until it is answered it stays the same, whoever asks. `again`: it may have been asked under this key before;
    only the turn that begins an asking knows that it was not. It is the same wait either way."""

    turn: int
    step: str
    service: str
    arguments: Mapping[str, str]
    timeout: float
    key: str = ""
    again: bool = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Invoke) and astuple(self)[:-1] == astuple(other)[:-1]


class Enqueue(Data, frozen=True):
    """Wait for a person, at most `timeout` seconds; comes back as `AgentJoined`, then `QueueLeft`.
    `whisper` and `why` are for the agent only, and in `language`."""

    turn: int
    step: str
    queue: str
    skills: tuple[str, ...]
    whisper: str
    why: str
    timeout: float
    language: str = "en-US"


class Transfer(Data, frozen=True):
    """Wait while the caller is put through to `to`: a number (E.164), `sip:…` or `client:…`, which is rung for at most
    `timeout` seconds. Comes back as `TransferAnswered`, then `TransferEnded`. `caller_id`: the number that the other
    end sees: the `caller`'s, `ours`, or one in E.164. `headers`: of the SIP request. `whisper`: said to whoever
    answers, in `language`, before the two are joined."""

    turn: int
    step: str
    to: str
    caller_id: str
    headers: Mapping[str, str]
    whisper: str
    timeout: float
    language: str = "en-US"


class Send(Data, frozen=True):
    """Send words outside this contact. `{link}` in the text is replaced by the driver with a single-use address
    that leads to `to_step` (None: to where the journey stands); `{code}` (where `code` is its name, see
    `Journey.proofs`) with a one-time code."""

    by: Literal["sms", "email"]
    text: str
    to_step: str | None = None
    link: bool = False
    code: str | None = None


class BookCallback(Data, frozen=True):
    """We owe the customer a call: to `number` (E.164 as far as we know), by somebody of `queue`. `when` and `why` are
    words for the agent."""

    step: str
    number: str
    queue: str
    when: str
    why: str


class Hangup(Data, frozen=True):
    """End the contact. `reason`: finished (the flow came to an end), moved (it goes on elsewhere), broken (the flow
    could not go on)."""

    reason: Literal["finished", "moved", "broken"] = "finished"


Wait = Collect | Record | Invoke | Enqueue | Transfer
Action = Say | Send | BookCallback | Wait | Hangup
