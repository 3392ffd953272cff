"""What a database must do for the store: four operations, and one form of its SQL.

Statements are written once in SQLAlchemy Core (`statements`) and run by the database's own driver: on the statements
of a turn, SQLAlchemy's own execution costs 4 to 22 times the driver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Dialect
from sqlalchemy.sql.expression import ClauseElement

from ivr.engine.data import Data

Values = Mapping[str, Any]
Row = Sequence[Any]

PATIENCE = 4.0  # seconds that a database is given for one operation, connecting again and all


class Turn(Data, frozen=True):
    """A change as rows, ready to be written. `expected` is the revision that it follows, 0 for a new journey."""

    expected: int
    journey: Values
    history: Values
    outbox: Sequence[Values] = ()
    links: Sequence[Values] = ()
    callbacks: Sequence[Values] = ()
    answers: Sequence[Values] = ()  # one or none


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody was quicker; `body` is the snapshot that is stored now."""

    body: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A statement of a transaction, with its values by name."""

    statement: ClauseElement
    values: Values


class Database(Protocol):
    """Every method raises `StoreUnavailable` within `PATIENCE` seconds rather than wait, and recovers by itself."""

    async def load(self, by: Literal["id", "contact"], keys: Sequence[str]) -> Sequence[str | None]:
        """The snapshots of these journeys; of several on one contact, the latest."""
        ...

    async def save(self, turns: Sequence[Turn]) -> Sequence[Refused | None]:
        """One transaction. A turn whose revision is not the expected one writes nothing. Each id at most once."""
        ...

    async def read(self, statement: ClauseElement, values: Values) -> Sequence[Row]: ...

    async def write(self, *steps: Step, lock: str = "") -> Sequence[Row]:
        """One transaction; the rows of its last step. Transactions with the same `lock` wait for each other. After a
        lost connection the steps may run a second time: write them so that this does no harm."""
        ...

    async def close(self) -> None: ...


class Compiled:
    """A statement as a driver takes it: text, and the order of its values."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, columns: Sequence[str] | None = None) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.text = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        # Values that SQLAlchemy adds by itself, such as SQLite's OFFSET 0.
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}

    def values(self, values: Values) -> tuple[Any, ...]:
        known = {**self._fixed, **values} if self._fixed else values
        return tuple(known[name] for name in self._names)
