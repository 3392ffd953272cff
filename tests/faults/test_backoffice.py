"""A dead back office: the customer hears the filler, then the menu's `failed` way, within the step's time."""

from __future__ import annotations

import pytest

from tests.faults.lab import Lab, words
from tests.faults.office import ALL, FAILED, FILLER, QUESTION

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_by_web_phone(server: Lab) -> None:
    phone = await server.phone()
    for key, _ in enumerate(ALL, 1):
        await phone.until("say", text=QUESTION)
        await phone.press(str(key), key)
        await phone.until("say", text=FILLER)
        await phone.until("say", text=FAILED)
    await phone.until("say", text=QUESTION)
    await phone.ws.send_json({"event": "hangup"})
    assert await phone.closed() == 1000
    assert phone.events("error") == []


async def test_by_chat(server: Lab) -> None:
    chat = await server.chat()
    assert QUESTION in words(await chat.begin())
    for name in ALL:
        answer = await chat.says(f"ask {name}")
        assert answer == f"{FILLER} / {FAILED} / {QUESTION}"
    assert not {"Error", "Exception", "127.0.0.1"} & set(words(await chat.state()).split())
