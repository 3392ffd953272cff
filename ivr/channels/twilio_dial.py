"""Whom a document dials: a number, a SIP address, or a client of Twilio's Voice SDK, which is an agent's browser or an
app. Pure, but for a line in the log. Reference: twilio.com/docs/voice/twiml/dial, and /client, /number, /sip below it.

An address is written as the REST API takes it: `client:<identity>`, `+4930…` or `sip:name@host`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from twilio.twiml.voice_response import Dial

from ivr.engine.actions import Transfer

OURS = "ours"
CALLERS = "caller"  # what Twilio shows by itself
MOST_HEADERS = 1024  # characters that Twilio takes of the headers of one <Sip>, as they stand in its address

log = logging.getLogger(__name__)


def put_through(wait: Transfer, place: str, ours: str, stand_in: str = "") -> Dial:
    """For the turn at `place` (epoch and turn). `ours`: the number of ours that is shown; empty: the caller's.
    `stand_in`: the one that a number is dialled from for a caller who has none."""
    shown = ours if wait.caller_id == OURS else wait.caller_id.removeprefix(CALLERS)
    if not shown and wait.to.startswith("+"):
        shown = stand_in
    dial = Dial(
        action=f"/twilio/transferred/{place}",
        method="POST",
        answer_on_bridge=True,
        timeout=math.ceil(wait.timeout),
        caller_id=shown or None,
    )
    told = {
        "status_callback": f"/twilio/answered/{place}",
        "status_callback_event": "answered",
        "status_callback_method": "POST",
    }
    asked = {"url": f"/twilio/whispered/{place}", "method": "POST"} if wait.whisper else {}
    reach(dial, wait.to, wait.headers, **told, **asked)
    return dial


def reach(dial: Dial, address: str, beside: Mapping[str, str], **attributes: str) -> None:
    """Dial `address`. `beside`: what goes with the call, as parameters of a client, as headers of a SIP request; to a
    number nothing can."""
    kind, _, name = address.partition(":")
    if kind == "client":
        client = dial.client(**attributes)
        client.identity(name)
        for parameter, value in beside.items():
            client.parameter(name=parameter, value=value)
    elif kind in {"sip", "sips"}:
        headers = _headers(address, beside)
        dial.sip(f"{address}?{headers}" if headers else address, **attributes)
    else:
        dial.number(address, **attributes)


def _headers(address: str, beside: Mapping[str, str]) -> str:
    """As the query of a SIP address. One that does not fit is left out: half an order number would be another one."""
    headers = ""
    for name, value in beside.items():
        more = "&".join(filter(None, (headers, urlencode({name: value}, quote_via=quote))))
        if len(more) <= MOST_HEADERS:
            headers = more
        else:
            log.warning("%s: header %s is left out, Twilio takes %d characters of all", address, name, MOST_HEADERS)
    return headers
