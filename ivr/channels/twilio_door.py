"""The door that Twilio's webhooks come in by: signed for our account, of bounded size, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

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
        """The form of a request that Twilio signed for our account; None for any other."""
        body = await request.content.read(BODY_LIMIT + 1)
        while len(body) <= BODY_LIMIT and (more := await request.content.read(BODY_LIMIT + 1 - len(body))):
            body += more
        if len(body) > BODY_LIMIT:
            return None
        url = self.public + request.raw_path
        fields = signed_fields(self.secrets, url, request.headers, request.content_type, body)
        form = dict(fields or ())
        return form if form.get("AccountSid") == self.account else None

    def is_signed_socket(self, request: web.Request) -> bool:
        """Whether Twilio asks for this WebSocket: it signs the address that begins with wss. Of which account it is
        says its first message."""
        url = socket_of(self.public) + request.raw_path
        return signed_fields(self.secrets, url, request.headers, "", b"") is not None


def socket_of(public: str) -> str:
    """The same address for WebSockets."""
    return "ws" + public.removeprefix("http")
