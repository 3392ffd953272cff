"""A customer's phone for messages: it posts what Twilio posts, signed, and reads the documents that come back."""

from __future__ import annotations

import secrets
from typing import Self
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import aiohttp

from ivr.channels.twilio_signature import SIGNATURE, form_content, sign
from tests.twilio.carrier import FORM, Account

LONGEST = 1600


class Texter:
    """`heard`: what came as answers, in order; what comes by the API is at its stand-in."""

    def __init__(self, account: Account, number: str, to: str = "") -> None:
        self._account, self.number, self._to = account, number, to or account.to
        self._http = aiohttp.ClientSession()
        self.heard: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    async def write(self, text: str, sid: str = "", **more: str) -> list[str]:
        """Send a message; the words of the answer."""
        form = {"MessageSid": sid or new_sid(), "From": self.number, "To": self._to, "Body": text, "NumMedia": "0"}
        status, body = await self.post("/twilio/message", {**form, **more})
        assert status == 200, f"{status} {body!r}"
        said = texts(body)
        self.heard += said
        return said

    async def report(self, address: str, sid: str, state: str, code: str = "", **more: str) -> int:
        """How far a message of ours is, told to the `address` that it was sent with."""
        path = address.removeprefix(self._account.public)
        form = {"MessageSid": sid, "MessageStatus": state, "To": self.number, "From": self._account.to, **more}
        return (await self.post(path, form | ({"ErrorCode": code} if code else {})))[0]

    async def post(self, path: str, form: dict[str, str], signature: str | None = None) -> tuple[int, bytes]:
        form = {"AccountSid": self._account.sid, "ApiVersion": "2010-04-01", **form}
        signed = sign(self._account.token, self._account.public + path, form_content(list(form.items())))
        headers = {**FORM, SIGNATURE: signed if signature is None else signature}
        async with self._http.post(self._account.base + path, data=urlencode(form), headers=headers) as response:
            return response.status, await response.read()


def new_sid() -> str:
    return "SM" + secrets.token_hex(16)


def texts(body: bytes) -> list[str]:
    """The messages of a document, which holds nothing else."""
    root = ET.fromstring(body)
    assert root.tag == "Response"
    found = []
    for child in root:
        assert (child.tag, child.attrib, len(child)) == ("Message", {}, 0)
        assert child.text
        assert len(child.text.encode("utf-16-le")) // 2 <= LONGEST
        found.append(child.text)
    return found
