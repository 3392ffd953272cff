"""What is in force, and who stands where: on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from context_bridge.contract import ContextStore
from context_bridge.migrate import migrate
from context_bridge.records import Published, Standing
from context_bridge.store import open_store
from ivr.engine.data import replace
from ivr.engine.journey import Journey
from tests.context_bridge.turns import NOW, journey, save, turn
from tests.servers import PostgresServer

FIRST = Published("support", 1, "aaa", NOW, "Kim", "the first one")
OLD = """
DROP INDEX journey_open;
ALTER TABLE journey DROP COLUMN step;
DROP TABLE speech_keeping;
DROP TABLE published;
DROP TABLE answer;
DROP TABLE intent;
DROP TABLE delivery;
DROP TABLE thread;
DROP TABLE consent;
UPDATE alembic_version SET version_num = '0002';
"""


async def test_the_highest_number_of_each_menu_is_in_force(store: ContextStore, other: ContextStore) -> None:
    second = replace(FIRST, n=2, version="bbb", moved={"track": "order"}, rolled_back_from="aaa")
    clinic = replace(FIRST, menu="clinic", author="folder")
    for entry in (FIRST, second, clinic):
        assert await store.publish(entry, f"menu: {entry.menu}")
    assert await other.published("support") == [second, FIRST]
    assert await other.in_force() == [clinic, second]
    assert await other.flow_source("support", "bbb") == "menu: support"
    assert await store.published("nobody\0") == await store.published("") == []


async def test_of_those_who_publish_at_once_one_wins(store: ContextStore, other: ContextStore) -> None:
    entries = [replace(FIRST, author=f"author {n}") for n in range(10)]
    won = await asyncio.gather(*((store, other)[n % 2].publish(entry, "menu: x") for n, entry in enumerate(entries)))
    assert won.count(True) == 1
    assert await store.published("support") == [entries[won.index(True)]]


async def test_who_is_not_at_the_end_stands_at_a_step(store: ContextStore) -> None:
    at = {"a": ("track", "live"), "b": ("track", "dropped"), "c": ("hours", "paused"), "d": ("track", "finished")}
    for id_, (step, status) in at.items():
        await save(store, turn(journey(id_, step=step, status=status)))
    await save(store, turn(journey("e", menu="clinic", version="x", step=None)))
    await save(store, turn(replace(await saved(store, "a"), step="person")))
    found = {Standing("support", "abc123", step, 1, 1) for step in ("track", "hours", "person")}
    assert set(await store.standing("support")) == found
    assert set(await store.standing()) == found | {Standing("clinic", "x", None, 1, 1)}


async def saved(store: ContextStore, id_: str) -> Journey:
    found = await store.load(id_)
    assert found
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_older_database_learns_where_its_journeys_stand(kind: str, tmp_path: Path, postgres: PostgresServer) -> None:
    url = f"sqlite:///{tmp_path}/old.db" if kind == "sqlite" else postgres.database("older", "segue")
    migrate(url)
    asyncio.run(put_one(url))
    asyncio.run(make_old(url))
    migrate(url)
    assert asyncio.run(standing(url)) == [Standing("support", "abc123", "track", 1, 1)]


async def put_one(url: str) -> None:
    store = await open_store(url)
    await save(store, turn(journey(step="track")))
    await store.close()


async def make_old(url: str) -> None:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(OLD)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(OLD)
    await connection.close()


async def standing(url: str) -> list[Standing]:
    store = await open_store(url)
    found = await store.standing("support")
    await store.close()
    return found
