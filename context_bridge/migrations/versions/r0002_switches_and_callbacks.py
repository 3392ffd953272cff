"""Switches that ops flip live, and the calls that we owe.

A frozen copy of `tables.py` as it was then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "switch",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "callback",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("journey", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("callback_journey", "callback", ["journey"])
    op.create_index("callback_state", "callback", ["state", "at"])
