"""Kept speech over HTTP: for ops only, and every look at it is in the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from context_bridge.store import open_store
from ivr.http import problems
from ivr.speech_keeping import HOUR, SpeechKeeping
from ivr.utterances import Utterances
from ivr.web.access import Access
from ivr.web.openapi import OpenApi
from ivr.web.speech_keeping import KeptSpeech
from tests.test_speech_keeping import KEPT, NOW

DESK, OPS = "the desk's own key", "the key of ops"
KEEP = {"hours": 2, "by": "Eva", "why": "orders are misheard"}
WAYS = [
    ("GET", "/api/speech/keeping", None),
    ("PUT", "/api/speech/keeping", KEEP),
    ("POST", "/api/speech/keeping/stop", {"by": "Eva"}),
    ("GET", "/api/speech/utterances", None),
    ("GET", "/api/speech/utterances/" + "0" * 32, None),
]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient]:
    store, utterances = await open_store("sqlite://"), Utterances(tmp_path)
    part = KeptSpeech(SpeechKeeping(store, utterances, lambda: NOW), utterances)
    access = Access(DESK, "http://127.0.0.1", ops_key=OPS)
    app = web.Application(middlewares=[problems, access.middleware])
    app.add_routes(part.routes())
    app.add_routes(OpenApi(part.table()).routes())
    async with TestClient(TestServer(app), headers={"Authorization": f"Bearer {OPS}"}) as opened:
        yield opened
    await store.close()


@pytest.mark.parametrize(("method", "path", "body"), WAYS)
@pytest.mark.parametrize("key", ["", DESK])
async def test_neither_agents_nor_strangers_get_at_it(
    client: TestClient, method: str, path: str, body: object, key: str
) -> None:
    response = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {key}"})
    assert response.status == 401
    assert "ops key" in (await response.json())["title"]
    assert (await (await client.get("/api/speech/keeping")).json())["on"] is False


async def test_it_is_turned_on_for_a_time_and_stopped(client: TestClient) -> None:
    off = await (await client.get("/api/speech/keeping")).json()
    assert off == {"on": False, "until": None, "by": "", "why": "", "at": None}
    on = await (await client.put("/api/speech/keeping", json=KEEP)).json()
    assert on == {"on": True, "until": NOW + 2 * HOUR, "by": "Eva", "why": "orders are misheard", "at": NOW}
    assert await (await client.get("/api/speech/keeping")).json() == on
    stopped = await (await client.post("/api/speech/keeping/stop", json={"by": "Tom"})).json()
    assert stopped == {"on": False, "until": None, "by": "Tom", "why": "", "at": NOW}


@pytest.mark.parametrize("change", [{"hours": 25}, {"hours": 0}, {"why": ""}, {"by": ""}, {"days": 1}])
async def test_without_an_end_a_name_and_a_reason_it_stays_off(client: TestClient, change: dict[str, object]) -> None:
    assert (await client.put("/api/speech/keeping", json={**KEEP, **change})).status == 422
    assert (await (await client.get("/api/speech/keeping")).json())["on"] is False


async def test_what_was_kept_is_listed_and_fetched_and_each_look_is_in_the_log(
    client: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    utterances = Utterances(tmp_path)
    utterances.keep(KEPT, NOW)
    with caplog.at_level(logging.INFO, "ivr.web.speech_keeping"):
        (line,) = await (await client.get("/api/speech/utterances")).json()
        response = await client.get(f"/api/speech/utterances/{line['id']}")
        sound = await response.read()
    assert (line["step"], line["engine"], line["alternatives"][0]["text"]) == ("main", "moonshine", "track an order")
    assert (response.content_type, response.headers["Cache-Control"]) == ("audio/wav", "no-store")
    assert sound == (tmp_path / f"{line['id']}.wav").read_bytes()
    assert [record.getMessage() for record in caplog.records if record.name.startswith("ivr.")] == [
        "the utterances that were kept were listed from 127.0.0.1",
        f"utterance {line['id']} was fetched from 127.0.0.1",
    ]


@pytest.mark.parametrize("name", ["0" * 32, "x", "..%2Fsegue.db"])
async def test_what_is_gone_or_never_was_says_so(client: TestClient, name: str) -> None:
    response = await client.get(f"/api/speech/utterances/{name}")
    assert response.status == 404
    assert "deleted with age" in (await response.json())["detail"]


async def test_the_description_is_valid(client: TestClient) -> None:
    validate(await (await client.get("/openapi.json")).json())
