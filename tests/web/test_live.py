"""Live events: nothing lost, nothing twice, across a lost connection."""

from __future__ import annotations

from typing import Any

from aiohttp.test_utils import TestClient

from tests.web.desk import Desk
from tests.web.live_events import KEEP
from tests.web.streams import comment, events


async def test_a_desk_that_reconnects_gets_each_missed_event_once_and_in_order(client: TestClient, desk: Desk) -> None:
    stream = await client.get("/api/events")
    await desk.bus.publish("contact", {"n": 0})
    [first] = await events(stream, 1)
    stream.close()
    for n in range(1, 6):
        await desk.bus.publish("contact", {"n": n})
    again = await client.get("/api/events", headers={"Last-Event-ID": first.id})
    await desk.bus.publish("contact", {"n": 6})
    assert [event.body["n"] for event in await events(again, 6)] == [1, 2, 3, 4, 5, 6]


async def test_the_header_is_newer_than_the_address(client: TestClient, desk: Desk) -> None:
    ids = [await desk.bus.publish("contact", {"n": n}) for n in range(3)]
    stream = await client.get("/api/events", params={"after": ids[0]}, headers={"Last-Event-ID": ids[1]})
    assert [event.body["n"] for event in await events(stream, 1)] == [2]
    by_address = await client.get("/api/events", params={"after": ids[0]})
    assert [event.body["n"] for event in await events(by_address, 2)] == [1, 2]


async def test_a_desk_that_was_away_too_long_is_told_to_load_again(client: TestClient, desk: Desk) -> None:
    for n in range(KEEP + 10):
        await desk.bus.publish("contact", {"n": n})
    stream = await client.get("/api/events", params={"after": "1"})
    assert [event.kind for event in await events(stream, 1)] == ["reset"]


async def test_a_quiet_stream_shows_that_it_lives_and_loses_nothing_by_it(client_of: Any) -> None:
    desk = Desk(heartbeat=0.05)
    client = await client_of(desk)
    stream = await client.get("/api/events")
    assert stream.headers["Content-Type"] == "text/event-stream"
    for _ in range(3):
        assert await comment(stream) == ": still here\n"
    await desk.bus.publish("contact", {"n": 1})
    assert [event.body for event in await events(stream, 1)] == [{"n": 1}]


async def test_streams_are_bounded_and_end_with_the_server(client: TestClient, desk: Desk) -> None:
    desk.live._streams._limit = 1
    stream = await client.get("/api/events")
    full = await client.get("/api/events")
    assert full.status == 503
    assert full.headers["Retry-After"]
    await desk.live.close()
    assert (await stream.content.read()).startswith(b"retry:")
