"""Bringing a database up to date. Alembic writes the SQL of the revisions in `migrations/`, our own drivers run it.

So one driver serves each database, and a migration is one transaction that two processes cannot run at once.
The price: a revision may not read the database (journeys are brought up to date when they are loaded, `codec.py`).
"""

from __future__ import annotations

import asyncio
import io
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from context_bridge.contract import StoreUnavailable
from context_bridge.sqlite_faults import unavailable

if TYPE_CHECKING:
    from alembic.config import Config

# The newest of migrations/versions, as a test sees to: to ask Alembic would cost each start half a second.
HEAD = "0006"
VERSION = "SELECT version_num FROM alembic_version"
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('segue migrate', 0))"


def migrate(url: str) -> None:
    """Bring the database up to date; does nothing where it is. Not from inside an event loop. Raises
    `StoreUnavailable`."""
    if (path := sqlite_path(url)) is None:
        asyncio.run(_migrate_postgres(url))
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            upgrade_sqlite(connection)
    except sqlite3.Error as error:
        raise unavailable(path, error) from error


def current(url: str) -> str:
    """The revision that the database is at; empty: none. Not from inside an event loop."""
    if (path := sqlite_path(url)) is None:
        return asyncio.run(_current_postgres(url))
    with closing(sqlite3.connect(path)) as connection:
        return sqlite_version(connection)


def head() -> str:
    """The revision that this code needs."""
    return HEAD


def refuse_newer(revision: str) -> None:
    """Raises `StoreUnavailable` for a database that a later Segue has brought up to date. Revisions count up."""
    if revision > head():
        raise StoreUnavailable(
            f"the database is at revision {revision}, of a newer Segue than this one, which knows {head()}: start the "
            "newer one, or put the backup from before the upgrade in its place"
        )


def sqlite_path(url: str) -> str | None:
    """`sqlite:///relative`, `sqlite:////absolute`, `sqlite://` for memory; None for another database."""
    if not url.startswith("sqlite://"):
        return None
    return url.removeprefix("sqlite://").removeprefix("/") or ":memory:"


def upgrade_sqlite(connection: sqlite3.Connection) -> None:
    """`connection` must be in autocommit mode."""
    if sqlite_version(connection) == head():
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements("sqlite", sqlite_version(connection)):
            connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def sqlite_version(connection: sqlite3.Connection) -> str:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return ""
    row = connection.execute(VERSION).fetchone()
    return str(row[0]) if row else ""


async def postgres_version(connection: Any) -> str:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return ""
    return await connection.fetchval(VERSION) or ""


async def _migrate_postgres(url: str) -> None:
    connection = await _connect(url)
    try:
        async with connection.transaction():
            await connection.execute(LOCK)
            for statement in _statements("postgresql", await postgres_version(connection)):
                await connection.execute(statement)
    finally:
        await connection.close()


async def _connect(url: str) -> Any:
    """Raises `StoreUnavailable`, with the server's own word on why."""
    try:
        return await asyncpg.connect(url)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
        raise StoreUnavailable(
            f"the database does not let us in ({error}); start it, or correct IVR_DATABASE_URL"
        ) from error


async def _current_postgres(url: str) -> str:
    connection = await _connect(url)
    try:
        return await postgres_version(connection)
    finally:
        await connection.close()


@cache
def _statements(dialect: str, since: str) -> list[str]:
    """The SQL from that revision to the newest; none where it is the newest. Raises `StoreUnavailable` for a later
    one."""
    refuse_newer(since)
    if since == head():
        return []
    from alembic import command

    script = io.StringIO()
    config = _config(script)
    config.attributes["dialect"] = dialect
    command.upgrade(config, f"{since or 'base'}:head", sql=True)
    return [statement for statement in script.getvalue().split(";\n\n") if statement.strip()]


def _config(output: io.StringIO | None = None) -> Config:
    from alembic.config import Config

    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
