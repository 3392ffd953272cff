"""The door that Twilio's webhooks come in by: signed for our account, of bounded size, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from aiohttp import web

from ivr.channels.twilio_signature import Secrets, signed_fields

BODY_LIMIT = 64 * 1024  # bytes; Twilio's largest form has some two thousand


@dataclass(frozen=True, slots=True)
class Door:
    """`account`: whose webhooks we take; `public`: the address that Twilio knows us by, with no slash at its end: what
    it signs begins with it."""

    account: str
    secrets: Secrets
    public: str

    async def signed(self, request: web.Request) -> dict[str, str] | None:
        """The form of a request that Twilio signed for our account; None for any other. Some of its products send one
        as JSON, whose hash is in the address."""
        body = b""
        while not request.content.at_eof():
            body += await request.content.readany()
            if len(body) > BODY_LIMIT:
                return None
        kind = _type_of(request)
        fields = signed_fields(self.secrets, self.public + request.raw_path, request.headers, kind, body)
        if fields is None:
            return None
        form = _of_json(body) if kind == "application/json" else dict(fields)
        return form if form.get("AccountSid") == self.account else None

    def is_signed_socket(self, request: web.Request) -> bool:
        """Whether Twilio asks for this WebSocket: it signs the address that begins with wss. Of which account it is
        says its first message."""
        url = socket_of(self.public) + request.raw_path
        return signed_fields(self.secrets, url, request.headers, "", b"") is not None


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
