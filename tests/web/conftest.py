from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.web.desk import Desk

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
