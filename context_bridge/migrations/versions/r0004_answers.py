"""Answers to webhooks, saved with their turns.

A frozen copy of `tables.py` as it was then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("epoch", sa.BigInteger, primary_key=True),
        sa.Column("turn", sa.BigInteger, primary_key=True),
        sa.Column("journey", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
    )
    op.create_index("answer_at", "answer", ["at"])
