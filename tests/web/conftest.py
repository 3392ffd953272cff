"""Desks, pages and the studio, and people before them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser

from ivr.server import Segue
from tests.chromium import chromium
from tests.web.desk import Desk
from tests.web.people import Person
from tests.web.studio_site import Ops, ops, site

Open = Callable[..., Awaitable[TestClient]]


@pytest.fixture
async def client_of() -> AsyncIterator[Open]:
    """A browser of its own (its own cookies) for a desk; the first one starts the desk's server."""
    servers: dict[Desk, TestServer] = {}
    clients: list[TestClient] = []

    async def client(desk: Desk) -> TestClient:
        if desk not in servers:
            servers[desk] = TestServer(desk.app)
            await servers[desk].start_server()
        clients.append(TestClient(servers[desk], cookie_jar=aiohttp.CookieJar(unsafe=True)))
        return clients[-1]

    yield client
    for made in clients:
        await made.close()


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    return Desk(recordings=tmp_path)


@pytest.fixture
async def client(client_of: Open, desk: Desk) -> TestClient:
    return await client_of(desk)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def person(browser: Browser, client: TestClient) -> AsyncIterator[Any]:
    """Makes persons; `scheme` is light or dark, `agent` the name they gave before."""
    people: list[Person] = []

    async def make(agent: str = "", scheme: Any = "light", width: int = 1280, height: int = 720) -> Person:
        context = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
        if agent:
            await context.add_init_script(f"localStorage.setItem('segue.agent', '{agent}')")
        people.append(Person(context, str(client.make_url("")).rstrip("/")))
        return people[-1]

    yield make
    for made in people:
        await made.context.close()
    assert [wrong for made in people for wrong in made.wrong] == []


@pytest.fixture
async def segue(tmp_path: Path) -> AsyncIterator[Segue]:
    async with site(tmp_path) as served:
        yield served


@pytest.fixture
async def alice(segue: Segue) -> AsyncIterator[Ops]:
    async with ops(segue.settings.url, width=1440, height=900) as person:
        yield person
