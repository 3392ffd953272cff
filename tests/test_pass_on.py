"""Agents hand customers on in other channels than Twilio's, too: a chat, the web phone."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ivr.server import Segue, application, build
from ivr.settings import Settings
from tests.channels.far_end import Phone
from tests.players.browser import Browser
from tests.servers import free_port

NOTE = "Wants the money back."


@pytest.fixture
async def segue(tmp_path: Path) -> AsyncIterator[Segue]:
    async with build(Settings(port=free_port(), data_dir=tmp_path, demo=True, ears=0, voice_rate=900)) as segue:
        runner = web.AppRunner(application(segue), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", segue.settings.port).start()
            yield segue
        finally:
            await runner.cleanup()


@pytest.fixture
async def desk(segue: Segue) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(segue.settings.url) as http:
        yield http


async def ask(desk: aiohttp.ClientSession, contact: str, what: str, **body: str) -> int:
    async with desk.post(f"/api/contacts/{contact}/{what}", json=body) as response:
        return response.status


async def waiting(desk: aiohttp.ClientSession) -> dict[str, object]:
    async with desk.get("/api/queue") as response:
        [pop] = await response.json()
        return dict(pop)


async def test_a_chat_is_handed_on_and_goes_on(segue: Segue, desk: aiohttp.ClientSession) -> None:
    async with Browser(segue.settings.url) as customer:
        await customer.begin()
        await customer.type("agent")
        contact = str((await waiting(desk))["contact"])
        assert await ask(desk, contact, "accept", agent="Anna") == 200
        assert await ask(desk, contact, "pass-on", agent="Anna", note=NOTE, queue="nonsense") == 422
        assert await ask(desk, contact, "pass-on", agent="Mallory", note=NOTE) == 409
        assert await ask(desk, contact, "pass-on", agent="Anna", note=NOTE, to="Ben") == 200
        pop = await waiting(desk)
        assert (pop["status"], pop["agent"]) == ("queued", "")
        assert pop["passed"] == {"by": "Anna", "note": NOTE, "to": "Ben", "queue": ""}
        assert await ask(desk, contact, "accept", agent="Ben") == 200
        assert (await waiting(desk))["agent"] == "Ben"
        assert await ask(desk, contact, "finish") == 200
    assert NOTE not in "".join(customer.said)


async def test_a_call_of_the_web_phone_is_handed_on(segue: Segue, desk: aiohttp.ClientSession) -> None:
    call = secrets.token_hex(16)
    async with aiohttp.ClientSession(segue.settings.url) as http:
        phone = Phone(await http.ws_connect("/phone/ws", compress=0), call)
        await phone.ws.send_json({"event": "start", "call": call, "number": "+14155550134"})
        await phone.until("answer")
        await phone.press("0", 1)
        await phone.until("queued")
        contact = f"web-{call}"
        assert await ask(desk, contact, "accept", agent="Anna") == 200
        await phone.until("agent", name="Anna")
        assert await ask(desk, contact, "pass-on", agent="Anna", note=NOTE) == 200
        await phone.until("queued")
        assert (await waiting(desk))["status"] == "queued"
        assert await ask(desk, contact, "accept", agent="Ben") == 200
        await phone.until("agent", name="Ben")
        await phone.ws.close()
