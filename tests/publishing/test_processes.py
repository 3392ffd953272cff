"""Real servers as processes of their own: what one publishes all serve, and calls that are on end as they began."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.channels.far_end import PATIENCE, Phone
from tests.crash.server import ServerProcess
from tests.publishing.menus import menu, text
from tests.servers import PostgresServer, free_port, needs

NEWER = (("Order {order", "As we say now, order {order"), ("Welcome to Acme.", "Good day."))
ANN = {"author": "Ann", "message": "kinder words"}


class Server:
    """`segue serve` with the support line in its folder."""

    def __init__(self, folder: Path, **settings: object) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "menus").mkdir(exist_ok=True)
        (folder / "menus/support.yaml").write_text(text())
        port = free_port()
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self.process = ServerProcess(folder, PORT=port, MENUS=folder / "menus", **settings)

    def log(self) -> str:
        return (self.folder / "server.log").read_text()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def start(server: Server, stack: AsyncExitStack) -> Server:
    needs("espeak-ng", "prompts are spoken by it")
    await server.process.start()
    stack.push_async_callback(server.process.stop)
    return server


async def call(http: aiohttp.ClientSession, server: Server) -> Phone:
    name = secrets.token_hex(8)
    ws = await http.ws_connect(f"{server.url}/phone/ws", compress=0)
    await ws.send_json({"event": "start", "call": name})
    return Phone(ws, name)


async def at_the_question(http: aiohttp.ClientSession, server: Server) -> Phone:
    phone = await call(http, server)
    await phone.hears("Welcome to Acme.")
    await phone.press("1", 1)
    await phone.hears("Your order number please.")
    return phone


async def publish(http: aiohttp.ClientSession, server: Server, base: str, *exchanged: tuple[str, str]) -> Any:
    body = {"source": text(*exchanged), "base": base, **ANN}
    async with http.post(f"{server.url}/api/menus/support/publish", json=body) as response:
        assert response.status == 201, await response.text()
        return await response.json()


async def in_force(http: aiohttp.ClientSession, server: Server) -> dict[str, Any]:
    async with http.get(f"{server.url}/api/menus/support") as response:
        found: dict[str, Any] = await response.json()
        return found


async def serves(http: aiohttp.ClientSession, server: Server, version: str) -> None:
    """Returns when it does."""
    async with asyncio.timeout(PATIENCE):
        while (await in_force(http, server))["version"] != version:
            pass


async def test_two_servers_on_one_database_serve_what_either_publishes(
    http: aiohttp.ClientSession, stack: AsyncExitStack, tmp_path: Path, postgres: PostgresServer
) -> None:
    url = postgres.database("two_servers", "segue")
    one, two = [await start(Server(tmp_path / name, DATABASE_URL=url), stack) for name in ("one", "two")]
    calls = [await at_the_question(http, server) for server in (one, two) for _ in range(3)]
    done = await publish(http, one, menu().version, *NEWER)
    assert (done["n"], done["version"]) == (2, menu(*NEWER).version)
    await (await call(http, one)).hears("Good day.")  # at once where it was published
    await serves(http, two, done["version"])
    await (await call(http, two)).hears("Good day.")
    for phone in calls:
        await phone.press("4711#", 2)
        await phone.hears("Order 4 7 1 1 is on its way.")
        assert not any("As we say now" in said or "Good day" in said for said in phone.said())
    third = menu(*NEWER, ("Goodbye.", "Bye."))
    (two.folder / "menus/support.yaml").write_text(third.source)
    await segue(two.folder, "publish", str(two.folder / "menus"), "-m", "from git", IVR_DATABASE_URL=url)
    await serves(http, one, third.version)
    await serves(http, two, third.version)
    for server in (one, two):
        assert "Traceback" not in server.log()
        assert "4711" not in server.log()


async def test_the_embedded_database_is_published_to_from_the_command_line(
    http: aiohttp.ClientSession, stack: AsyncExitStack, tmp_path: Path
) -> None:
    server = await start(Server(tmp_path / "server"), stack)
    phone = await at_the_question(http, server)
    (server.folder / "menus/support.yaml").write_text(text(*NEWER))
    await segue(server.folder / "data", "publish", str(server.folder / "menus"), "-m", "kinder words")
    await serves(http, server, menu(*NEWER).version)
    await (await call(http, server)).hears("Good day.")
    await phone.press("4711#", 2)
    await phone.hears("Order 4 7 1 1 is on its way.")


async def segue(folder: Path, *command: str, **environ: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ivr.cli", *command),
        env=clean | {"IVR_DATA_DIR": str(folder), "IVR_EARS": "0"} | environ,
    )
    assert await process.wait() == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_was_acknowledged_survives_a_kill(
    kind: str, http: aiohttp.ClientSession, stack: AsyncExitStack, tmp_path: Path, postgres: PostgresServer
) -> None:
    more = {"DATABASE_URL": postgres.database("killed", "segue")} if kind == "postgresql" else {}
    server = await start(Server(tmp_path / "server", **more), stack)
    phone = await at_the_question(http, server)
    done = await publish(http, server, menu().version, *NEWER)
    await server.process.kill()
    await server.process.start()  # with the old file in its folder
    found = await in_force(http, server)
    assert (found["version"], found["n"], found["source"]) == (done["version"], 2, text(*NEWER))
    assert "support.yaml is not what is in force" in server.log()
    ws = await http.ws_connect(f"{server.url}/phone/ws", compress=0)
    await ws.send_json({"event": "start", "call": phone.call, "resume": True})
    back = Phone(ws, phone.call)
    await back.until("collect")
    await back.press("4711#", 2)
    await back.hears("Order 4 7 1 1 is on its way.")
    assert not any("As we say now" in said for said in back.said())
