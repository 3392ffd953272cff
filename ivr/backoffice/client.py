"""The HTTP client of the back offices: it goes where `allow` lets it and nowhere else. Owns aiohttp's client.

A name is resolved once for a connection; its addresses are looked at, and the connection goes to one of these same
addresses, so a name that changes its mind in between (DNS rebinding) gains nothing. Redirects are followed by hand,
each looked at like the first address. Proxies of the environment and cookies are not used. Answers are taken as they
are: we ask for no compression and refuse it, so that no small answer can become a large one.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_network

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from ivr.backoffice.failure import BackOfficeError, Transient
from ivr.backoffice.request import Request
from ivr.engine.allow import DEFAULT_PORTS, Allow, HostRule, NetworkRule, literal

ANSWER_LIMIT = 64 * 1024  # bytes; what a menu can use is far smaller
REDIRECTS = 3
REDIRECTING = {301, 302, 303, 307, 308}
CONNECTIONS = 64  # to one host; more wait for them within their time
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Segue"}


@dataclass(frozen=True, slots=True)
class Reply:
    """`retry_after` in seconds; 0: nothing was said about it."""

    status: int
    body: bytes
    retry_after: float = 0.0


class Client:
    """`resolver` is for tests; None: that of the system. `remember`: seconds for which a looked-at address serves."""

    def __init__(self, allow: Allow, resolver: AbstractResolver | None = None, remember: float = 10.0) -> None:
        self._allow, self._resolver, self._remember = allow, resolver, remember
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Request) -> Reply:
        """Raises `BackOfficeError`; `Transient` when it may help to send it again. Waits as long as it takes."""
        try:
            for _ in range(REDIRECTS + 1):
                self._look_at(request.url)
                async with self._open(request) as response:
                    if response.status not in REDIRECTING:
                        return Reply(response.status, await _body(response), _retry_after(response))
                    request = _follow(request, response)
        except (aiohttp.ClientError, OSError) as error:
            raise Transient(type(error).__name__) from error
        raise BackOfficeError(f"it redirects more than {REDIRECTS} times")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _look_at(self, url: URL) -> None:
        host, port = (url.raw_host or "").lower(), url.port
        plain = url.scheme in DEFAULT_PORTS and url.raw_user is None and url.raw_password is None
        if not plain or port is None or not self._allow.names(url.scheme, host, port):
            raise BackOfficeError("it redirects to an address that allow does not list")

    def _open(self, request: Request) -> aiohttp.client._RequestContextManager:
        if self._session is None:
            self._session = self._new_session()
        headers = dict(request.headers)
        if request.content_type:
            headers["Content-Type"] = request.content_type
        return self._session.request(
            request.method, request.url, headers=headers, data=request.body, allow_redirects=False
        )

    def _new_session(self) -> aiohttp.ClientSession:
        guard = Guard(self._allow, self._resolver or aiohttp.DefaultResolver())
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=guard,
                ttl_dns_cache=self._remember,  # type: ignore[arg-type]  # a float does as well
                limit=0,  # one slow service must not use up the connections of the others
                limit_per_host=CONNECTIONS,
            ),
            headers=HEADERS,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),  # who asks keeps the time
            trust_env=False,
        )


class Guard(AbstractResolver):
    """A resolver that gives only addresses to which we may connect. One that is refused refuses the name."""

    def __init__(self, allow: Allow, resolver: AbstractResolver) -> None:
        self._allow, self._resolver = allow, resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for result in found:
            address = literal(result["host"])
            if address is None or not self._allow.reaches(address, port):
                raise BackOfficeError(f"{host} is at {result['host']}, which no network of allow holds")
        return found

    async def close(self) -> None:
        await self._resolver.close()


def own(url: str) -> Allow:
    """Leave to go to an address of our own, wherever it is."""
    place = URL(url)
    host, port = place.raw_host or "", place.port
    if address := literal(host):
        return Allow(networks=(NetworkRule(ip_network(address), port),))
    anywhere = tuple(NetworkRule(ip_network(network), port) for network in ("0.0.0.0/0", "::/0"))
    return Allow((HostRule(host, port),), anywhere)


def _follow(request: Request, response: aiohttp.ClientResponse) -> Request:
    if request.method != "GET":
        raise BackOfficeError(f"it redirects a {request.method} (status {response.status})")
    try:
        url = request.url.join(URL(response.headers.get("Location", "")))
    except ValueError as error:
        raise BackOfficeError("it redirects to what is no address") from error
    if request.url.scheme == "https" and url.scheme != "https":
        raise BackOfficeError("it redirects from https to an address without")
    return request.moved(url)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise BackOfficeError("its answer is compressed, though we ask for none of that")
    data = b""
    while more := await response.content.read(ANSWER_LIMIT + 1):
        data += more
        if len(data) > ANSWER_LIMIT:
            raise BackOfficeError("it answered with more than 64 KB")
    return data


def _retry_after(response: aiohttp.ClientResponse) -> float:
    """Its form with a date is not read: who wants us back in a moment says how many seconds."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0
