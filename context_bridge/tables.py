"""The schema, once, for both databases. A change here needs a migration; a test compares the two.

Times are Unix seconds, UTC. Ids are random text or keyed hashes, so two databases can be merged. No foreign keys: a
turn writes up to four tables in one statement, and their checks would cost it more than the writes (`purge` removes
what hangs on a journey in the same transaction).

An index on `journey` may hold only columns that do not change at each turn: PostgreSQL then updates the row within
its page (HOT), and the fill factor leaves room for that.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Double, Index, Integer, MetaData, Table, Text, text

metadata = MetaData()


def _only(condition: str) -> dict[str, Any]:
    """The options of a partial index, for both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


journey = Table(
    "journey",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("menu", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("customer", Text),
    Column("contact", Text),
    Column("channel", Text),
    Column("node", Text),
    Column("updated_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("body", Text, nullable=False),  # the snapshot, see codec.py
    Column("step", Text),  # as the snapshot has it, to be counted by
    Index("journey_customer", "customer", **_only("customer IS NOT NULL")),
    Index("journey_contact", "contact", **_only("contact IS NOT NULL")),
    Index("journey_node", "node", **_only("contact IS NOT NULL")),
    Index("journey_expires_at", "expires_at"),
    Index("journey_open", "menu", **_only("status NOT IN ('finished', 'expired')")),
    postgresql_with={"fillfactor": "70"},
)

history = Table(
    "history",
    metadata,
    Column("journey", Text, primary_key=True),
    Column("rev", BigInteger, primary_key=True),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    # Random for each save. A writer that lost its connection at COMMIT finds here whether the turn is its own.
    Column("token", BigInteger, nullable=False),
    Index("history_at", "at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("journey", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("claimed_at", Double),
    Index("outbox_journey", "journey"),
    Index("outbox_open", "due_at", **_only("state IN ('waiting', 'sending')")),
)

link = Table(
    "link",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("journey", Text, nullable=False),
    Column("step", Text),
    Column("trust", Integer, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("spent_at", Double),
    Column("spent_by", BigInteger),  # random for each attempt, as history.token
    Index("link_journey", "journey"),
)

flow = Table(
    "flow",
    metadata,
    Column("menu", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("source", Text, nullable=False),
)

published = Table(
    "published",
    metadata,
    Column("menu", Text, primary_key=True),
    Column("n", BigInteger, primary_key=True),  # 1, 2, 3, …; the highest is in force
    Column("version", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("author", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("moved", Text, nullable=False),  # JSON: step that is gone -> step to go on at
    Column("rolled_back_from", Text),
    Column("token", BigInteger, nullable=False),  # random for each attempt, as history.token
)

switch = Table(
    "switch",
    metadata,
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),  # on or off
    Column("who", Text, nullable=False),
    Column("at", Double, nullable=False),
)

speech_keeping = Table(
    "speech_keeping",
    metadata,
    Column("name", Text, primary_key=True),  # there is one row: speech
    Column("until", Double, nullable=False),  # 0: it was stopped
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Double, nullable=False),
)

callback = Table(
    "callback",
    metadata,
    Column("id", Text, primary_key=True),
    Column("journey", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("wanted", Text, nullable=False),  # when the customer wants it, in words (WHEN is a word of SQL)
    Column("why", Text, nullable=False),
    Column("state", Text, nullable=False),  # open or done
    Column("at", Double, nullable=False),
    Index("callback_journey", "journey"),
    Index("callback_state", "state", "at"),
)

answer = Table(
    "answer",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("turn", BigInteger, primary_key=True),
    Column("journey", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("token", BigInteger, nullable=False),  # that of the history row of the same turn
    Index("answer_at", "at"),
)

intent = Table(  # that a message is being sent, written before it is; a text of several messages has several parts
    "intent",
    metadata,
    Column("key", Text, primary_key=True),  # of the outbox
    Column("part", Integer, primary_key=True),
    Column("at", Double, nullable=False),  # of the first attempt
    Column("tried_at", Double),  # of the attempt whose outcome nobody knows yet
    Column("sid", Text),  # what the provider calls it
    Index("intent_sid", "sid", unique=True),
    Index("intent_at", "at"),
)

delivery = Table(  # what became of a message; may be known before we know what it is called
    "delivery",
    metadata,
    Column("sid", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("rank", Integer, nullable=False),  # it only grows
    Column("code", Text, nullable=False),  # the provider's error; empty: none
    Column("at", Double, nullable=False),
    Index("delivery_at", "at"),
)

thread = Table(  # an address of a customer's that writes to one of ours
    "thread",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("ours", Text, nullable=False),
    Column("theirs", Text, nullable=False),
    Column("heard_at", Double, nullable=False),
    Index("thread_theirs", "theirs", "heard_at"),
    Index("thread_heard_at", "heard_at"),
)

consent = Table(  # a ledger: the last line of an address counts
    "consent",
    metadata,
    Column("id", Text, primary_key=True),  # of the message that said so
    Column("address", Text, nullable=False),
    Column("wish", Text, nullable=False),  # stop or start
    Column("why", Text, nullable=False),
    Column("at", Double, nullable=False),
    Index("consent_address", "address", "at"),
)

customer = Table(  # whom we know by name
    "customer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

identifier = Table(
    "identifier",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("customer", Text, primary_key=True),
    Index("identifier_customer", "customer"),
)
