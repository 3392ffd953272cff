"""The demo's back offices answer all that the menus which ship may ask of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

import ivr
from ivr.backoffice import HttpBackOffice
from ivr.engine.steps import InvokeStep, Verify
from ivr.flows import read_folder
from ivr.web.demo import REGISTERED, ZIP, DemoBackOffice
from ivr.web.once import KEY, MOST, REPLAYED, Once

FLOWS, SERVICES = read_folder(Path(ivr.__file__).parent / "menus")
SAMPLES = {"day": "2099-12-01", "zip": ZIP, "pin": "0042", "card": "42170042"}  # other arguments are just a number


@pytest.fixture
async def shop() -> AsyncIterator[TestServer]:
    app = web.Application()
    app.add_routes(DemoBackOffice().routes())
    server = TestServer(app)
    async with server:
        yield server


@pytest.fixture
async def office(shop: TestServer) -> AsyncIterator[HttpBackOffice]:
    office = HttpBackOffice(SERVICES, str(shop.make_url("")).rstrip("/"))
    yield office
    await office.close()


def arguments(service: str) -> dict[str, str]:
    """Those of the steps that ask it."""
    steps = [step for flow in FLOWS.values() for step in flow.steps.values()]
    names = {
        name
        for step in steps
        if isinstance(step, InvokeStep | Verify) and step.service == service
        for name in step.arguments
    }
    return {name: SAMPLES.get(name, "42170042") for name in names}


@pytest.mark.parametrize("service", sorted(SERVICES))
async def test_each_answers_with_all_its_values(service: str, office: HttpBackOffice) -> None:
    assert (await office.ask(service, arguments(service), 20)).keys() == SERVICES[service].answer.keys()


async def test_what_a_newcomer_tries(office: HttpBackOffice) -> None:
    assert (await office.ask("orders.status", {"order": "0815"}, 20))["status"] == "unknown"
    assert (await office.ask("orders.status", {"order": "9815"}, 20))["status"] == "delivered"
    assert await office.ask("orders.check_zip", {"order": "4217", "zip": "10002"}, 20) == {"ok": "no"}
    assert await office.ask("cards.find", {"card": "42170042"}, 20) == {"state": "new"}
    assert await office.ask("cards.check_pin", {"card": "42170042", "pin": "0042"}, 20) == {"ok": "yes"}
    assert await office.ask("cards.check_pin", {"card": "42170042", "pin": "0043"}, 20) == {"ok": "no"}
    assert await office.ask("cards.holder", {"card": "42170042", "name": ""}, 20) == {"registered": REGISTERED}
    assert (await office.ask("laptops.find", {"serial": "90000000"}, 20))["warranty"] == "over"


async def test_what_is_asked_under_one_key_is_done_once(shop: TestServer) -> None:
    async with ClientSession(shop.make_url("/")) as http:

        async def cancels(key: str, order: str = "4217") -> tuple[int, str, bool]:
            headers = {KEY: key} if key else {}
            async with http.post(f"/demo/orders/{order}/cancellation", json={}, headers=headers) as answer:
                return answer.status, await answer.text(), REPLAYED in answer.headers

        first = await cancels("one")
        assert first[0] == 200
        assert await cancels("one") == (*first[:2], True)
        assert not (await cancels("two"))[2]
        assert not (await cancels(""))[2]
        assert (await cancels("one", "4218"))[0] == 422


async def test_a_second_attempt_is_told_that_the_first_is_under_way_and_a_failed_one_may_be_tried_again() -> None:
    """That the office waits then: tests/backoffice/test_attempts.py."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        begun.set()
        await go_on.wait()
        raise web.HTTPServiceUnavailable

    app = web.Application()
    app.add_routes([web.post("/", Once()(slow))])
    async with TestServer(app) as server, ClientSession(server.make_url("/")) as http, asyncio.timeout(30):
        first = asyncio.create_task(http.post("/", headers={KEY: "one"}))
        await begun.wait()
        assert (await http.post("/", headers={KEY: "one"})).status == 409
        go_on.set()
        assert (await first).status == (await http.post("/", headers={KEY: "one"})).status == 503


async def test_the_first_answer_comes_again_as_it_was_and_one_that_says_no_is_not_kept() -> None:
    answers = iter((web.Response(status=503), web.Response(status=201, text="made", content_type="text/plain")))

    async def makes(_request: web.Request) -> web.Response:
        return next(answers)

    app = web.Application()
    app.add_routes([web.post("/", Once()(makes))])
    async with TestServer(app) as server, ClientSession(server.make_url("/")) as http:

        async def asks() -> tuple[int, str, str, bool]:
            async with http.post("/", headers={KEY: "one"}) as answer:
                kind = answer.headers.get("Content-Type", "")
                return answer.status, kind, await answer.text(), REPLAYED in answer.headers

        assert (await asks())[0] == 503
        assert await asks() == (201, "text/plain; charset=utf-8", "made", False)
        assert await asks() == (201, "text/plain; charset=utf-8", "made", True)


async def test_one_that_is_under_way_is_known_whatever_else_is_asked_meanwhile() -> None:
    begun, go_on, carried_out = asyncio.Event(), asyncio.Event(), 0

    async def slow(request: web.Request) -> web.Response:
        nonlocal carried_out
        if request.headers[KEY] == "slow":
            carried_out += 1
            begun.set()
            await go_on.wait()
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/", Once()(slow))])
    async with TestServer(app) as server, ClientSession(server.make_url("/")) as http, asyncio.timeout(120):
        first = asyncio.create_task(http.post("/", headers={KEY: "slow"}))
        await begun.wait()
        for n in range(MOST + 1):
            assert (await http.post("/", headers={KEY: f"{n}"})).status == 200
        assert (await http.post("/", headers={KEY: "slow"})).status == 409
        assert (await http.post("/", data="else", headers={KEY: "slow"})).status == 422
        go_on.set()
        await first
        async with http.post("/", headers={KEY: "slow"}) as again:
            assert (again.status, REPLAYED in again.headers, carried_out) == (200, True, 1)
