"""The desk's API: what agents do, how it fails, and that its description is the truth."""

from __future__ import annotations

import logging
import re
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient
from openapi_spec_validator import validate

from context_bridge.records import DeliveryRow, OutboxRow
from ivr.driver import Arrival
from ivr.engine.events import Input
from ivr.web import schema
from tests.web.desk import Desk
from tests.web.pop import POP

CONTACT = "chat-1"


async def queued(desk: Desk) -> None:
    """A customer waits for a person."""
    await desk.driver.arrive(Arrival(contact=CONTACT, channel="chat", node="chat", menu="support"))
    await desk.driver.advance(Input(id="i1", at=desk.driver.now(), contact=CONTACT, text="person", mode="button"))


async def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem in an answer; every one has a remedy and shows nothing of our inside."""
    assert response.status == status
    assert response.content_type == "application/problem+json"
    body = await response.json()
    assert body["title"]
    assert len(body["detail"]) > 10
    assert "Traceback" not in str(body)
    return body


async def test_the_queue_shows_the_pop_and_only_the_first_agent_gets_it(client: TestClient, desk: Desk) -> None:
    await queued(desk)
    [pop] = await (await client.get("/api/queue")).json()
    assert (pop["contact"], pop["status"], pop["why"]) == (CONTACT, "queued", POP["why"])
    path = f"/api/contacts/{CONTACT}/accept"
    assert (await client.post(path, json={"agent": "Ann"})).status == 200
    late = await problem(await client.post(path, json={"agent": "Bob"}), 409)
    assert "quicker" in late["detail"]


async def test_the_pop_has_the_shape_that_the_documents_promise() -> None:
    assert msgspec.to_builtins(msgspec.convert(POP, schema.Pop)) == POP


async def test_a_journey_has_its_pop_and_its_turns(client: TestClient, desk: Desk) -> None:
    await queued(desk)
    [line] = await (await client.get("/api/journeys")).json()
    page = await (await client.get(f"/api/journeys/{line['id']}")).json()
    msgspec.convert(page, schema.JourneyPage)
    assert page["pop"]["journey"] == line["id"]
    assert [turn["kind"] for turn in page["history"]] == ["Arrived", "Input"]
    await problem(await client.get("/api/journeys/nobody"), 404)


async def test_finish_and_message_need_a_contact_in_hand(client: TestClient, desk: Desk) -> None:
    for what, body in (("finish", {}), ("message", {"text": "Hello", "sender": "Ann"})):
        await problem(await client.post(f"/api/contacts/nobody/{what}", json=body), 409)
    await queued(desk)
    assert (await client.post(f"/api/contacts/{CONTACT}/finish")).status == 200
    await problem(await client.post(f"/api/contacts/{CONTACT}/finish"), 409)


async def test_the_outbox_shows_what_would_be_sent(client: TestClient, desk: Desk) -> None:
    desk.store.sent = [OutboxRow("j1:3:0", "j1", "sms", {"to": "+15550100", "text": "Follow it here"}, 1.0)]
    [row] = await (await client.get("/api/outbox")).json()
    assert (row["to"], row["text"], row["state"], row["delivery"]) == ("+15550100", "Follow it here", "waiting", "")


async def test_the_outbox_shows_what_became_of_it(client: TestClient, desk: Desk) -> None:
    """Of a text in two parts the least far; of another message, nothing."""
    desk.store.sent = [
        OutboxRow(key, "j1", "sms", {"to": "+15550100", "text": "x"}, 1.0, "sent") for key in ("j1:3:0", "j1:4:0")
    ]
    desk.store.delivered = [
        DeliveryRow("j1:3:0", 0, "SM1", "delivered", ""),
        DeliveryRow("j1:3:0", 1, "SM2", "undelivered", "30003"),
    ]
    rows = await (await client.get("/api/outbox")).json()
    assert [row["delivery"] for row in rows] == ["undelivered (30003)", ""]


@pytest.mark.parametrize(
    ("body", "headers", "status", "says"),
    [
        (b'{"agent": "Ann", "agnet": 1}', {}, 422, "agnet"),
        (b'{"agent": 7}', {}, 422, "$.agent"),
        (b"{}", {}, 422, "agent"),
        (b'{"agent": ', {}, 400, "JSON"),
        (b"\xff\xfe", {}, 400, "JSON"),
        (b'{"agent": "Ann"}', {"Content-Type": "text/plain"}, 415, "Content-Type"),
        (b'{"agent": "' + b"x" * 70_000 + b'"}', {}, 413, "64 KB"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_with_its_reason(
    client: TestClient, body: bytes, headers: dict[str, str], status: int, says: str
) -> None:
    headers = {"Content-Type": "application/json"} | headers
    response = await client.post(f"/api/contacts/{CONTACT}/accept", data=body, headers=headers)
    assert says in (await problem(response, status))["detail"]


async def test_wrong_addresses_and_methods_are_problems_too(client: TestClient) -> None:
    await problem(await client.get("/api/nothing"), 404)
    response = await client.delete("/api/queue")
    await problem(response, 405)
    assert "GET" in response.headers["Allow"]


async def test_a_store_that_is_away_is_said_and_passes(client: TestClient, desk: Desk) -> None:
    desk.store.away = True
    response = await client.get("/api/journeys")
    assert "/readyz" in (await problem(response, 503))["detail"]
    assert response.headers["Retry-After"]


async def test_a_bug_shows_nothing_to_the_reader_and_nothing_of_the_customer_to_the_log(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL, "aiohttp.access"), caplog.at_level(logging.DEBUG, "ivr"):
        assert "4217" not in str(await problem(await client.get("/broken?said=4217"), 500))
    assert "ValueError" in caplog.text
    assert "in _break" in caplog.text
    assert "4217" not in caplog.text


async def test_the_description_is_valid_and_has_every_route(client: TestClient, desk: Desk) -> None:
    document = await (await client.get("/openapi.json")).json()
    validate(document)
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in desk.app.router.routes()
        if route.resource and re.match(r"/(api/|chat/|healthz|readyz|metrics)", route.resource.canonical)
    }
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    assert described == {(method, path) for method, path in served if method != "head"}


async def test_health_says_what_is_wrong_and_metrics_count(client: TestClient, desk: Desk) -> None:
    assert (await client.get("/healthz")).status == 200
    assert (await (await client.get("/readyz")).json())["ready"] is True
    desk.wrong["ami"] = "Asterisk does not answer at 127.0.0.1:5038: start it"
    response = await client.get("/readyz")
    assert response.status == 503
    parts = {part["name"]: part for part in (await response.json())["parts"]}
    assert (parts["ami"]["ok"], parts["store"]["ok"]) == (False, True)
    assert "start it" in parts["ami"]["wrong"]
    await queued(desk)
    desk.metrics.turn("chat", "Input", 0.004)
    desk.metrics.store_error()
    desk.metrics.utterance("heard", 0.3)
    desk.metrics.utterance("refused", 0.0)
    text = await (await client.get("/metrics")).text()
    for line in (
        'segue_turns_total{channel="chat",event="Input"} 1.0',
        "segue_turn_seconds_count 1.0",
        'segue_open_contacts{node="chat"} 1.0',
        "segue_store_errors_total 1.0",
        "segue_outbox_waiting 0.0",
        'segue_utterances_total{outcome="heard"} 1.0',
        'segue_utterances_total{outcome="refused"} 1.0',
        "segue_utterance_seconds_sum 0.3",
        "segue_listening_processes 0.0",
    ):
        assert line in text


async def test_a_server_whose_ears_fail_is_ready_and_says_so(client: TestClient, desk: Desk) -> None:
    desk.ears = ("the processes that listen do not start", "heard: none")
    response = await client.get("/readyz")
    assert response.status == 200
    [*_, part] = (await response.json())["parts"]
    assert part == {
        "name": "ears",
        "ok": False,
        "wrong": "the processes that listen do not start",
        "needed": False,
        "note": "heard: none",
    }
