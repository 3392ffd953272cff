"""PostgreSQL by asyncpg: a few connections, held; a batch of turns is one statement, and so one round trip and commit.

(asyncpg's pool resets a connection each time it is given back: half of the turns/s for nothing here.) A connection
that was interrupted is dropped rather than mended. Needs session connections: not PgBouncer in transaction mode.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.expression import ClauseElement

from context_bridge import migrate
from context_bridge.contract import StoreUnavailable
from context_bridge.database import PATIENCE, Compiled, Refused, Row, Step, Turn, Values
from context_bridge.saving import TYPES, saving

Result = TypeVar("Result")

CONNECTIONS = 4
RETRY = 0.1  # seconds between two attempts to reach the server
SERVER_SETTINGS = {
    "application_name": "segue",
    "jit": "off",  # takes longer than these statements
    # What we have given up must not hold its locks: milliseconds.
    "statement_timeout": str(int(PATIENCE * 1000)),
    "idle_in_transaction_session_timeout": str(int(PATIENCE * 1000)),
}

REFUSED = """
SELECT t.id, h.token, j.body
  FROM unnest($1::text[], $2::bigint[]) AS t(id, rev)
  LEFT JOIN journey j ON j.id = t.id
  LEFT JOIN history h ON h.journey = t.id AND h.rev = t.rev
"""
LOAD = {
    "id": "SELECT id, body FROM journey WHERE id = ANY($1::text[])",
    "contact": "SELECT contact, body FROM journey WHERE contact = ANY($1::text[]) ORDER BY updated_at",
}
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

# A snapshot of 2 KB or more is compressed at each turn, by pglz unless it is told otherwise: that was a quarter of the
# time that PostgreSQL needs for a turn. Servers before 14, and those that were built without LZ4, do not offer it.
LZ4 = """
SELECT set_config('default_toast_compression', 'lz4', false)
  FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
"""

# What is wrong with the values of one statement; ValueError is asyncpg's own check of them.
_OWN_FAULT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError)
# The server is gone, going, coming, or gave up this transaction for another: try again.
_LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
# Whatever else it says (the disk is full, the password is wrong) will be the same in a second.
_REFUSED = (asyncpg.PostgresError,)

_dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


@cache
def compiled(statement: ClauseElement) -> Compiled:
    return Compiled(statement, _dialect)


class Postgres:
    """The `Database` on a server. `open` refuses one that is not migrated."""

    def __init__(self, url: str) -> None:
        self._held = _Connections(url)

    async def open(self) -> None:
        version = await self._held.run(migrate.postgres_version)
        migrate.refuse_newer(version)
        if version != (needed := migrate.head()):
            raise StoreUnavailable(
                f"the database is at revision {version or 'none'}, this Segue needs {needed}: run `segue migrate`"
            )

    async def load(self, by: Literal["id", "contact"], keys: Sequence[str]) -> Sequence[str | None]:
        found = dict(await self._held.run(lambda connection: connection.fetch(LOAD[by], keys)))
        return [found.get(key) for key in keys]

    async def save(self, turns: Sequence[Turn]) -> Sequence[Refused | None]:
        statement, arguments = saving(turns)

        async def work(connection: Any) -> Sequence[Refused | None]:
            saved = {row[0] for row in await connection.fetch(statement, *arguments)}
            rest = [turn for turn in turns if turn.journey["id"] not in saved]
            refused = await _refused(connection, rest) if rest else {}
            return [refused.get(turn.journey["id"]) for turn in turns]

        return await self._held.run(work)

    async def read(self, statement: ClauseElement, values: Values) -> Sequence[Row]:
        return await self._held.run(lambda connection: _rows(connection, statement, values))

    async def write(self, *steps: Step, lock: str = "") -> Sequence[Row]:
        if len(steps) == 1 and not lock:  # a transaction already: BEGIN and COMMIT are two more round trips
            return await self.read(steps[0].statement, steps[0].values)

        async def work(connection: Any) -> Sequence[Row]:
            rows: Sequence[Row] = ()
            async with connection.transaction():
                if lock:
                    await connection.execute(LOCK, lock)
                for step in steps:
                    rows = await _rows(connection, step.statement, step.values)
            return rows

        return await self._held.run(work)

    async def close(self) -> None:
        await self._held.close()


class _Connections:
    """`CONNECTIONS` places; an empty one is filled when it is used."""

    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self._server = f"{parts.hostname or ''}{parts.path}"  # as errors name it, without user and password
        self._places: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            self._places.put_nowait(None)
        self._closed = False

    async def run(self, work: Callable[[Any], Awaitable[Result]]) -> Result:
        """`work` on one of the connections; again on a new one when that was lost, until `PATIENCE` is over."""
        lost: Exception | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._closed:
                    try:
                        return await self._once(work)
                    except _LOST as error:
                        lost = error
                    await asyncio.sleep(RETRY)
        except TimeoutError:
            pass
        except _REFUSED as error:
            raise StoreUnavailable(f"PostgreSQL at {self._server}: {error}") from error
        if self._closed:
            raise StoreUnavailable("the store is closed")
        raise StoreUnavailable(
            f"PostgreSQL at {self._server} did not answer within {PATIENCE:g} s"
            f" ({lost or 'it is slow'}): see that it runs and that IVR_DATABASE_URL is right"
        ) from lost

    async def _once(self, work: Callable[[Any], Awaitable[Result]]) -> Result:
        connection = await self._places.get()
        whole = False
        try:
            if connection is None or connection.is_closed():
                connection = await self._connect()
            result = await work(connection)
            whole = True
            return result
        except _OWN_FAULT as error:
            whole = True
            # asyncpg's message quotes the values, and they may be what a customer said.
            raise ValueError(f"PostgreSQL cannot store one of these values ({type(error).__name__})") from None
        finally:
            whole = whole and not self._closed
            if not whole and connection is not None:
                connection.terminate()  # at once: a polite close would wait for a server that does not answer
            self._places.put_nowait(connection if whole else None)

    async def _connect(self) -> Any:
        try:
            connection = await asyncpg.connect(self._url, server_settings=SERVER_SETTINGS)
        except ValueError as error:
            raise StoreUnavailable(f"IVR_DATABASE_URL cannot be used: {error}") from error
        try:
            await connection.execute(TYPES + LZ4)
        except BaseException as error:
            connection.terminate()
            if isinstance(error, asyncpg.InsufficientPrivilegeError):
                raise StoreUnavailable(f"{error}: GRANT TEMPORARY ON DATABASE … TO the user of Segue") from error
            raise
        return connection

    async def close(self) -> None:
        """Those in use are closed when they come back."""
        self._closed = True
        while not self._places.empty():
            if (connection := self._places.get_nowait()) is not None:
                with suppress(*_LOST):  # the server may be gone, which is as good
                    await connection.close(timeout=1)


async def _refused(connection: Any, turns: Sequence[Turn]) -> dict[str, Refused | None]:
    """What stands in the way; None where it is our own turn, from an attempt whose outcome we did not hear."""
    rows = await connection.fetch(
        REFUSED, [turn.journey["id"] for turn in turns], [turn.journey["rev"] for turn in turns]
    )
    ours = {turn.journey["id"]: turn.history["token"] for turn in turns}
    return {id_: None if token == ours[id_] else Refused(body) for id_, token, body in rows}


async def _rows(connection: Any, statement: ClauseElement, values: Values) -> Sequence[Row]:
    known = compiled(statement)
    rows: Sequence[Row] = await connection.fetch(known.text, *known.values(values))
    return rows
