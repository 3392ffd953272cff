"""A caller who is put through to somebody outside: by Dial, in the dialplan, whether we live or not."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from dataclasses import dataclass
from pathlib import Path

from asterisk.leg import Leg, sound
from ivr.engine.actions import Transfer
from ivr.engine.events import TransferOutcome
from ivr.settings import Settings

STATUS: dict[str, TransferOutcome] = {"ANSWER": "answered", "BUSY": "busy", "NOANSWER": "no_answer"}  # others: failed
NUMBER = re.compile(r"\+?[0-9]{7,15}")  # up to E.164's 15; what a caller has dialled may be an extension, or anything
WITHHELD = "f(0)u(prohib)"  # Dial withholds no number but one that it is given

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outbound:
    """The PJSIP endpoints by which numbers and `sip:` addresses are dialled; empty: they are not. `caller_id`: our
    number; empty: the one that the caller has dialled, where it is one."""

    trunk: str = ""
    sip: str = ""
    caller_id: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Outbound:
        return cls(settings.asterisk_trunk, settings.asterisk_sip, settings.caller_id)

    def dialled(self, to: str) -> str:
        """As Dial takes it; empty: nothing here can dial it."""
        if to.startswith("+"):
            return f"PJSIP/{to}@{self.trunk}" if self.trunk else ""
        return f"PJSIP/{self.sip}/{to}" if self.sip and to.startswith("sip") else ""


async def put_through(leg: Leg, wait: Transfer, whisper: Path | None, outbound: Outbound) -> bool:
    """Redirect the caller to whom the menu wants; False when nothing here can dial them. `whisper` is played to whoever
    answers."""
    if not (dialled := outbound.dialled(wait.to)):
        log.error(
            "%s: nobody can be put through to %s; set IVR_ASTERISK_TRUNK or IVR_ASTERISK_SIP", leg.contact, wait.to
        )
        return False
    shown = await _shown(leg, wait, outbound)
    leg.set("SEGUE_DIAL", dialled)
    leg.set("SEGUE_DIAL_TIMEOUT", math.ceil(wait.timeout))
    leg.set("SEGUE_DIAL_AS", shown)
    leg.set("__SEGUE_WHISPER", sound(whisper))
    for n, (name, value) in enumerate([*wait.headers.items(), ("", "")], 1):  # the empty name ends the list
        leg.set(f"__SEGUE_HEADER_{n}", name)
        leg.set(f"__SEGUE_VALUE_{n}", value)
    leg.set("SEGUE_TRANSFERRED", wait.turn)
    leg.set("SEGUE_DIALSTATUS", "")
    leg.set("SEGUE_ANSWEREDTIME", "")
    leg.set("SEGUE_JOINED", "")
    await leg.redirect("segue-transfer", "s")
    return True


async def _shown(leg: Leg, wait: Transfer, outbound: Outbound) -> str:
    """The number that the other end sees, as options of Dial; empty: the caller's, or none where that is withheld."""
    if wait.caller_id == "caller":
        return ""
    number = wait.caller_id if wait.caller_id != "ours" else outbound.caller_id or await _dialled(leg)
    return f"f({number})" if number else WITHHELD


async def _dialled(leg: Leg) -> str:
    """The number of ours that the caller has dialled; empty: it is none."""
    number = await leg.get("CALLERID(dnid)")
    return number if NUMBER.fullmatch(number) else ""


async def outcome(leg: Leg) -> tuple[TransferOutcome, float]:
    """How it ended, of a caller who came back, and the seconds of the talk. Who hung up on the whisper has answered
    nobody."""
    names = ("SEGUE_DIALSTATUS", "SEGUE_ANSWEREDTIME", "SEGUE_JOINED")
    status, seconds, joined = await asyncio.gather(*map(leg.get, names))
    if status == "ANSWER" and not joined:
        return "no_answer", 0.0
    return STATUS.get(status, "failed"), float(seconds) if seconds.isdigit() else 0.0


async def has_been(leg: Leg, wait: Transfer) -> bool:
    """Whether this wait was carried out already, by us or by the process before us."""
    return await leg.get("SEGUE_TRANSFERRED") == str(wait.turn)
