"""The statement by which PostgreSQL saves a batch of turns: all of them in one round trip, and one commit.

A statement has the parts that its batch needs. Most turns have no effects but an answer; with the others' parts in it
a batch of one or four turns took an eighth to a fifth more time, here and in the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from context_bridge.database import Turn

# One row for each journey. A refused turn is not in `saved`, and so writes nothing. Rows are locked in the order of
# their ids, so that two batches cannot wait for each other.
SAVE = """
WITH turn AS MATERIALIZED (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::text[], $10::text[], $11::float8[], $12::float8[], $13::text[],
                       $14::text[], $15::float8[], $16::text[], $17::text[], $18::bigint[])
    AS t(expected, id, rev, menu, version, status, customer, contact, channel, node, updated_at, expires_at, body,
         step, at, kind, told, token)
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
JOURNEY_COLUMNS = (
    "id", "rev", "menu", "version", "status", "customer", "contact", "channel", "node", "updated_at", "expires_at",
    "body", "step",
)  # fmt: skip
HISTORY_COLUMNS = ("at", "kind", "body", "token")


@dataclass(frozen=True, slots=True)
class Effect:
    """Rows that turns write beside their history. `columns`: name -> type, with `journey` among them."""

    table: str
    columns: Mapping[str, str]
    conflict: str = "DO NOTHING"

    def sql(self, first: int) -> str:
        """Their part of `SAVE`; its values are those from `$first` on."""
        names = ", ".join(self.columns)
        values = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(self.columns.values(), first))
        return f"""
, {self.table}_rows AS (
  INSERT INTO {self.table} ({names})
  SELECT r.* FROM unnest({values}) AS r({names}) JOIN saved s ON s.id = r.journey
  ON CONFLICT {self.conflict}
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


def saving(turns: Sequence[Turn]) -> tuple[str, list[list[Any]]]:
    """The statement for a batch, and its values. It answers with the ids of the journeys that were saved."""
    arguments = [
        [turn.expected for turn in turns],
        *([turn.journey[name] for turn in turns] for name in JOURNEY_COLUMNS),
        *([turn.history[name] for turn in turns] for name in HISTORY_COLUMNS),
    ]
    statement = SAVE
    for effect, rows in (
        (OUTBOX, [row for turn in turns for row in turn.outbox]),
        (LINK, [row for turn in turns for row in turn.links]),
        (CALLBACK, [row for turn in turns for row in turn.callbacks]),
        (ANSWER, [row for turn in turns for row in turn.answers]),
    ):
        if rows:
            statement += effect.sql(len(arguments) + 1)
            arguments += ([row[name] for row in rows] for name in effect.columns)
    return f"{statement}\nSELECT id FROM saved", arguments
