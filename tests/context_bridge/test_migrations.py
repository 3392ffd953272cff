"""The migrations make what `tables` says, and what is up to date is left alone."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

import context_bridge
from context_bridge.migrate import current, head, migrate
from context_bridge.tables import metadata
from tests.servers import PostgresServer

COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2
"""
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
OPTIONS = "SELECT relname, reloptions FROM pg_class WHERE relname = 'journey'"


def schema(dialect: Dialect) -> list[str]:
    """The statements that make the tables as `tables` has them."""
    made: list[str] = []
    for table in metadata.sorted_tables:
        parts: list[ExecutableDDLElement] = [
            CreateTable(table),
            *map(CreateIndex, sorted(table.indexes, key=lambda index: str(index.name))),
        ]
        made += [str(part.compile(dialect=dialect)) for part in parts]
    return made


def test_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/segue.db"
    migrate(url)
    assert current(url) == head()
    migrate(url)
    with closing(sqlite3.connect(":memory:")) as expected, closing(sqlite3.connect(tmp_path / "new/segue.db")) as found:
        for statement in schema(SQLiteDialect_pysqlite()):
            expected.execute(statement)
        assert sqlite_schema(found) == sqlite_schema(expected)


def sqlite_schema(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
    return sorted(" ".join(sql.split()) for (sql,) in rows)


def test_postgresql(postgres: PostgresServer) -> None:
    expected, found = postgres.database("as_the_tables_say"), postgres.database("as_migrated")
    assert current(found) == ""
    migrate(found)
    assert current(found) == head()
    migrate(found)
    asyncio.run(make(expected))
    assert asyncio.run(catalog(found)) == asyncio.run(catalog(expected))


def test_two_that_migrate_at_once_do_it_once(postgres: PostgresServer) -> None:
    async def both(url: str) -> None:
        await asyncio.gather(*(asyncio.to_thread(migrate, url) for _ in range(3)))

    asyncio.run(both(url := postgres.database("hurried")))
    assert current(url) == head()


async def make(url: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in schema(PGDialect_asyncpg()):
        await connection.execute(statement)
    await connection.close()


async def catalog(url: str) -> list[object]:
    connection = await asyncpg.connect(url)
    rows = [list(map(tuple, await connection.fetch(query))) for query in (COLUMNS, INDEXES, OPTIONS)]
    await connection.close()
    assert rows[0]
    return [*rows]


def test_the_head_is_the_newest_revision() -> None:
    folder = Path(context_bridge.__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_current_head() == head()
