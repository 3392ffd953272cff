"""Somebody leans on the keypad, or a program does: their call goes on, others are served, memory is bounded."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.far_end import Phone
from tests.faults.lab import Lab
from tests.faults.office import QUESTION

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYS = 10_000
MORE = 64 * 1024 * 1024  # bytes that the server may grow by meanwhile: its caches, and never the flood


async def test_ten_thousand_keys_at_once_by_web_phone(server: Lab) -> None:
    leaning = await server.phone()
    await leaning.until("say", text=QUESTION)
    before = server.memory()
    flood = asyncio.ensure_future(leaning.press("0" * KEYS, 1))
    others = [await server.phone() for _ in range(5)]
    await asyncio.gather(*(_gives_a_number(phone, "4217") for phone in others))
    await leaning.until("error")
    assert server.memory() - before < MORE
    # The page gives up its socket, as a person would reload it: the call is still there and takes what is keyed now.
    again = await server.phone(leaning.call, resume=True)
    await leaning.closed()
    flood.cancel()
    await again.until("say", text=QUESTION)  # all that was kept of the flood is used up
    await again.press("0", KEYS + 1)
    await again.until("say", text="Thank you for 0 0 0 0 0 0.")
    await again.ws.close()


async def _gives_a_number(phone: Phone, number: str, first: int = 1) -> None:
    await phone.press(f"0{number}#", first)
    await phone.until("say", text=f"Thank you for {' '.join(number)}.")
    await phone.ws.send_json({"event": "hangup"})
    await phone.closed()
