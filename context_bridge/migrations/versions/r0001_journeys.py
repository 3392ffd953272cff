"""Journeys with their history, outbox and links; flows; customers and what points to them.

A frozen copy of `tables.py` as it was then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _journeys()
    _effects()
    _flows_and_customers()


def _index(name: str, table: str, column: str, only: str | None = None) -> None:
    where = None if only is None else sa.text(only)
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def _journeys() -> None:
    op.create_table(
        "journey",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("rev", sa.BigInteger, nullable=False),
        sa.Column("menu", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("customer", sa.Text),
        sa.Column("contact", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("node", sa.Text),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        postgresql_with={"fillfactor": "70"},
    )
    _index("journey_customer", "journey", "customer", "customer IS NOT NULL")
    _index("journey_contact", "journey", "contact", "contact IS NOT NULL")
    _index("journey_node", "journey", "node", "contact IS NOT NULL")
    _index("journey_expires_at", "journey", "expires_at")
    op.create_table(
        "history",
        sa.Column("journey", sa.Text, primary_key=True),
        sa.Column("rev", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
    )
    _index("history_at", "history", "at")


def _effects() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("journey", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.Double),
    )
    _index("outbox_journey", "outbox", "journey")
    _index("outbox_open", "outbox", "due_at", "state IN ('waiting', 'sending')")
    op.create_table(
        "link",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("journey", sa.Text, nullable=False),
        sa.Column("step", sa.Text),
        sa.Column("trust", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("spent_at", sa.Double),
        sa.Column("spent_by", sa.BigInteger),
    )
    _index("link_journey", "link", "journey")


def _flows_and_customers() -> None:
    op.create_table(
        "flow",
        sa.Column("menu", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "identifier",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("customer", sa.Text, primary_key=True),
    )
    _index("identifier_customer", "identifier", "customer")
