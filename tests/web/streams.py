"""Reading server-sent events as a browser does."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

PATIENCE = 20.0  # seconds; a bound, never waited for


@dataclass(frozen=True)
class Seen:
    id: str
    kind: str
    body: Any


async def events(response: aiohttp.ClientResponse, count: int) -> list[Seen]:
    """The next `count` events; comments and `retry` are skipped."""
    found: list[Seen] = []
    fields: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE):
        while len(found) < count:
            line = (await response.content.readline()).decode().rstrip("\n")
            name, _, value = line.partition(": ")
            if line and name:
                fields[name] = value
            elif not line and "data" in fields:
                found.append(Seen(fields.get("id", ""), fields["event"], json.loads(fields["data"])))
                fields = {}
    return found


async def comment(response: aiohttp.ClientResponse) -> str:
    async with asyncio.timeout(PATIENCE):
        while True:
            line = (await response.content.readline()).decode()
            if line.startswith(":"):
                return line
