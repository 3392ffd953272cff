"""The statement by which PostgreSQL saves a batch of turns: all of them in one round trip, and one commit.

A statement has the parts that its batch needs. Most turns have no effects but an answer; with the others' parts in it
a batch of one or four turns took an eighth to a fifth more time, here and in the server.

Its values are rows of types that each connection makes for itself (`TYPES`), so that they are those of its Segue
whatever the tables have become. Arrays of columns cost more: asyncpg asks of each element whether it is an array too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from context_bridge.database import Turn

# One row for each journey. A refused turn is not in `saved`, and so writes nothing. Rows are locked in the order of
# their ids, so that two batches cannot wait for each other.
SAVE = """
WITH turn AS MATERIALIZED (
  SELECT * FROM unnest($1::pg_temp.turn_row[])
), locked AS MATERIALIZED (
  SELECT j.id FROM journey j JOIN turn t ON t.id = j.id AND t.expected = j.rev ORDER BY j.id FOR UPDATE OF j
), updated AS (
  UPDATE journey j
     SET rev = t.rev, menu = t.menu, version = t.version, status = t.status, customer = t.customer,
         contact = t.contact, channel = t.channel, node = t.node, updated_at = t.updated_at,
         expires_at = t.expires_at, body = t.body, step = t.step
    FROM turn t
   WHERE t.id = j.id AND t.expected = j.rev AND j.id IN (SELECT id FROM locked)
  RETURNING j.id
), inserted AS (
  INSERT INTO journey (id, rev, menu, version, status, customer, contact, channel, node, updated_at, expires_at, body,
                       step)
  SELECT id, rev, menu, version, status, customer, contact, channel, node, updated_at, expires_at, body, step
    FROM turn WHERE expected = 0 ORDER BY id
  ON CONFLICT DO NOTHING
  RETURNING id
), saved AS (
  SELECT id FROM updated UNION ALL SELECT id FROM inserted
), told AS (
  INSERT INTO history (journey, rev, at, kind, body, token)
  SELECT t.id, t.rev, t.at, t.kind, t.told, t.token FROM turn t JOIN saved s ON s.id = t.id
)"""
JOURNEY = {
    "id": "text", "rev": "bigint", "menu": "text", "version": "text", "status": "text", "customer": "text",
    "contact": "text", "channel": "text", "node": "text", "updated_at": "float8", "expires_at": "float8",
    "body": "text", "step": "text",
}  # fmt: skip
HISTORY = {"at": "float8", "kind": "text", "told": "text", "token": "bigint"}
_of_journey = itemgetter(*JOURNEY)
_of_history = itemgetter("at", "kind", "body", "token")


class Effect:
    """Rows that turns write beside their history. `columns`: name -> type, with `journey` among them."""

    def __init__(self, table: str, columns: Mapping[str, str], conflict: str = "DO NOTHING") -> None:
        self.table, self.columns, self._conflict = table, columns, conflict
        self.row = itemgetter(*columns)

    def sql(self, n: int) -> str:
        """Their part of `SAVE`; `$n` are the rows."""
        names = ", ".join(self.columns)
        return f"""
, {self.table}_rows AS (
  INSERT INTO {self.table} ({names})
  SELECT r.* FROM unnest(${n}::pg_temp.{self.table}_row[]) AS r JOIN saved s ON s.id = r.journey
  ON CONFLICT {self._conflict}
)"""  # noqa: S608  # names of our own tables are all that is in it


OUTBOX = Effect(
    "outbox",
    {
        "key": "text", "journey": "text", "kind": "text", "payload": "text", "due_at": "float8", "state": "text",
        "attempts": "int", "note": "text", "claimed_at": "float8",
    },
)  # fmt: skip
LINK = Effect(
    "link",
    {
        "token_hash": "text", "journey": "text", "step": "text", "trust": "int", "expires_at": "float8",
        "spent_at": "float8", "spent_by": "bigint",
    },
)  # fmt: skip
CALLBACK = Effect(
    "callback",
    {
        "id": "text", "journey": "text", "contact": "text", "number": "text", "queue": "text", "wanted": "text",
        "why": "text", "state": "text", "at": "float8",
    },
    "(id) DO UPDATE SET contact = excluded.contact, number = excluded.number, queue = excluded.queue,"
    " wanted = excluded.wanted, why = excluded.why, state = excluded.state, at = excluded.at",
)  # fmt: skip
ANSWER = Effect(
    "answer",
    {
        "contact": "text", "epoch": "bigint", "turn": "bigint", "journey": "text", "body": "text", "at": "float8",
        "token": "bigint",
    },
)  # fmt: skip


def _type(name: str, columns: Mapping[str, str]) -> str:
    return f"CREATE TYPE pg_temp.{name}_row AS ({', '.join(map(' '.join, columns.items()))});"


TYPES = _type("turn", {"expected": "bigint", **JOURNEY, **HISTORY}) + "".join(
    _type(effect.table, effect.columns) for effect in (OUTBOX, LINK, CALLBACK, ANSWER)
)


def saving(turns: Sequence[Turn]) -> tuple[str, list[list[tuple[Any, ...]]]]:
    """The statement for a batch, and its values. It answers with the ids of the journeys that were saved. The
    connection must have the `TYPES`."""
    effects = {
        OUTBOX: [row for turn in turns for row in turn.outbox],
        LINK: [row for turn in turns for row in turn.links],
        CALLBACK: [row for turn in turns for row in turn.callbacks],
        ANSWER: [row for turn in turns for row in turn.answers],
    }
    needed = tuple([effect for effect, rows in effects.items() if rows])
    written = [(turn.expected, *_of_journey(turn.journey), *_of_history(turn.history)) for turn in turns]
    return _statement(needed), [written, *(list(map(effect.row, effects[effect])) for effect in needed)]


@cache
def _statement(effects: tuple[Effect, ...]) -> str:
    parts = [effect.sql(n) for n, effect in enumerate(effects, 2)]
    return f"{SAVE}{''.join(parts)}\nSELECT id FROM saved"
