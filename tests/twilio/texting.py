"""A customer's phone for messages: it posts what Twilio posts, signed, and reads the documents that come back."""

from __future__ import annotations

import asyncio
import secrets
from typing import Self
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import aiohttp

from ivr.channels.twilio_signature import SIGNATURE, form_content, sign
from ivr.engine.journey import Journey
from ivr.server import Segue
from tests.twilio.carrier import FORM, Account
from tests.twilio.rest import Standing

ASKS = "What is your order number?"
TOLD = "Order 4217 is with our carrier"

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


class Thread:
    """A customer who writes, as the shared conversations have one: the `Browser` of text messages. `said`: what came,
    as an answer or by the API, since it was last emptied."""

    def __init__(self, texter: Texter, rest: Standing, segue: Segue) -> None:
        self._texter, self._rest, self._segue = texter, rest, segue
        self._shown = len(rest.messages)
        self.said: list[str] = []

    async def __aexit__(self, *exc: object) -> None:
        await self._texter.__aexit__()

    async def begin(self, language: str | None = None) -> None:
        """By a word that answers nothing."""
        assert not language, "it is the address of the number's webhook that names one"
        await self.type("Hello")

    async def type(self, text: str) -> None:
        self.said += await self._texter.write(text)

    async def choose(self, label: str) -> None:
        await self.type(label)

    async def look(self) -> None:
        """When all that was due went out."""
        async with self._segue.bus.subscribe(None) as events:
            while any(row.state in {"waiting", "sending"} for row in await self._segue.store.outbox(50)):
                await anext(events)
        came = [str(message["body"]) for message in self._rest.messages[self._shown :]]
        self._shown += len(came)
        self.said += came


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


def lose_answers(rest: Standing, times: int = 1) -> None:
    """The next messages are made, and nobody is told so."""
    left = iter(range(times))
    rest.cut = lambda path, fields: "Body" in fields and next(left, None) is not None


async def journey(segue: Segue) -> Journey:
    [row] = await segue.store.recent(10)
    found = await segue.store.load(row.id)
    assert found is not None
    return found


async def contact(segue: Segue) -> str:
    found = (await journey(segue)).contact
    assert found is not None
    return found.id


async def until(segue: Segue, sent: int, rest: Standing) -> list[str]:
    """Until so many messages went out by the API; their texts."""
    async with asyncio.timeout(30), segue.bus.subscribe(None) as events:
        while len(rest.messages) < sent:
            await anext(events)
    assert rest.violations == []
    return [message["body"] for message in rest.messages]
