"""An agent at the desk, over the HTTP API."""

from __future__ import annotations

from typing import Any, Self

import aiohttp

from ivr.conversation import CannotPlay

AGENT = "Robin"


class Desk:
    def __init__(self, url: str) -> None:
        self._http = aiohttp.ClientSession(url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    async def accept(self, contact: str) -> None:
        """Raises `CannotPlay` when the contact does not wait for a person."""
        await self._post(f"/api/contacts/{contact}/accept", {"agent": AGENT})

    async def finish(self, contact: str) -> None:
        """Raises `CannotPlay` when no agent has the contact."""
        await self._post(f"/api/contacts/{contact}/finish")

    async def _post(self, path: str, body: Any = None) -> None:
        async with self._http.post(path, json=body) as response:
            if response.status != 200:
                raise CannotPlay((await response.json())["detail"])
