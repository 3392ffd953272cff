"""More callers at once than anybody planned for: each is answered or told to come again, and the server stays awake."""

from __future__ import annotations

import asyncio

import pytest

from tests.faults.lab import Lab
from tests.faults.office import NUMBER, QUESTION

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLS = 300
AWAKE = 15.0  # seconds for a request that needs nothing; two slow cores also run the 300 phones


async def test_three_hundred_calls_at_once(server: Lab) -> None:
    everybody_is_through = asyncio.Event()
    watching = asyncio.ensure_future(_is_awake(server, everybody_is_through))
    outcomes = await asyncio.gather(*(_call(server) for _ in range(CALLS)))
    everybody_is_through.set()
    assert await watching > 0
    assert set(outcomes) <= {"served", "told to come again"}
    assert outcomes.count("served") > 0
    phone = await server.phone()
    await phone.until("say", text=QUESTION)
    await phone.ws.close()


async def _call(server: Lab) -> str:
    phone = await server.phone()
    try:
        await phone.until("collect")
    except AssertionError:
        assert "lines are busy" in phone.events("error")[0]["message"]
        return "told to come again"
    await phone.press("0", 1)
    await phone.until("say", text=NUMBER)
    await phone.until("ack", seq=1) if not phone.events("ack") else None
    await phone.ws.send_json({"event": "hangup"})
    assert await phone.closed() == 1000
    return "served"


async def _is_awake(server: Lab, over: asyncio.Event) -> int:
    """How often it was asked; each time it answered."""
    asked = 0
    while not over.is_set():
        async with asyncio.timeout(AWAKE):
            status, _ = await server.get("/healthz")
        assert status == 200
        asked += 1
    return asked
