"""Twilio's REST API: the requests that we send; the only importer of the library's REST client.

The library builds the requests and reads the answers; `twilio_http` sends them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response
from twilio.rest import Client

from ivr.channels.twilio_http import TIMEOUT, Http, Refused, Unknown, Unreached

__all__ = ["TIMEOUT", "Number", "Refused", "Rest", "Sent", "Unknown", "Unreached"]

API = "https://api.twilio.com"
RING = 30  # seconds that somebody whom we call is rung
OURS = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}  # or the library takes those of the environment and goes elsewhere
LOOKED_THROUGH = 1000  # messages to one number, the newest: one page

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as Twilio has it; `at`: when it was made, in whole Unix seconds. `asked`: by a request to this API, not
    as the answer to a webhook."""

    sid: str
    to: str
    body: str
    status: str
    at: float
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account, and the addresses that it leads to; `application`: of a TwiML app, which wins over them.
    `calls`, `texts`: what it can do."""

    number: str
    voice: str
    fallback: str
    status: str
    sms: str
    sms_fallback: str
    application: str
    calls: bool
    texts: bool


class Rest:
    """`base`: where the API is, for a stand-in; empty: Twilio itself. Use as an async context manager."""

    def __init__(self, account: str, user: str, password: str, base: str = "") -> None:
        self._http = Http(base)
        self._client = Client(user, password, account, http_client=self._http, environment=OURS)
        self._account, self._login = account, (user, password)
        self._calls = self._client.calls  # imports what requests are made of: 0.1 s, in which no sound would go out

    async def __aenter__(self) -> Rest:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.close()

    async def send(self, to: str, words: Mapping[str, str], told: str) -> str:
        """Send one message; its SID. `words`: `from_` or `messaging_service_sid`, and `body` or `content_sid` with
        `content_variables`. Status callbacks go to the address `told`."""
        message = await _answered(self._client.messages.create_async(to=to, status_callback=told, **words))
        return str(message.sid)

    async def sent_to(self, to: str, since: float) -> list[Sent]:
        """What was sent to that address since that time, newest first. Not filtered by date: Twilio's filter is by
        the day of sending, which a message that is still queued does not have."""
        rows = await _answered(self._client.messages.list_async(to=to, limit=LOOKED_THROUGH, page_size=LOOKED_THROUGH))
        return [found for found in map(_sent, rows) if found.at >= since]

    async def message(self, sid: str) -> Sent:
        return _sent(await _answered(self._client.messages(sid).fetch_async()))

    async def lead(self, call: str, url: str) -> None:
        """Put the document at `url` in the place of the one that runs in this call."""
        await _answered(self._calls(call).update_async(url=url, method="POST"))

    async def legs(self, call: str) -> list[str]:
        """The calls that a Dial of this one has made and that are answered."""
        rows = await _answered(self._calls.list_async(parent_call_sid=call, status="in-progress", limit=10))
        return [str(row.sid) for row in rows]

    async def ring(self, to: str, sender: str, url: str, told: str) -> str:
        """Call somebody, who gets the document at `url` when they answer; the SID. How it ends goes to `told`."""
        call = await _answered(
            self._calls.create_async(to=to, from_=sender, url=url, timeout=RING, status_callback=told)
        )
        return str(call.sid)

    async def hang_up(self, call: str) -> None:
        await _answered(self._calls(call).update_async(status="completed"))

    async def room(self, name: str) -> dict[str, str]:
        """Who is in the conference of that name: their labels, and their calls. Empty: there is none now."""
        rooms = await _answered(self._client.conferences.list_async(friendly_name=name, limit=20))
        for room in rooms:
            if str(room.status) != "completed":
                people = await _answered(self._client.conferences(room.sid).participants.list_async(limit=20))
                return {str(person.label or person.call_sid): str(person.call_sid) for person in people}
        return {}

    async def numbers(self) -> list[Number]:
        rows = await _answered(self._client.incoming_phone_numbers.list_async(limit=1000))
        return [_number(row) for row in rows]

    async def status(self, call: str) -> str:
        return str((await _answered(self._calls(call).fetch_async())).status)

    async def recording(self, sid: str) -> bytes | None:
        """What was recorded, as a WAV file; None while it is not ready."""
        status, sound = await self._http.fetch(
            f"{API}/2010-04-01/Accounts/{self._account}/Recordings/{sid}.wav", self._login
        )
        if status == 404:
            return None
        if status != 200:
            raise _refused(status, None)
        return sound

    async def forget_recording(self, sid: str) -> None:
        await _answered(self._client.recordings(sid).delete_async())

    async def check(self) -> str:
        """The account's state; for `segue doctor`."""
        return str((await _answered(self._client.api.v2010.accounts(self._account).fetch_async())).status)


def _sent(row: Any) -> Sent:
    asked = str(row.direction) == "outbound-api"
    return Sent(row.sid, row.to, row.body or "", str(row.status), _seconds(row.date_created), asked)


def _number(row: Any) -> Number:
    return Number(
        number=str(row.phone_number),
        voice=row.voice_url or "",
        fallback=row.voice_fallback_url or "",
        status=row.status_callback or "",
        sms=row.sms_url or "",
        sms_fallback=row.sms_fallback_url or "",
        application=row.voice_application_sid or "",
        calls=bool(row.capabilities.get("voice")),
        texts=bool(row.capabilities.get("sms")),
    )


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


async def _answered(request: Awaitable[T]) -> T:
    try:
        return await request
    except TwilioRestException as error:
        raise _refused(error.status, error.code) from error
    except TwilioServiceException as error:
        raise _refused(error.status, error.code) from error
    except TwilioException as error:
        raise _refused(*_of_page(error)) from error
    except ValueError as error:
        raise Unknown("Twilio's answer cannot be read") from error


def _of_page(error: TwilioException) -> tuple[int, int | None]:
    """Status and code of a list that could not be had: the library gives the answer as it came."""
    answer = next((part for part in error.args if isinstance(part, Response)), None)
    if answer is None:
        return 500, None
    try:
        code = msgspec.json.decode(answer.text, type=_Problem).code
    except msgspec.DecodeError:
        code = None
    return answer.status_code, code


class _Problem(msgspec.Struct):
    code: int | None = None


def _refused(status: int, code: int | None) -> Exception:
    return Unknown(f"Twilio answered with {status}") if status >= 500 else Refused(status, code)
