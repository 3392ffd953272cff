"""How our requests reach Twilio: the transport of the library's REST client, in the place of its own.

The library's asynchronous transport forgets its time-out and its proxy, sends JSON as a form, and sends a POST again on
every 5xx: three messages for one (9.13). A POST has no idempotency key, so a lost answer leaves us not knowing: that is
`Unknown`, and never tried again blindly.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

TIMEOUT = 10.0  # seconds for a whole request
FETCH_TIMEOUT = 60.0  # seconds for a file
LARGEST = 64 * 1024 * 1024  # bytes of a file: more than an hour


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


class Http(AsyncHttpClient):  # type: ignore[misc]  # the library ships no types
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
