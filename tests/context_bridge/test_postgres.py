"""What can happen to a database that is another process, on another machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import asyncpg
import pytest

from context_bridge.contract import ContextStore, StoreUnavailable
from context_bridge.database import PATIENCE
from context_bridge.migrate import migrate
from context_bridge.records import LinkRow
from context_bridge.store import open_store
from tests.context_bridge.turns import NOW, journey, save, told, turn
from tests.servers import PostgresServer, free_port, running

BOUND = 3 * PATIENCE  # seconds within which a busy machine must have given up


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One to be killed and frozen."""
    own = PostgresServer()
    with running(own):
        migrate(own.database("segue"))
        yield own


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[ContextStore]:
    store = await open_store(url)
    try:
        yield store
    finally:
        await store.close()


@dataclass
class Writers:
    """Turns on many journeys at once, for as long as the store takes them. `acknowledged`: journey -> revision."""

    store: ContextStore
    acknowledged: dict[str, int] = field(default_factory=dict)
    count: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, key: str) -> None:
        current = await self.store.load(key) or journey(key)
        with suppress(StoreUnavailable):
            while True:
                current = await save(self.store, turn(current))
                self.acknowledged[key] = current.rev
                self.count += 1
                if self.count % 400 == 0:
                    self.enough.set()


async def test_killed_under_load_it_loses_no_turn_that_was_acknowledged(server: PostgresServer) -> None:
    keys = [f"k{n}" for n in range(32)]
    for _ in range(3):
        async with opened(server.url("segue")) as store:
            writers = Writers(store)
            tasks = [asyncio.create_task(writers.write(key)) for key in keys]
            async with asyncio.timeout(60):
                await writers.enough.wait()
            await asyncio.to_thread(server.kill9)
            async with asyncio.timeout(BOUND):
                await asyncio.gather(*tasks)
            await asyncio.to_thread(server.restart)
            for key in keys:  # the same store: it finds its way back
                stored, history = await store.load(key), await store.history(key)
                assert stored is not None
                assert stored.rev >= writers.acknowledged.get(key, 0)
                assert [row.rev for row in history] == list(range(1, stored.rev + 1))


async def test_killed_and_back_within_the_patience_no_turn_notices(server: PostgresServer) -> None:
    async with opened(server.url("segue")) as store:
        first = await save(store, turn(journey("patient")))
        server.kill9()
        saving = asyncio.create_task(store.save(turn(first)))
        restarting = asyncio.to_thread(server.restart)
        await restarting
        try:
            await saving
        except StoreUnavailable:  # a busy machine was slower than the patience
            await store.save(turn(first))
        assert [row.rev for row in await store.history("patient")] == [1, 2]


async def test_frozen_it_is_given_up_in_time_and_found_again(server: PostgresServer) -> None:
    async with opened(server.url("segue")) as store:
        first = await save(store, turn(journey("frozen")))
        server.freeze()
        try:
            async with asyncio.timeout(BOUND):
                attempts = [store.save(turn(first)), store.load("frozen"), store.by_contact("c1"), store.recent(5)]
                answers = await asyncio.gather(*attempts, *(store.ping() for _ in range(8)), return_exceptions=True)
        finally:
            server.thaw()
        assert {type(answer) for answer in answers} == {StoreUnavailable}
        stored = await store.load("frozen")
        assert stored is not None
        assert (await store.row("frozen")) is not None
        await save(store, turn(stored))


async def test_unreachable_it_says_where_and_what_to_do() -> None:
    url = f"postgresql://anna:topsecret@127.0.0.1:{free_port()}/segue"
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1/segue did not answer.*IVR_DATABASE_URL") as raised:
        await open_store(url)
    assert "topsecret" not in str(raised.value)


async def test_what_will_not_change_is_said_at_once(postgres: PostgresServer) -> None:
    with pytest.raises(StoreUnavailable, match='"nowhere" does not exist'):
        await open_store(postgres.url("nowhere"))
    with pytest.raises(StoreUnavailable, match="IVR_DATABASE_URL cannot be used"):
        await open_store("postgresql://localhost:notaport/x")


