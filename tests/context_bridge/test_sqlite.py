"""What can happen to a database that is a file."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.database import PATIENCE
from context_bridge.records import Conflict, Saved
from context_bridge.sqlite import Sqlite
from context_bridge.store import Store, open_store
from tests.context_bridge.turns import NOW, journey, save, told, turn


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "segue.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[ContextStore]:
    opened = await open_store(f"sqlite:///{file}")
    yield opened
    await opened.close()


@contextmanager
def no_file_takes_more() -> Iterator[None]:
    """Writing beyond the first byte of any file fails, as on a broken disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


async def test_a_disk_that_takes_no_more_stops_turns_and_loses_none(store: ContextStore) -> None:
    current = await save(store, turn(journey()))
    with no_file_takes_more():
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=r"segue\.db"):
                await store.save(turn(told(current, note="x" * 20_000)))
        assert await store.load("j1") == current
    current = await save(store, turn(told(current, note="y" * 20_000)))
    assert await store.load("j1") == current
    assert [row.rev for row in await store.history("j1")] == [1, 2]


async def test_a_full_disk_is_called_so() -> None:
    database = Sqlite(":memory:")
    await database.open()
    store = Store(database, lambda: NOW)
    current = await save(store, turn(journey()))
    await database._writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 1"))  # as it is
    with pytest.raises(StoreUnavailable, match="the disk is full: free some space"):
        await store.save(turn(told(current, note="x" * 50_000)))
    assert await store.load("j1") == current
    await database._writer.run(lambda connection: connection.execute("PRAGMA max_page_count = 4000"))
    await save(store, turn(current))
    await store.close()


async def test_another_process_that_keeps_the_lock_is_waited_for_and_named(store: ContextStore, file: Path) -> None:
    current = await save(store, turn(journey()))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(3 * PATIENCE):
            with pytest.raises(StoreUnavailable, match=r"another process keeps .* locked|did not answer"):
                await store.save(turn(current))
        assert await store.load("j1") == current  # reading goes on
        other.execute("ROLLBACK")
    outcome = await store.save(turn(current))
    if isinstance(outcome, Conflict):  # what we gave up was done after all: the machine is busy
        assert outcome.current is not None
        outcome = await store.save(turn(outcome.current))
    assert isinstance(outcome, Saved)


async def test_many_may_open_a_new_file_at_once(file: Path) -> None:
    stores = await asyncio.gather(*(open_store(f"sqlite:///{file}") for _ in range(6)))
    await save(stores[0], turn(journey()))
    assert await asyncio.gather(*(store.load("j1") for store in stores)) == [journey(rev=1)] * 6
    for store in stores:
        await store.close()


async def test_in_memory_for_rehearsals() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        store = await open_store(url)
        stored = await save(store, turn(journey()))
        assert await store.load("j1") == stored
        await store.close()


async def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Anna, " * 500)
    with pytest.raises(StoreUnavailable, match="not a database: restore it"):
        await open_store(f"sqlite:///{letter}")
    assert letter.read_text() == "Dear Anna, " * 500


async def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"file/segue\.db.*write to the file and its folder"):
        await open_store(f"sqlite:///{tmp_path}/file/segue.db")


async def test_a_turn_is_on_the_disk_before_it_is_answered(store: ContextStore) -> None:
    """A power cut cannot be played here; that the engine is asked to wait for the disk can be seen."""
    assert isinstance(store, Store)
    database = store._database
    assert isinstance(database, Sqlite)

    def modes(connection: sqlite3.Connection) -> dict[str, object]:
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}

    assert await database._writer.run(modes) == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2}
