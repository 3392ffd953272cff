"""The door that Twilio's webhooks come in by: signed for our account, of bounded size, or nothing at all.

What is refused is answered with a bare 403. Why stands in the log, once a minute at most: where Twilio has another
address or token than we, each of its webhooks is refused.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from ivr.channels.twilio_signature import SIGNATURE, Secrets, signed_fields

BODY_LIMIT = 64 * 1024  # bytes; Twilio's largest form has some two thousand
QUIET = 60.0  # seconds
REMEDY = "segue doctor asks our address as Twilio does"

log = logging.getLogger(__name__)


class Seldom:
    """Complaints, once in `QUIET` at most: whoever floods us must not fill the disk."""

    def __init__(self) -> None:
        self._last = -math.inf

    def are_due(self) -> bool:
        now = time.monotonic()
        if now - self._last < QUIET:
            return False
        self._last = now
        return True


@dataclass(frozen=True, slots=True)
class Door:
    """`account`: whose webhooks we take; `public`: the address that Twilio knows us by, with no slash at its end: what
    it signs begins with it."""

    account: str
    secrets: Secrets
    public: str
    complaints: Seldom = field(default_factory=Seldom, repr=False, compare=False)

    async def signed(self, request: web.Request, *, silent: bool = False) -> dict[str, str] | None:
        """The form of a request that Twilio signed for our account; None for any other. Some of its products send one
        as JSON, whose hash is in the address. `silent`: a refusal is not worth a line in the log."""
        body = b""
        while not request.content.at_eof():
            body += await request.content.readany()
            if len(body) > BODY_LIMIT:
                self._complain(request, lambda: f"it has more than {BODY_LIMIT} bytes", silent=silent)
                return None
        kind = _type_of(request)
        fields = signed_fields(self.secrets, self.public + request.raw_path, request.headers, kind, body)
        if fields is None:
            self._complain(request, lambda: self._mistake(request, kind, body), silent=silent)
            return None
        form = _of_json(body) if kind == "application/json" else dict(fields)
        if form.get("AccountSid") != self.account:
            self._complain(request, lambda: "it is of another account than IVR_TWILIO_ACCOUNT", silent=silent)
            return None
        return form

    def is_signed_socket(self, request: web.Request) -> bool:
        """Whether Twilio asks for this WebSocket: it signs the address that begins with wss. Of which account it is
        says its first message."""
        url = socket_of(self.public) + request.raw_path
        if signed_fields(self.secrets, url, request.headers, "", b"") is not None:
            return True
        self._complain(request, lambda: f"its signature is none for {socket_of(self.public)}", silent=False)
        return False

    def _complain(self, request: web.Request, why: Callable[[], str], *, silent: bool) -> None:
        if not silent and self.complaints.are_due():
            log.warning("%s was refused: %s; %s", request.rel_url.raw_path, why(), REMEDY)

    def _mistake(self, request: web.Request, kind: str, body: bytes) -> str:
        """What is wrong with a signature. One that fits another address of ours is Twilio's: nobody else can sign."""
        if SIGNATURE not in request.headers:
            return "it is not signed"
        host = request.headers.get("X-Forwarded-Host", request.host)
        for other in (f"https://{host}", f"http://{host}"):
            if signed_fields(self.secrets, other + request.raw_path, request.headers, kind, body) is not None:
                return f"Twilio has signed it for {other}, and IVR_PUBLIC_URL is {self.public}"
        return f"its signature is none of IVR_TWILIO_TOKENS for {self.public}"


def _type_of(request: web.Request) -> str:
    """Of its body, without parameters; aiohttp's own parses them too."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _of_json(body: bytes) -> dict[str, str]:
    """Its texts; nothing where it is no object."""
    try:
        found = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def socket_of(public: str) -> str:
    """The same address for WebSockets."""
    return "ws" + public.removeprefix("http")