async def test_a_database_that_is_not_migrated_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(StoreUnavailable, match="run `segue migrate`"):
        await open_store(postgres.database("empty"))


async def test_a_user_who_may_not_make_types_is_told(postgres: PostgresServer) -> None:
    url = postgres.database("strict", "segue")
    connection = await asyncpg.connect(url)
    await connection.execute("REVOKE TEMPORARY ON DATABASE strict FROM PUBLIC; CREATE ROLE guest LOGIN")
    await connection.close()
    with pytest.raises(StoreUnavailable, match=r"temporary.*GRANT TEMPORARY"):
        await open_store(url.replace("segue@", "guest@"))


async def test_turns_update_their_row_in_place(contract_url: str) -> None:
    async with opened(contract_url) as store:
        current = await save(store, turn(journey("hot")))
        for n in range(200):
            current = await save(store, turn(current, at=NOW + n))
    connection = await asyncpg.connect(contract_url)
    await connection.execute("SELECT pg_stat_force_next_flush()")
    counts = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'journey'"
    updated, in_place = await connection.fetchrow(counts)
    await connection.close()
    assert updated >= 200
    assert in_place >= 0.8 * updated


async def test_who_runs_while_a_newer_one_adds_columns_goes_on_saving(postgres: PostgresServer) -> None:
    url = postgres.database("widened", "segue")
    async with opened(url) as store:
        current = await save(store, turn(journey("older")))
        connection = await asyncpg.connect(url)
        for table in ("journey", "history", "outbox", "link", "callback", "answer"):
            await connection.execute(f"ALTER TABLE {table} ADD COLUMN newer text DEFAULT ''")
        await connection.close()
        for _ in range(2):
            current = await save(store, turn(current))
        assert [row.rev for row in await store.history("older")] == [1, 2, 3]


async def test_long_journeys_are_compressed_in_the_quick_way_where_the_server_knows_it(contract_url: str) -> None:
    async with opened(contract_url) as store:
        current = await save(store, turn(told(journey("long"), note="so it goes, " * 500)))
        assert (await store.load("long")) == current
    connection = await asyncpg.connect(contract_url)
    offered = await connection.fetchval("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
    used = await connection.fetchval("SELECT pg_column_compression(body) FROM journey WHERE id = 'long'")
    await connection.close()
    assert used == ("lz4" if "lz4" in offered else "pglz")


class Cut:
    """A wire to the server that can be cut when a request has been carried out, before its answer comes back."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._reply = b""
        self.cuts = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://segue@127.0.0.1:{port}{self._target.path}"
        server.close()

    def arm(self, reply: bytes) -> None:
        """Cut instead of passing on the next answer that says this was done."""
        self._reply = reply

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_server = await asyncio.open_connection(self._target.hostname, self._target.port)
        asking = asyncio.create_task(self._pass(reader, to_server))
        while data := await there.read(65536):
            if self._reply and self._reply in data:
                self._reply = b""
                self.cuts += 1
                break
            writer.write(data)
        asking.cancel()
        writer.close()
        to_server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)


async def test_an_answer_that_was_lost_is_found_in_the_history(contract_url: str) -> None:
    cut = Cut(contract_url)
    async with cut.open() as url, opened(url) as store:
        current = await save(
            store, turn(journey("cut"))
        )  # prepares the statement, so that the next reply is its result
        for _ in range(3):
            cut.arm(b"SELECT 1\0")  # the save's own end: a statement that selects what it saved
            current = await save(store, turn(current))
        way_in = LinkRow("hash", "cut", None, 3, NOW + 60)
        await save(store, turn(current, links=(way_in,)))
        cut.arm(b"UPDATE 1\0")
        assert await store.spend_link("hash", NOW)
        assert not await store.spend_link("hash", NOW)
        assert cut.cuts == 4
        assert [row.rev for row in await store.history("cut")] == [1, 2, 3, 4, 5]
