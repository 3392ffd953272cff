"""The door that Twilio's webhooks come in by: signed for our account, of bounded size, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web

from ivr.channels.twilio_signature import MOST_FIELDS, Secrets, is_signed

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
        if not is_signed(self.secrets, url, request.headers, request.content_type, body):
            return None
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        return form if form.get("AccountSid") == self.account else None
