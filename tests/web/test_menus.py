"""The menus' API: what the studio and programs see of versions, and how publishing is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from context_bridge.store import open_store
from ivr.engine.services import Services
from ivr.http import problems
from ivr.settings import Settings
from ivr.web import menu_schema as schema
from ivr.web.menus import Menus
from ivr.web.openapi import document
from tests.publishing.menus import RENAMED, menu, text
from tests.publishing.site import NOW, Site

ANN = {"author": "Ann", "message": "because"}
EIGHT = ("length: 4-10", "length: 8")
TOLD = "step `track` now asks for 8 digits (before: 4 to 10 digits)"


@dataclass
class Ops:
    """Somebody who looks after the menus."""

    site: Site
    client: TestClient
    folder: Path

    async def get(self, path: str = "", status: int = 200) -> Any:
        response = await self.client.get(f"/api/menus{path}")
        assert response.status == status, await response.text()
        return await response.json()

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        response = await self.client.post(f"/api/menus/{path}", json=body)
        assert response.status == status, await response.text()
        return await response.json()

    async def publish(self, *exchanged: tuple[str, str], status: int = 201, **more: Any) -> Any:
        base = next((entry.version for entry in await self.site.store.published("support")), None)
        body = {"source": text(*exchanged), "base": base, **ANN, **more}
        return await self.post("support/publish", body, status)


@pytest.fixture
async def ops(tmp_path: Path) -> AsyncIterator[Ops]:
    store = await open_store("sqlite://", clock=lambda: NOW)
    site, settings = Site(store), Settings(menus=tmp_path)
    menus = Menus(store, site.bus, site.flows, site.publisher, Services(), settings)
    app = web.Application(middlewares=[problems])
    app.add_routes(menus.routes())
    server = TestServer(app)
    await server.start_server()
    client: Any = TestClient(server, cookie_jar=aiohttp.DummyCookieJar())
    yield Ops(site, client, tmp_path)
    await client.close()
    await site.bus.close()
    await store.close()


async def test_a_new_menu_is_published_listed_and_served(ops: Ops) -> None:
    assert await ops.get() == []
    done = await ops.publish()
    assert done == {"version": menu().version, "n": 1, "changes": ["the menu support is new"], "new": True}
    caller = await ops.site.call("+14155550101")
    await ops.site.press(caller, "1")
    [line] = msgspec.convert(await ops.get(), list[schema.MenuLine])
    assert (line.menu, line.n, line.author, line.message, line.published_at) == ("support", 1, "Ann", "because", NOW)
    assert (line.title, line.languages, line.live) == ("Acme support", ["en-US"], 1)
    page = msgspec.convert(await ops.get("/support"), schema.MenuPage)
    assert (page.source, page.n, page.live) == (text(), 1, {"track": 1})


async def test_the_folder_is_compared_as_it_is_now(ops: Ops) -> None:
    await ops.publish()
    assert (await ops.get("/support"))["folder"] == {"version": None, "differs": False}
    (ops.folder / "support.yaml").write_text(text(EIGHT))
    assert (await ops.get("/support"))["folder"] == {"version": menu(EIGHT).version, "differs": True}
    await ops.publish(EIGHT)
    assert (await ops.get("/support"))["folder"]["differs"] is False
    (ops.folder / "broken.yaml").write_text("menu: [")
    assert (await ops.get("/support"))["folder"]["version"] == menu(EIGHT).version
    (ops.folder / "support.yaml").write_text("menu: [")
    assert (await ops.get("/support"))["folder"] == {"version": None, "differs": False}


async def test_versions_with_their_journeys(ops: Ops) -> None:
    await ops.publish()
    await ops.site.call("+14155550101")
    await ops.publish(EIGHT)
    lines = msgspec.convert(await ops.get("/support/versions"), list[schema.VersionLine])
    assert [(line.n, line.in_force, line.journeys) for line in lines] == [(2, True, 0), (1, False, 1)]
    page = await ops.get(f"/support/versions/{lines[1].version}")
    assert (page["source"], page["parts"]) == (text(), {})
    await ops.get("/support/versions/000000000000", 404)
    await ops.get("/nobody/versions", 404)
    await ops.get("/nobody", 404)


async def test_a_draft_is_compared_in_words_and_lines(ops: Ops) -> None:
    await ops.publish()
    found = await ops.post("support/diff", {"source": text(EIGHT)})
    assert (found["changes"], found["removed"], found["mistakes"]) == ([TOLD], [], [])
    assert "-  order: {type: digits, length: 4-10, title: your order number}" in found["text"]
    first = menu().version
    await ops.publish(EIGHT)
    assert (await ops.post("support/diff", {"source": text(EIGHT)}))["changes"] == []
    assert (await ops.post("support/diff", {"source": text(EIGHT), "against": first}))["changes"] == [TOLD]
    await ops.post("support/diff", {"source": text(EIGHT), "against": "nothing"}, 404)
    new = await ops.post("clinic/diff", {"source": text(("menu: support", "menu: clinic"))})
    assert new["changes"] == ["the menu clinic is new"]


async def test_a_draft_with_mistakes_is_told_so(ops: Ops) -> None:
    await ops.publish()
    wrong = ("start: welcome", "start: welcom")
    found = await ops.post("support/diff", {"source": text(wrong)})
    assert [(m["line"], m["remedy"]) for m in found["mistakes"]] == [(3, 'did you mean "welcome"?')]
    refused = await ops.publish(wrong, status=422)
    assert refused["mistakes"] == found["mistakes"]
    assert "did you mean" in refused["detail"]
    other = await ops.publish(("menu: support", "menu: clinic"), status=422)
    assert "menu: clinic" in other["detail"]


async def test_who_started_from_an_older_version_gets_409_and_what_came_between(ops: Ops) -> None:
    base = (await ops.publish())["version"]
    await ops.publish(EIGHT)
    late = await ops.publish(("Goodbye.", "Bye."), base=base, status=409)
    assert (late["version"], late["n"], late["changes"]) == (menu(EIGHT).version, 2, [TOLD])
    same = await ops.publish(EIGHT, base=base, status=200)
    assert (same["new"], same["changes"]) == (False, [])


async def test_steps_with_customers_are_told_to_programs_and_a_map_takes_them_on(ops: Ops) -> None:
    await ops.publish()
    caller = await ops.site.call("+14155550101")
    await ops.site.press(caller, "1")
    draft = {"source": text(*RENAMED)}
    expected = [{"step": "track", "journeys": 1, "likely": "number"}]
    assert (await ops.post("support/diff", draft))["removed"] == expected
    refused = await ops.publish(*RENAMED, status=409)
    assert refused["removed"] == expected
    assert "track (1)" in refused["detail"]
    wrong = await ops.publish(*RENAMED, moved={"track": "nowhere"}, status=422)
    assert "nowhere" in wrong["detail"]
    assert (await ops.publish(*RENAMED, moved={"track": "number"}))["n"] == 2


async def test_rolling_back(ops: Ops) -> None:
    first = (await ops.publish())["version"]
    await ops.publish(EIGHT)
    done = await ops.post("support/rollback", {"version": first, **ANN}, 201)
    assert (done["version"], done["n"]) == (first, 3)
    assert ops.site.flows.current("support").version == first
    [latest, *_] = await ops.get("/support/versions")
    assert latest["rolled_back_from"] == menu(EIGHT).version
    await ops.post("support/rollback", {"version": "nothing", **ANN}, 404)
    await ops.post("nobody/rollback", {"version": first, **ANN}, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"source": "x", "base": None, "author": "", "message": "m"},
        {"source": "x", "base": None, "author": "a", "message": ""},
        {"source": "x", "base": None, "author": "a", "message": "nul \0"},
        {"source": "x", "author": "a", "message": "m"},
        {"source": "x", "base": None, "author": "a", "message": "m", "mvoed": {}},
    ],
)
async def test_a_body_that_does_not_fit_is_refused(ops: Ops, body: dict[str, Any]) -> None:
    await ops.post("support/publish", body, 422)


async def test_a_menu_of_a_thousand_steps_can_be_sent(ops: Ops) -> None:
    steps = "".join(f"  s{n}:\n    say: {'Words. ' * 20}{n}\n    next: s{n + 1}\n" for n in range(1000))
    many = text(
        ("goto: hours}\n  track", "goto: s0}\n  track"), ("  bye:\n", f"{steps}  s1000: {{goto: bye}}\n  bye:\n")
    )
    done = await ops.post("support/publish", {"source": many, "base": None, **ANN}, 201)
    assert done["n"] == 1


async def test_open_pages_are_told(ops: Ops) -> None:
    async with ops.site.bus.subscribe(None) as stream:
        done = await ops.publish()
        event = await anext(stream)
    assert (event.kind, event.body) == ("published", {"menu": "support", "version": done["version"], "n": 1})


async def test_its_description_is_valid(ops: Ops) -> None:
    menus = Menus(ops.site.store, ops.site.bus, ops.site.flows, ops.site.publisher, Services(), Settings())
    described = document(menus.table(), "1")
    validate(described)
    assert len(described["paths"]) == 7
