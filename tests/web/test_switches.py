"""Switches and callbacks over HTTP, on a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from context_bridge.contract import ContextStore
from context_bridge.live import ProcessBus
from context_bridge.records import CallbackRow
from context_bridge.store import open_store
from ivr.engine.data import replace
from ivr.engine.loader import load
from ivr.flows import Flows
from ivr.http import problems
from ivr.switches import Switches
from ivr.web.access import Access
from ivr.web.callbacks import Callbacks
from ivr.web.openapi import OpenApi
from ivr.web.switches import SwitchBoard
from tests.context_bridge.turns import NOW, journey, save, turn

MENU = """
menu: {name}
start: hello
switches:
  emergency: {{title: Emergency, say: We are closed today.}}
  {name}_trial: {{}}
steps:
  hello:
    end: Goodbye.
"""


@pytest.fixture
async def store() -> AsyncIterator[ContextStore]:
    opened = await open_store("sqlite://")
    yield opened
    await opened.close()


@pytest.fixture
async def bus() -> ProcessBus:
    return ProcessBus()


@pytest.fixture
async def client(store: ContextStore, bus: ProcessBus) -> AsyncIterator[TestClient]:
    flows = Flows({name: load(MENU.format(name=name), f"{name}.yaml") for name in ("orders", "cards")}, store)
    parts = (SwitchBoard(Switches(store, bus, lambda: NOW), flows, store), Callbacks(store, bus))
    access = Access("", "http://127.0.0.1")
    app = web.Application(middlewares=[problems, access.middleware])
    described = OpenApi(route for part in parts for route in part.table())
    for routes in (*(part.routes() for part in parts), described.routes()):
        app.add_routes(routes)
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def test_switches_of_all_menus_and_how_they_stand(client: TestClient) -> None:
    found = await (await client.get("/api/switches")).json()
    assert [(line["name"], line["menus"], line["on"], line["at"]) for line in found] == [
        ("cards_trial", ["cards"], False, None),
        ("emergency", ["orders", "cards"], False, None),
        ("orders_trial", ["orders"], False, None),
    ]
    assert found[1]["title"] == "Emergency"


async def test_a_flip_is_kept_and_told_to_all_pages(client: TestClient, store: ContextStore, bus: ProcessBus) -> None:
    async with asyncio.timeout(20), bus.subscribe(None) as page:
        response = await client.put("/api/switches/emergency", json={"on": True, "by": "Eva"})
        event = await anext(page)
    line = await response.json()
    assert (line["name"], line["on"], line["by"], line["at"]) == ("emergency", True, "Eva", NOW)
    assert (event.kind, event.body["name"], event.body["state"]) == ("switch", "emergency", "on")
    assert (await (await client.get("/api/switches")).json())[1] == line
    assert [row.state for row in await store.switches()] == ["on"]
    await client.put("/api/switches/emergency", json={"on": False, "by": "Tom"})
    assert [(row.state, row.who) for row in await store.switches()] == [("off", "Tom")]


async def test_a_switch_of_no_menu_cannot_be_flipped(client: TestClient, store: ContextStore) -> None:
    response = await client.put("/api/switches/emergancy", json={"on": True, "by": "Eva"})
    assert response.status == 404
    assert "/api/switches" in (await response.json())["detail"]
    assert (await client.put("/api/switches/emergency", json={"on": "yes", "by": "Eva"})).status == 422
    assert await store.switches() == []


async def test_callbacks_are_listed_and_done(client: TestClient, store: ContextStore, bus: ProcessBus) -> None:
    rows = [
        CallbackRow(f"j1:{step}", "j1", "c1", "+15550100", "support", "tomorrow", "Chose orders.", "open", NOW + n)
        for n, step in enumerate(["call_me", "help.call"])
    ]
    await save(store, turn(journey(), callbacks=tuple(rows)))
    found = await (await client.get("/api/callbacks")).json()
    assert [line["id"] for line in found] == ["j1:call_me", "j1:help.call"]
    assert (found[0]["number"], found[0]["wanted"], found[0]["state"]) == ("+15550100", "tomorrow", "open")
    async with asyncio.timeout(20), bus.subscribe(None) as page:
        assert (await (await client.post("/api/callbacks/j1:call_me/done")).json())["state"] == "done"
        event = await anext(page)
    assert (event.kind, event.body["id"], event.body["state"]) == ("callback", "j1:call_me", "done")
    assert await store.callbacks(10) == [rows[1], replace(rows[0], state="done")]
    assert (await client.post("/api/callbacks/nothing/done")).status == 404


async def test_the_description_is_valid(client: TestClient) -> None:
    document = await (await client.get("/openapi.json")).json()
    validate(document)
    assert {"/api/switches/{switch}", "/api/callbacks/{callback}/done"} <= document["paths"].keys()
