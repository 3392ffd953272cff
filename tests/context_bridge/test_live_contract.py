"""What live events keep to, within a process and over a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis import Redis

from context_bridge import pages, redis_stream
from context_bridge.contract import EventBus, EventStream
from context_bridge.live import ProcessBus, open_bus
from context_bridge.records import LiveEvent
from tests.servers import RedisServer, running


@pytest.fixture(params=["process", "redis"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "process":
        return ""
    redis = str(request.getfixturevalue("redis_url"))
    with Redis.from_url(redis) as client:
        client.delete(redis_stream.KEY)
    return redis


@pytest.fixture
async def bus(url: str) -> AsyncIterator[EventBus]:
    opened = open_bus(url)
    yield opened
    await opened.close()


async def take(stream: EventStream, count: int) -> list[LiveEvent]:
    async with asyncio.timeout(30):
        return [await anext(stream) for _ in range(count)]


def numbers(events: list[LiveEvent]) -> list[int]:
    return [event.body["n"] for event in events]


async def publish(bus: EventBus, *values: int) -> list[str]:
    return [await bus.publish("turn", {"n": n}) for n in values]


async def test_a_page_hears_what_is_published_while_it_listens(bus: EventBus) -> None:
    await publish(bus, 0)
    async with bus.subscribe(None) as stream:
        await bus.publish("pop", {"n": 1, "who": "Anna 👋", "slots": {"order": "4217"}})
        [ids] = [await publish(bus, 2, 3)]
        first, *rest = await take(stream, 3)
    assert (first.kind, first.body) == ("pop", {"n": 1, "who": "Anna 👋", "slots": {"order": "4217"}})
    assert [event.id for event in rest] == ids


async def test_a_page_that_comes_back_gets_what_it_missed_once_and_in_order(bus: EventBus) -> None:
    ids = await publish(bus, *range(700))
    async with bus.subscribe(ids[99]) as stream:
        await publish(bus, *range(700, 710))  # while the replay is under way
        assert numbers(await take(stream, 610)) == list(range(100, 710))
        await publish(bus, 710)
        assert numbers(await take(stream, 1)) == [710]


async def test_a_page_that_missed_nothing_gets_nothing_twice(bus: EventBus) -> None:
    [last] = await publish(bus, 1)
    async with bus.subscribe(last) as stream:
        await publish(bus, 2)
        assert numbers(await take(stream, 1)) == [2]


async def test_who_wants_one_kind_gets_that_and_reset_alone(bus: EventBus) -> None:
    [first] = await publish(bus, 0)
    await publish(bus, 1)
    await bus.publish("switch", {"n": 2})
    async with bus.subscribe(first, {"switch"}) as stream, bus.subscribe("never", {"switch"}) as lost:
        assert [event.kind for event in await take(lost, 1)] == ["reset"]
        await publish(bus, 3)
        await bus.publish("switch", {"n": 4})
        assert numbers(await take(stream, 2)) == [2, 4]
        assert numbers(await take(lost, 1)) == [4]


@pytest.mark.parametrize("after", ["1", "1-1", "never", "", "9" * 30, "9" * 30 + "-0", "-", "²"])
async def test_a_page_with_an_id_that_is_not_kept_gets_reset_and_goes_on(bus: EventBus, after: str) -> None:
    await publish(bus, *range(5))
    async with bus.subscribe(after) as stream:
        [reset] = await take(stream, 1)
        assert reset.kind == "reset"
        await publish(bus, 5)
        assert numbers(await take(stream, 1)) == [5]
    async with bus.subscribe(reset.id) as stream:  # the reset was a place to go on from
        assert numbers(await take(stream, 1)) == [5]


async def test_what_is_older_than_the_cap_is_a_reset(bus: EventBus, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("live", "redis_stream"):
        monkeypatch.setattr(f"context_bridge.{module}.KEPT", 50)
    [first] = await publish(bus, 0)
    await publish(bus, *range(1, 500))  # Redis trims whole nodes of 100
    [late] = await publish(bus, 500)
    await publish(bus, 501)
    async with bus.subscribe(first) as stream:
        assert [event.kind for event in await take(stream, 1)] == ["reset"]
    async with bus.subscribe(late) as stream:
        assert numbers(await take(stream, 1)) == [501]


async def test_a_page_that_is_too_slow_is_let_go_and_finds_the_rest_when_it_comes_back(bus: EventBus) -> None:
    count = pages.BACKLOG + 100
    async with bus.subscribe(None) as slow, bus.subscribe(None) as quick:
        await publish(bus, 0)
        got = numbers(await take(quick, 1))
        for n in range(1, count):
            await publish(bus, n)
            got += numbers(await take(quick, 1))
        heard = [event async for event in slow]
    assert got == list(range(count))
    assert numbers(heard) == list(range(len(heard)))
    assert len(heard) < count
    async with bus.subscribe(heard[-1].id) as again:
        assert numbers(await take(again, count - len(heard))) == list(range(len(heard), count))


async def test_closing_ends_the_streams(bus: EventBus) -> None:
    async with bus.subscribe(None) as stream:
        await publish(bus, 1)
        await take(stream, 1)
        await bus.close()
        assert [event async for event in stream] == []


async def test_a_former_process_is_forgotten() -> None:
    former = ProcessBus()
    [last] = await publish(former, 1)
    now = ProcessBus()
    async with now.subscribe(last) as stream:
        assert [event.kind for event in await take(stream, 1)] == ["reset"]


async def test_ids_grow_when_the_clock_does_not() -> None:
    bus = ProcessBus(clock=lambda: 100.0)
    ids = await publish(bus, *range(5))
    assert sorted(ids, key=int) == ids
    assert len(set(ids)) == 5


async def test_every_instance_shows_the_events_of_all(redis_url: str) -> None:
    one, two = open_bus(redis_url), open_bus(redis_url)
    async with one.subscribe(None) as here, two.subscribe(None) as there:
        await publish(one, 1)
        await publish(two, 2)
        assert await take(here, 2) == await take(there, 2)
    await one.close()
    await two.close()


async def test_without_redis_turns_go_on_and_pages_catch_up_when_it_is_back() -> None:
    redis = RedisServer()
    with running(redis):
        bus, other = open_bus(redis.url), open_bus(redis.url)
        async with bus.subscribe(None) as stream, other.subscribe(None) as elsewhere:
            [before] = await publish(bus, 1)
            assert numbers(await take(stream, 1) + await take(elsewhere, 1)) == [1, 1]
            redis.kill9()
            async with asyncio.timeout(10):
                assert await publish(bus, *range(2, 200)) == [""] * 198
            async with bus.subscribe(before) as opened_meanwhile:
                assert [event.kind for event in await take(opened_meanwhile, 1)] == ["reset"]
            redis.start()
            for page in (stream, elsewhere):
                assert (await take(page, 1))[0].kind == "reset"
            await publish(bus, 200)
            for page in (stream, elsewhere):
                while (event := (await take(page, 1))[0]).kind == "reset":
                    pass
                assert event.body == {"n": 200}
        await bus.close()
        await other.close()


async def test_a_redis_that_hangs_costs_a_turn_half_a_second_once() -> None:
    redis = RedisServer()
    with running(redis):
        bus = open_bus(redis.url)
        await publish(bus, 1)
        redis.freeze()
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await publish(bus, *range(100)) == [""] * 100
        assert loop.time() - began < 10
        redis.thaw()
        await bus.close()


async def test_what_one_instance_could_not_publish_makes_the_pages_of_all_load_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_stream, "PAUSE", 0.0)
    redis = RedisServer()
    with running(redis):
        bus, other = open_bus(redis.url), open_bus(redis.url)
        async with other.subscribe(None) as elsewhere:
            await publish(bus, 1)
            await take(elsewhere, 1)
            redis.freeze()
            assert await publish(bus, 2) == [""]
            redis.thaw()
            await publish(bus, 3)
            heard = [(event.kind, event.body.get("n")) for event in await take(elsewhere, 2)]
        assert ("reset", None) in heard
        await bus.close()
        await other.close()
