"""The webhooks of a call at the stand-in of Twilio's: signed, on a network that may double, lose, delay and reorder
them, and the answers held to the schema.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from ivr.channels.twilio_signature import SIGNATURE, form_content, sign
from tests.twilio.schema import faults

FALLBACK = "/twilio/fallback"
BROUGHT = frozenset({"Digits", "SpeechResult", "RecordingSid", "QueueResult", "DialCallStatus"})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Account:
    """`numbers` we are called on go to `base` (as our server's own clients reach it) and are signed as for `public`."""

    sid: str
    token: str
    base: str
    public: str
    to: str = "+15005550006"


@dataclass(slots=True)
class Habits:
    """What may go wrong on the network, each asked for by a test and drawn by its own dice."""

    twice: bool = False  # every webhook is sent twice at once
    lost: bool = False  # the first answer to every webhook is lost, and it is sent again
    slow: bool = False  # every answer comes later than Twilio waits: it is dropped, and the fallback asked
    stale: bool = False  # every webhook comes once more after the next one was answered
    late_actions: bool = False  # the call's end is told before the last action
    early: bool = False  # the call's end is told while its first webhook is under way
    untold: bool = False  # the call's end is not told
    end: str = "completed"  # the CallStatus by which a caller is gone: or failed, busy, no-answer, canceled
    dial_tells_hang_up: bool = True  # nobody documents it
    forgetful: bool = False  # the fallback is not told what a verb has brought; nobody documents that either


@dataclass
class Ended(Exception):
    """The call is over; `by`: caller, document (Hangup, Reject or nothing left to do) or failed."""

    by: str


@dataclass
class Request:
    path: str
    form: Mapping[str, str]
    status: int
    body: bytes


class Wire:
    """What a call tells our server. `wrong` is everything that Twilio would have objected to; `now`: virtual seconds;
    `at`: the address of its first webhook."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        account: Account,
        number: str,
        habits: Habits,
        at: str,
        more: Mapping[str, str],
    ) -> None:
        self._http, self._account, self._habits = http, account, habits
        self.sid = "CA" + secrets.token_hex(16)
        self.number, self._more = number, more
        self.now = 0.0
        self.wrong: list[str] = []
        self.requests: list[Request] = []
        self._at = at
        self._sequence = 0
        self._before: tuple[str, Mapping[str, str], bytes] | None = None  # the last webhook and its answer

    def _resolved(self, address: str) -> str:
        return urljoin(self._account.public + self._at, address)

    async def _document(self, address: str, form: dict[str, str]) -> bytes:
        """The document that a call runs; where its answer comes too late, that of the fallback."""
        url, before = self._resolved(address), self._before
        body = await self._post(address, form)
        if self._habits.stale and before is not None:
            again = await self._send(before[0], before[1], secrets.token_hex(8))
            if again.body != before[2]:
                self.wrong.append(f"another answer when the next one was given: {again.body!r}")
        if self._habits.slow and self._at != FALLBACK:
            body = await self._fall_back(url, self._fields(form))
        elif self._habits.stale:
            self._before = (url, self._fields(form), body)
        return body

    async def _post(self, address: str, form: dict[str, str]) -> bytes:
        """A webhook as the habits have it; what came back."""
        url = self._resolved(address)
        self._at = urlsplit(url).path
        fields = self._fields({"Caller": self.number, "Called": self._account.to, "ApiVersion": "2010-04-01", **form})
        token = secrets.token_hex(8)
        first = await self._send(url, fields, token) if self._habits.lost else None
        if self._habits.twice:
            one, other = await asyncio.gather(self._send(url, fields, token), self._send(url, fields, token))
            if one.body != other.body:
                self.wrong.append(f"two answers to one webhook: {one.body!r} and {other.body!r}")
            answer = one
        else:
            answer = await self._send(url, fields, token)
        if first is not None and answer.body != first.body:
            self.wrong.append(f"another answer the second time: {answer.body!r}")
        if answer.status != 200:
            self.wrong.append(f"{url} answered {answer.status}")
            return await self._fall_back(url, fields)
        self.wrong += [f"{url}: {fault}" for fault in faults(answer.body)]
        return answer.body

    def _fields(self, form: Mapping[str, str]) -> dict[str, str]:
        """What Twilio sends with everything about a call."""
        return {
            "CallSid": self.sid,
            "AccountSid": self._account.sid,
            "From": self.number,
            "To": self._account.to,
            "Direction": "inbound",
            **self._more,
            **form,
        }

    async def _fall_back(self, url: str, fields: dict[str, str]) -> bytes:
        if self._at == FALLBACK:
            raise Ended("failed")
        self._at = FALLBACK
        more = {"ErrorCode": "11200", "ErrorUrl": url}
        if self._habits.forgetful:
            fields = {name: value for name, value in fields.items() if name not in BROUGHT}
        answer = await self._send(self._account.public + FALLBACK, {**fields, **more}, secrets.token_hex(8))
        if answer.status != 200:
            raise Ended("failed")
        self.wrong += [f"fallback: {fault}" for fault in faults(answer.body)]
        return answer.body

    async def _send(self, url: str, fields: Mapping[str, str], token: str) -> Request:
        content = form_content(list(fields.items()))
        headers = {
            **FORM,
            SIGNATURE: sign(self._account.token, url, content),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
        }
        target = self._account.base + url.removeprefix(self._account.public)
        async with self._http.post(target, data=urlencode(fields).encode(), headers=headers) as response:
            body = await response.read()
            if response.status == 200 and response.content_type not in {"text/xml", "application/xml"}:
                self.wrong.append(f"{url} answered {response.content_type}")
            request = Request(urlsplit(url).path, fields, response.status, body)
        self.requests.append(request)
        return request

    async def tell(self, status: str) -> None:
        """How the call goes on or has ended, to the number's status callback."""
        self._sequence += 1
        progress = {
            "CallStatus": status,
            "CallDuration": str(int(self.now)),
            "Duration": str(int(self.now // 60) + 1),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._sequence),
            "Timestamp": "Sun, 22 Nov 2026 10:00:00 +0000",
        }
        for _ in range(2 if self._habits.twice or self._habits.lost else 1):
            answer = await self._send(
                self._account.public + "/twilio/status", self._fields(progress), secrets.token_hex(8)
            )
            if answer.status not in {200, 204}:
                self.wrong.append(f"the status callback answered {answer.status}")
