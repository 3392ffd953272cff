"""Back offices: HTTP services that a menu may ask, as declared in `services.yaml`. Owns the HTTP client.

Whatever goes wrong outside becomes `BackOfficeError`, and so the menu's `failed`: never a stack trace, never a wait
longer than the step allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

import aiohttp
import msgspec

from ivr.engine.flow import ServiceSpec

ANSWER_LIMIT = 64 * 1024  # bytes; what a menu can use is far smaller


class BackOfficeError(Exception):
    """The service gave no usable answer; the message says why, for the history."""


class BackOffice(Protocol):
    async def ask(self, service: str, arguments: Mapping[str, str], within: float) -> Mapping[str, str]: ...


class HttpBackOffice:
    """`demo_url` is where services of the form `demo:/path` are found: our own demo back office."""

    def __init__(self, services: Mapping[str, ServiceSpec], demo_url: str) -> None:
        self._services = services
        self._demo_url = demo_url
        self._client: aiohttp.ClientSession | None = None

    async def ask(self, service: str, arguments: Mapping[str, str], within: float) -> Mapping[str, str]:
        """The values that `service` declares, in canonical form, within `within` seconds."""
        spec = self._services.get(service)
        if spec is None:
            raise BackOfficeError(f"{service} is not declared in services.yaml")
        try:
            async with asyncio.timeout(min(within, spec.timeout)):
                return _values(spec, await self._fetch(spec, arguments))
        except TimeoutError as error:
            raise BackOfficeError(f"{service} did not answer within {min(within, spec.timeout):g} s") from error
        except (aiohttp.ClientError, OSError, msgspec.DecodeError, RecursionError) as error:  # [[[[[… is JSON too
            raise BackOfficeError(f"{service}: {type(error).__name__}") from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _fetch(self, spec: ServiceSpec, arguments: Mapping[str, str]) -> object:
        url = "".join(part if isinstance(part, str) else quote(arguments[part.name], safe="") for part in spec.url)
        if url.startswith("demo:"):
            url = self._demo_url + "/demo" + url.removeprefix("demo:")
        if self._client is None:
            self._client = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        rest = {name: value for name, value in arguments.items() if name not in spec.in_url}
        body = rest if spec.method == "POST" else None
        async with self._client.request(spec.method, url, json=body, allow_redirects=False) as response:
            if response.status != 200:
                raise BackOfficeError(f"{spec.name} answered with status {response.status}")
            data = await response.content.read(ANSWER_LIMIT + 1)
            while len(data) <= ANSWER_LIMIT and (more := await response.content.read(ANSWER_LIMIT + 1)):
                data += more
            if len(data) > ANSWER_LIMIT:
                raise BackOfficeError(f"{spec.name} answered with more than 64 KB")
            return msgspec.json.decode(data)


def _values(spec: ServiceSpec, answer: object) -> dict[str, str]:
    if not isinstance(answer, dict):
        raise BackOfficeError(f"{spec.name} did not answer with a JSON object")
    found = {name: answer[key] for name, key in spec.answer.items() if answer.get(key) is not None}
    return {name: _text(value) for name, value in found.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
