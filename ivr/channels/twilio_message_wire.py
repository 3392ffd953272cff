"""Messages on Twilio's wire: forms to our own types, and our words to messages of bounded length. Pure.

Fields: twilio.com/docs/messaging/guides/webhook-request, /docs/messaging/guides/outbound-message-status-in-status-
callbacks.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ivr.channels.twilio_wire import Form, WrongForm
from ivr.engine.actions import Action, Say

LONGEST = 1600  # UTF-16 units of one message (error 21617)
MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
CODE = re.compile(r"[0-9]{1,6}")
# How far a message is. Reports come late and in any order; of two final ones the first stays, but who read it has it.
RANKS: Mapping[str, int] = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "partially_delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
    "read": 5,
}
LOST = frozenset({"undelivered", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A message from a customer. `ours`, `theirs`: addresses as Twilio writes them, `+1…` or `whatsapp:+1…`. `handled`:
    Twilio took it for its own (Advanced Opt-Out) and has answered it. `media`: how many attachments. `language` and
    `menu`: as the address of the webhook names them."""

    sid: str
    ours: str
    theirs: str
    text: str
    media: int = 0
    handled: Literal["stop", "start", "help"] | None = None
    language: str = ""
    menu: str = ""

    @property
    def channel(self) -> Literal["sms", "messenger"]:
        return "messenger" if ":" in self.theirs else "sms"

    @property
    def number(self) -> str | None:
        """Theirs, if it is one: Messenger has ids."""
        kind, _, number = self.theirs.rpartition(":")
        return number if kind in {"", "whatsapp", "rcs"} else None


@dataclass(frozen=True, slots=True)
class Report:
    """How far a message of ours is. `code`: why it went wrong, or empty."""

    sid: str
    state: str
    code: str

    @property
    def rank(self) -> int:
        return RANKS[self.state]


def heard(form: Form, language: str = "", menu: str = "") -> Heard:
    """Raises `WrongForm`."""
    if not form.get("From") or not form.get("To"):
        raise WrongForm("From or To is missing")
    media = form.get("NumMedia", "")
    handled: Mapping[str, Literal["stop", "start", "help"]] = {"STOP": "stop", "START": "start", "HELP": "help"}
    return Heard(
        sid=_sid(form),
        ours=form["To"],
        theirs=form["From"],
        text=form.get("Body", "").strip(),
        media=int(media) if media.isdecimal() and len(media) < 4 else 0,
        handled=handled.get(form.get("OptOutType", "").upper()),
        language=language,
        menu=menu,
    )


def report(form: Form) -> Report:
    """Raises `WrongForm`."""
    state, code = form.get("MessageStatus", ""), form.get("ErrorCode", "")
    if state not in RANKS:
        raise WrongForm("MessageStatus is missing or not known")
    return Report(_sid(form), state, code if CODE.fullmatch(code) and code != "0" else "")


def _sid(form: Form) -> str:
    if not MESSAGE_SID.fullmatch(form.get("MessageSid", "")):
        raise WrongForm("MessageSid is missing or is none")
    return form["MessageSid"]


def place_of(key: str, part: int) -> str:
    """A message of ours in an address: its key holds characters that are signed in several ways."""
    return f"{base64.urlsafe_b64encode(key.encode()).decode().rstrip('=')}.{part}"


def at_place(place: str) -> tuple[str, int]:
    """Key and part. Raises `WrongForm`."""
    text, _, part = place.rpartition(".")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode(), int(part)
    except (binascii.Error, ValueError) as error:
        raise WrongForm("the address names no message") from error


def words(actions: Iterable[Action]) -> str:
    """What a turn says, as one text."""
    return "\n".join(action.text for action in actions if isinstance(action, Say) and action.text)


def parts(text: str, longest: int = LONGEST) -> list[str]:
    """The text as messages, cut between lines or words: a link stays whole. None for an empty one."""
    found = []
    rest = text.strip()
    while rest:
        end = _fits(rest, longest)
        if end < len(rest):
            end = max(rest.rfind("\n", 1, end + 1), 0) or max(rest.rfind(" ", 1, end + 1), 0) or end
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return found


def _fits(text: str, longest: int) -> int:
    """How many characters have room, where those beyond the first 65,536 count twice."""
    size = 0
    for n, character in enumerate(text):
        size += 1 + (ord(character) > 0xFFFF)
        if size > longest:
            return n
    return len(text)
