"""PostgreSQL and Redis go away in the middle of calls and chats, and come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import count

import aiohttp
import pytest
import pytest_asyncio

from context_bridge.store import open_store
from tests.asterisk.phone import Call as SipCall
from tests.asterisk.phone import Phone as SipPhone
from tests.channels.far_end import Phone
from tests.faults.lab import PATIENCE, Chat, words
from tests.faults.office import NUMBER, QUESTION
from tests.faults.site import Site
from tests.servers import PostgresServer
from tests.web.streams import events

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBERS = count(1000)  # callers that were never seen


@dataclass
class Customers:
    """One by web phone, one by SIP, one in a chat, all at the first question."""

    web: Phone
    sip: SipCall
    chat: Chat


@pytest_asyncio.fixture(loop_scope="session")
async def customers(site: Site) -> AsyncIterator[Customers]:
    async with SipPhone(site.asterisk.sip_port, f"+1415555{next(NUMBERS)}") as phone:
        web, sip, chat = await site.lab.phone(), await phone.call("100"), await site.lab.chat()
        await web.until("say", text=QUESTION)
        await site.hears(sip, QUESTION)
        assert QUESTION in words(await chat.begin())
        yield Customers(web, sip, chat)
        await web.ws.close()


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_postgres_is_away_and_everybody_goes_on(site: Site, customers: Customers, how: str) -> None:
    numbers = {"frozen": ("4217", "5217", "6217"), "killed": ("4300", "5300", "6300")}[how]
    away, back = _ways(site.postgres, how)
    web, sip, chat = customers.web, customers.sip, customers.chat

    await web.press(f"0{numbers[0]}", 1)
    await web.until("ack", seq=1)
    await sip.press("0")
    await site.hears(sip, NUMBER)
    assert NUMBER in await chat.says("give a number")

    away()
    pressing = asyncio.ensure_future(sip.press(numbers[1] + "#"))
    await web.press("#", 6)
    status, problem = await chat.write(numbers[2], id_=f"message-{how}")
    assert (status, problem["title"]) == (503, "The database does not answer")
    assert problem["detail"]
    await web.until("error")
    await web.until("say", text="One moment please.")
    await pressing
    await sip.packets(20)  # Asterisk's own words for it
    status, ready = await site.lab.get("/readyz")
    assert status == 503
    [wrong] = [part["wrong"] for part in ready["parts"] if part["name"] == "store"]
    assert "PostgreSQL at 127.0.0.1" in wrong or "did not answer" in wrong
    back()

    await web.until("say", text=f"Thank you for {' '.join(numbers[0])}.")
    await site.hears(sip, QUESTION)  # again: the number was taken
    assert f"Thank you for {numbers[2]}." in await _retried(chat, numbers[2], f"message-{how}")
    await _nothing_lost(site, numbers)


def _ways(postgres: PostgresServer, how: str) -> tuple[Callable[[], None], Callable[[], None]]:
    return (postgres.freeze, postgres.thaw) if how == "frozen" else (postgres.kill9, postgres.restart)


async def _retried(chat: Chat, text: str, id_: str) -> str:
    async with asyncio.timeout(PATIENCE):
        while True:
            status, answer = await chat.write(text, id_=id_)
            if status == 200:
                return words(answer)
            assert status == 503, answer


async def _nothing_lost(site: Site, numbers: tuple[str, ...]) -> None:
    """Each number in its journey, asked and answered once."""
    store = await open_store(site.postgres.url("faults"))
    try:
        found = [await store.load(row.id) for row in await store.recent(50)]
        kept = {journey.slots["number"].value: journey for journey in found if journey and "number" in journey.slots}
        for number in numbers:
            rows = await store.history(kept[number].id)
            assert [row.body.get("heard") for row in rows].count(number) == 1
            assert [ask.slot for ask in kept[number].ledger].count("number") == 1
    finally:
        await store.close()


async def test_without_redis_calls_go_on_and_pages_are_told_to_load_again(site: Site, customers: Customers) -> None:
    async with aiohttp.ClientSession() as http, http.get(site.lab.url + "/api/events") as stream:
        await customers.web.press("0", 1)
        assert [event.kind for event in await events(stream, 1)] == ["turn"]
        site.redis.kill9()
        await customers.web.press("4400#", 2)
        await customers.web.until("say", text="Thank you for 4 4 0 0.")
        assert "Write" not in await customers.chat.says("ask refused")
        site.redis.start()
        kinds = [event.kind for event in await events(stream, 1)]
        assert kinds == ["reset"]
        await customers.web.press("0", 6)
        assert [event.kind for event in await events(stream, 1)] == ["turn"]
    assert (await site.lab.get("/readyz"))[0] == 200
