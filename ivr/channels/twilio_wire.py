"""Twilio's forms to our own types. Pure; takes any fields in any order, since Twilio adds some without notice.

Fields: twilio.com/docs/voice/twiml (requests), /docs/voice/twiml/gather, /enqueue, /record, /dial, and
/docs/voice/api/call-resource#statuscallback.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal

from ivr.engine.data import Data

Form = Mapping[str, str]
Progress = Literal["queued", "initiated", "ringing", "in-progress", "ended"]

CALL_SID = re.compile(r"CA[0-9a-f]{32}")
NO_KEY = re.compile(r"[^0-9*#]")
RECORDING_SID = re.compile(r"RE[0-9a-f]{32}")
ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
# What stands where a number is not known or not shown, spelled on a keypad: ANONYMOUS, RESTRICTED (and as Twilio's own
# list misspells it), BLOCKED, UNKNOWN (so too), UNAVAILABLE; of "Why am I getting calls from these strange numbers"
# (help.twilio.com). The short ones of that list, such as +464, are too short for a number anyway.
STAND_INS = frozenset({"266696687", "7378742833", "7378742883", "2562533", "8566696", "8656696", "86282452253"})
# A whole number, which nobody shares: no emergency code, no extension. The shortest with a country code has 7 digits.
NUMBER = re.compile(r"\+?[0-9]{7,15}")
# What stands behind a `;` of the user is no part of who it is; one with escapes (RFC 3261, section 25.1) is nobody.
SIP = re.compile(
    r"(?i:sips?):(?P<user>[\w.+~!*'()-]{1,100})(;[^@\s]*)?@(?P<host>[\w.-]{1,253})(:\d{1,5})?([;?].*)?", re.ASCII
)
ENDS: Mapping[str, str] = {
    "completed": "the line ended",
    "busy": "busy",
    "failed": "the call failed",
    "no-answer": "nobody answered",
    "canceled": "canceled before it was answered",
}
UNDER_WAY: Mapping[str, Progress] = {
    "queued": "queued",
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "in-progress",
}


class WrongForm(Exception):
    """A signed request that is none of a call's; the message says what is missing."""


class Caller(Data, frozen=True):
    """`number`: E.164, or the SIP address of somebody at an exchange of the site's own; None when it is not shown, and
    for other SIP addresses: whoever owns a domain may write any number before it.
    `attestation`: the verdict of STIR/SHAKEN as Twilio gives it (StirVerstat)."""

    number: str | None
    presentation: Literal["allowed", "withheld"]
    attestation: str | None


class Heard(Data, frozen=True):
    """What a document's verb brought. `keys`: pressed, without the key that ended them. `hung_up`: the caller did, as
    Record and Enqueue tell."""

    keys: str = ""
    speech: str = ""
    confidence: float = 1.0
    queue: str = ""  # QueueResult
    dial: str = ""  # DialCallStatus
    talked: bool = False  # what was dialled was answered and put through
    recording: str = ""  # its id with us: the RecordingSid without RE
    seconds: float = 0.0
    hung_up: bool = False

    @property
    def answer(self) -> bool:
        """It counts even where the caller is gone: a talk, a queue that was left, keys or words. The key that ends a
        recording is none."""
        return bool(self.queue or self.talked or ((self.keys or self.speech) and not self.recording))


def call_of(form: Form) -> str:
    """The CallSid. Raises `WrongForm`."""
    if not CALL_SID.fullmatch(form.get("CallSid", "")):
        raise WrongForm("CallSid is missing or is none")
    return form["CallSid"]


def parent_of(form: Form) -> str:
    """The CallSid of the call that this one was dialled for, if it was."""
    sid = form.get("ParentCallSid", "")
    return sid if sid and CALL_SID.fullmatch(sid) else ""


def caller_of(form: Form, exchanges: Collection[str] = ()) -> Caller:
    """Who calls, as far as the network says. `exchanges`: hosts whose SIP addresses are taken at their word. Twilio
    writes the verdict of a diverted call with a suffix; it says nothing about this number then."""
    sender = form.get("From", "").strip()
    number = _number(sender) or _at_exchange(sender, exchanges)
    return Caller(number, "allowed" if number else "withheld", form.get("StirVerstat") or None)


def _number(text: str) -> str | None:
    """A caller's number; None for withheld forms, clients, SIP addresses and whatever is no number."""
    text = text.strip()
    digits = text.removeprefix("+")
    if not NUMBER.fullmatch(text) or {digits, digits.removeprefix("1")} & STAND_INS:  # some write +1 before them
        return None
    return text


def stand_in(form: Form, ours: str) -> str:
    """The number to show for a caller who has none to show: `ours`, or the one that they called. Twilio dials no number
    for a client or a SIP address without one (error 13214), and carriers refuse what stands for a withheld one. Empty:
    the caller's own can be shown, or nobody knows."""
    if not form or _number(form.get("From", "")):
        return ""
    return ours or _number(form.get("To", "")) or ""


def _at_exchange(text: str, exchanges: Collection[str]) -> str | None:
    """A number that an exchange of our own vouches for, or an extension or a name of its own, with its host."""
    if not exchanges or not (address := SIP.fullmatch(text)) or address["host"].lower() not in exchanges:
        return None
    return _number(address["user"]) or f"sip:{address['user']}@{address['host'].lower()}"


def heard(form: Form) -> Heard:
    """What came back. A hang-up may stand where keys would (Record), or as the queue's result (Enqueue)."""
    keys, queue, dial = form.get("Digits", ""), form.get("QueueResult", ""), form.get("DialCallStatus", "")
    return Heard(
        keys="" if keys == "hangup" else NO_KEY.sub("", keys),
        speech=form.get("SpeechResult", "").strip(),
        confidence=_fraction(form.get("Confidence", "")),
        queue=queue,
        dial=dial,
        talked=dial in {"completed", "answered"} and form.get("DialBridged") != "false",
        recording=recording_of(form).removeprefix("RE"),
        seconds=seconds(form.get("RecordingDuration", "")),
        hung_up=keys == "hangup" or queue == "hangup",
    )


def recording_of(form: Form) -> str:
    """The RecordingSid, if there is one."""
    sid = form.get("RecordingSid", "")
    return sid if sid and RECORDING_SID.fullmatch(sid) else ""


def ended(form: Form) -> str | None:
    """Why the call is over, or None while it goes on. Nothing that Twilio sends says who hung up."""
    return ENDS.get(form.get("CallStatus", ""))


def _fraction(text: str) -> float:
    """Confidence from 0 to 1. Twilio tells us not to expect it; without one we take the words for heard."""
    if not text:
        return 1.0
    try:
        value = float(text)
    except ValueError:
        return 1.0
    return value if 0.0 <= value <= 1.0 else 1.0


def seconds(text: str) -> float:
    """0 for what is none."""
    return float(text) if text.isdecimal() and len(text) < 6 else 0.0
