"""Twilio's REST API: the requests that we send; the only importer of the library's REST client.

The library builds the requests and reads the answers. It does not send them: its asynchronous client forgets its
time-out and its proxy, sends JSON as a form, and sends a POST again on every 5xx: three messages for one (9.13). A POST
has no idempotency key, so a lost answer leaves us not knowing: that is `Unknown`, and never tried again blindly.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

TIMEOUT = 10.0  # seconds for a whole request
FETCH_TIMEOUT = 60.0  # seconds for a file
LARGEST = 64 * 1024 * 1024  # bytes of a file: more than an hour
API = "https://api.twilio.com"
RING = 30  # seconds that somebody whom we call is rung
OURS = {"TWILIO_REGION": "", "TWILIO_EDGE": ""}  # or the library takes those of the environment and goes elsewhere
LOOKED_THROUGH = 1000  # messages to one number, the newest: one page

T = TypeVar("T")


class Refused(Exception):
    """Twilio took the request and said no. `code` is of its error dictionary (twilio.com/docs/api/errors)."""

    def __init__(self, status: int, code: int | None) -> None:
        super().__init__(f"Twilio refused it with {code or status}")
        self.status, self.code = status, code

    @property
    def busy(self) -> bool:
        """It may be asked again later."""
        return self.status == 429 or self.code == 20429


class Unreached(Exception):
    """The request never reached Twilio: nothing happened, and it may be sent again."""


class Unknown(Exception):
    """The request may have been carried out; the answer did not come."""


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
    application: str
    calls: bool
    texts: bool


class Rest:
    """`base`: where the API is, for a stand-in; empty: Twilio itself. Use as an async context manager."""

    def __init__(self, account: str, user: str, password: str, base: str = "") -> None:
        self._http = _Http(base)
        self._client = Client(user, password, account, http_client=self._http, environment=OURS)
        self._account, self._login = account, (user, password)

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
        await _answered(self._client.calls(call).update_async(url=url, method="POST"))

    async def legs(self, call: str) -> list[str]:
        """The calls that a Dial of this one has made and that are answered."""
        rows = await _answered(self._client.calls.list_async(parent_call_sid=call, status="in-progress", limit=10))
        return [str(row.sid) for row in rows]

    async def ring(self, to: str, sender: str, url: str, told: str) -> str:
        """Call somebody, who gets the document at `url` when they answer; the SID. How it ends goes to `told`."""
        call = await _answered(
            self._client.calls.create_async(to=to, from_=sender, url=url, timeout=RING, status_callback=told)
        )
        return str(call.sid)

    async def hang_up(self, call: str) -> None:
        await _answered(self._client.calls(call).update_async(status="completed"))

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
        return str((await _answered(self._client.calls(call).fetch_async())).status)

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


class _Http(AsyncHttpClient):  # type: ignore[misc]  # the library ships no types
    """Sends what the library built, once."""

    def __init__(self, base: str) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=True)
        self._base = base.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        allow_redirects: bool = False,  # noqa: ARG002 - the API has none, and credentials must not follow one
    ) -> Response:
        async with self._sending() as session:
            login = {"Authorization": aiohttp.encode_basic_auth(*auth)} if auth else {}
            async with session.request(
                method.upper(),
                self._address(uri),
                params=_pairs(params),
                data=_body(data, headers or {}),
                headers={**(headers or {}), **login},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout or TIMEOUT),
            ) as response:
                return Response(response.status, await response.text(), response.headers)

    async def fetch(self, uri: str, login: tuple[str, str]) -> tuple[int, bytes]:
        """A file. Where it is kept elsewhere we go there, without our credentials."""
        async with self._sending() as session:
            headers = {"Authorization": aiohttp.encode_basic_auth(*login)}
            timeout = aiohttp.ClientTimeout(total=FETCH_TIMEOUT)
            async with session.get(self._address(uri), headers=headers, timeout=timeout) as response:
                sound = await response.content.read(LARGEST + 1)
                while len(sound) <= LARGEST and (more := await response.content.read(LARGEST + 1 - len(sound))):
                    sound += more
                if len(sound) > LARGEST:
                    raise Refused(413, None)
                return response.status, sound

    def _address(self, uri: str) -> str:
        """`https://api.twilio.com/2010…` is `<base>/api/2010…` at a stand-in."""
        if not self._base:
            return uri
        parts = urlsplit(uri)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._base}/{parts.netloc.partition('.')[0]}{parts.path}{query}"

    @asynccontextmanager
    async def _sending(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        try:
            yield self._session
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreached(type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise Unknown(type(error).__name__) from error


def _body(data: Mapping[str, object] | None, headers: Mapping[str, str]) -> bytes | None:
    """As the library's headers say; its own client sends a form whatever they say."""
    if data is None:
        return None
    return msgspec.json.encode(data) if _is_json(headers) else urlencode(_pairs(data)).encode()


def _is_json(headers: Mapping[str, str]) -> bool:
    return headers.get("Content-Type", "").startswith("application/json")


def _pairs(fields: Mapping[str, object] | None) -> list[tuple[str, str]]:
    """A list is a field that comes several times; None is left out."""
    return [
        (name, _text(one))
        for name, value in (fields or {}).items()
        if value is not None
        for one in (value if isinstance(value, list | tuple) else (value,))
    ]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
