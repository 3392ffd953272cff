"""Switches in memory: what a turn sees, when, and what it costs the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.live import ProcessBus
from context_bridge.records import SwitchRow
from context_bridge.store import open_store
from ivr.switches import FRESH, Switches

NOW = 1_800_000_000.0


class Counting:
    """The switches of a store, with the looks at them counted; `away`: it does not answer."""

    def __init__(self, store: ContextStore) -> None:
        self.store, self.looks, self.away = store, 0, False
        self.go = asyncio.Event()
        self.go.set()

    async def switches(self) -> list[SwitchRow]:
        self.looks += 1
        if self.away:
            raise StoreUnavailable
        found = await self.store.switches()
        await self.go.wait()
        return found

    async def flip(self, *row: Any) -> None:
        await self.store.flip(*row)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def store() -> AsyncIterator[Counting]:
    opened = await open_store("sqlite://")
    yield Counting(opened)
    await opened.close()


def switches_of(store: Any, bus: ProcessBus | None = None, clock: Clock | None = None) -> Switches:
    return Switches(store, bus or ProcessBus(), lambda: NOW, clock or Clock())


async def test_a_flip_is_seen_at_once_and_kept_with_who_did_it_and_when(store: Counting) -> None:
    switches = switches_of(store)
    assert await switches.on() == frozenset()
    row = await switches.flip("emergency", True, "Eva")
    assert await store.switches() == [row] == [SwitchRow("emergency", "on", "Eva", NOW)]
    assert await switches.on() == {"emergency"}
    await switches.flip("emergency", False, "Eva")
    assert await switches.on() == frozenset()


async def test_a_flip_in_the_database_is_seen_after_a_second_and_the_turns_until_then_cost_nothing(
    store: Counting,
) -> None:
    clock = Clock()
    switches = switches_of(store, clock=clock)
    await switches.on()
    await store.flip("emergency", "on", "segue switch", NOW)
    for _ in range(1000):
        clock.now += FRESH / 1001
        assert await switches.on() == frozenset()
    assert store.looks == 1
    clock.now += FRESH / 10
    assert await switches.on() == {"emergency"}


async def test_many_turns_share_one_look_and_none_goes_on_without_it(store: Counting) -> None:
    await store.flip("emergency", "on", "Eva", NOW)
    switches = switches_of(store)
    store.go.clear()
    turns = [asyncio.create_task(switches.on()) for _ in range(50)]
    while not store.looks:
        await asyncio.wait(turns, timeout=0.01)
    store.go.set()
    assert await asyncio.gather(*turns) == [{"emergency"}] * 50
    assert store.looks == 1


async def test_a_flip_during_a_look_is_not_lost(store: Counting) -> None:
    switches = switches_of(store)
    store.go.clear()
    early = asyncio.create_task(switches.on())
    while not store.looks:
        await asyncio.wait([early], timeout=0.01)
    await switches.flip("emergency", True, "Eva")
    store.go.set()
    await early
    assert await switches.on() == {"emergency"}


async def test_while_the_database_is_away_what_was_known_holds(store: Counting) -> None:
    clock = Clock()
    switches = switches_of(store, clock=clock)
    await switches.flip("emergency", True, "Eva")
    await switches.on()
    store.away, clock.now = True, FRESH * 2
    assert await switches.on() == {"emergency"}


async def test_instances_hear_of_each_others_flips(store: Counting) -> None:
    bus = ProcessBus()
    ours, theirs = switches_of(store, bus), switches_of(store, bus)
    following = asyncio.create_task(ours.follow())
    heard: list[Mapping[str, Any]] = []
    async with asyncio.timeout(20), bus.subscribe(None) as page:
        await ours.on()
        while await ours.on() != {"emergency"}:
            await theirs.flip("emergency", True, "Eva")
            heard.append((await anext(page)).body)
    following.cancel()
    assert heard[0] == {"name": "emergency", "state": "on", "who": "Eva", "at": NOW}
