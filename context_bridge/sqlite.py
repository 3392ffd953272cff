"""SQLite, embedded: one thread writes, one reads, each on its own connection.

WAL with synchronous=FULL: a turn is on the disk before it is answered (NORMAL loses turns at a power cut). The lane
makes one transaction, and so one fsync, of all turns that wait. Several processes may share the file.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.expression import ClauseElement

from context_bridge import migrate
from context_bridge import statements as sql
from context_bridge.contract import StoreUnavailable
from context_bridge.database import PATIENCE, Compiled, Refused, Row, Step, Turn, Values
from context_bridge.sqlite_faults import unavailable

Result = TypeVar("Result")

MEMORY = ":memory:"
MIGRATION = 600.0  # seconds: a new index over years of journeys takes its time
_dialect = SQLiteDialect_pysqlite(paramstyle="qmark")
# What is wrong with the values of one statement, and not with the database.
_OWN_FAULT = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError)


@cache
def compiled(statement: ClauseElement) -> Compiled:
    return Compiled(statement, _dialect, sql.UPDATED if statement is sql.UPDATE_JOURNEY else None)


class Sqlite:
    """The `Database` in a file, brought up to date when it is opened."""

    def __init__(self, path: str) -> None:
        self._writer = _Connection(path)
        # A database in memory belongs to its connection.
        self._reader = self._writer if path == MEMORY else _Connection(path)

    async def open(self) -> None:
        await self._writer.run(migrate.upgrade_sqlite, within=MIGRATION)
        await self._reader.run(lambda connection: connection.execute("PRAGMA query_only"))  # open before a disk is full

    async def load(self, by: Literal["id", "contact"], keys: Sequence[str]) -> Sequence[str | None]:
        statement = compiled(sql.SNAPSHOT if by == "id" else sql.SNAPSHOT_BY_CONTACT)

        def work(connection: sqlite3.Connection) -> list[str | None]:
            rows = [connection.execute(statement.text, statement.values({by: key})).fetchone() for key in keys]
            return [row and row[0] for row in rows]

        return await self._reader.run(work)

    async def save(self, turns: Sequence[Turn]) -> Sequence[Refused | None]:
        def work(connection: sqlite3.Connection) -> list[Refused | None]:
            with _transaction(connection):
                return [_save(connection, turn) for turn in turns]

        return await self._writer.run(work)

    async def read(self, statement: ClauseElement, values: Values) -> Sequence[Row]:
        return await self._reader.run(lambda connection: _rows(connection, statement, values))

    async def write(self, *steps: Step, lock: str = "") -> Sequence[Row]:  # noqa: ARG002  # writers wait anyway
        def work(connection: sqlite3.Connection) -> list[Row]:
            rows: list[Row] = []
            with _transaction(connection):
                for step in steps:
                    rows = _rows(connection, step.statement, step.values)
            return rows

        return await self._writer.run(work)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()


class _Connection:
    """A connection with a thread of its own; opened at its first use, and again after a failure."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "sqlite")
        self._connection: sqlite3.Connection | None = None

    async def run(
        self,
        work: Callable[[sqlite3.Connection], Result],
        within: float = PATIENCE + 0.5,  # SQLite gives up a lock after PATIENCE
    ) -> Result:
        """`within` is in seconds."""
        try:
            async with asyncio.timeout(within):
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)
        except TimeoutError:
            raise StoreUnavailable(f"{self._path} did not answer in time: is its disk overloaded?") from None
        except RuntimeError as error:  # the executor's word for being shut down
            raise StoreUnavailable("the store is closed") from error

    def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            if self._connection is None:
                self._connection = self._connect()
            return work(self._connection)
        except _OWN_FAULT:
            raise
        except sqlite3.Error as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY and self._path != MEMORY:
                self._disconnect()  # after an I/O error its view of the log may be wrong
            raise unavailable(self._path, error) from error

    def _connect(self) -> sqlite3.Connection:
        if self._path != MEMORY:
            with suppress(OSError):  # then connect() fails too, and says which file
                Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def close(self) -> None:
        with suppress(RuntimeError):  # closed before
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. IMMEDIATE takes the lock before reading, so that no transaction has to be given up half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends it by itself after some errors
            connection.execute("ROLLBACK")
        raise


def _rows(connection: sqlite3.Connection, statement: ClauseElement, values: Values) -> list[Row]:
    known = compiled(statement)
    return connection.execute(known.text, known.values(values)).fetchall()


def _save(connection: sqlite3.Connection, turn: Turn) -> Refused | None:
    if not _advance(connection, turn):
        return _refused(connection, turn)
    _insert(connection, sql.INSERT_HISTORY, turn.history)
    for row in turn.outbox:
        _insert(connection, sql.INSERT_OUTBOX, row)
    for row in turn.links:
        _insert(connection, sql.INSERT_LINK, row)
    for row in turn.callbacks:
        _insert(connection, sql.PUT_CALLBACK, row)
    for row in turn.answers:
        _insert(connection, sql.INSERT_ANSWER, row)
    return None


def _advance(connection: sqlite3.Connection, turn: Turn) -> bool:
    if not turn.expected:
        return _insert(connection, sql.INSERT_JOURNEY, turn.journey) == 1
    return (
        _insert(
            connection,
            sql.UPDATE_JOURNEY,
            {**turn.journey, "which": turn.journey["id"], "expected": turn.expected},
        )
        == 1
    )


def _insert(connection: sqlite3.Connection, statement: ClauseElement, values: Values) -> int:
    known = compiled(statement)
    return connection.execute(known.text, known.values(values)).rowcount


def _refused(connection: sqlite3.Connection, turn: Turn) -> Refused | None:
    writer = _rows(connection, sql.WRITER, turn.history)
    if writer and writer[0][0] == turn.history["token"]:
        return None  # our own, from an attempt whose outcome we did not hear
    found = _rows(connection, sql.SNAPSHOT, turn.journey)
    return Refused(found[0][0] if found else None)
