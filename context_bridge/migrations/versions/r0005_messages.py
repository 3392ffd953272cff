"""Messages: what was sent as what, what became of it, what customers wrote to, and what they want of us.

A frozen copy of `tables.py` as it was then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "intent",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("tried_at", sa.Double),
        sa.Column("sid", sa.Text),
    )
    op.create_index("intent_sid", "intent", ["sid"], unique=True)
    op.create_index("intent_at", "intent", ["at"])
    op.create_table(
        "delivery",
        sa.Column("sid", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("delivery_at", "delivery", ["at"])
    op.create_table(
        "thread",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("ours", sa.Text, nullable=False),
        sa.Column("theirs", sa.Text, nullable=False),
        sa.Column("heard_at", sa.Double, nullable=False),
    )
    op.create_index("thread_theirs", "thread", ["theirs", "heard_at"])
    op.create_index("thread_heard_at", "thread", ["heard_at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("consent_address", "consent", ["address", "at"])
