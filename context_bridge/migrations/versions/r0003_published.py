"""Which versions of menus were put in force; and the step of each journey as a column, to count who stands where.

A frozen copy of `tables.py` as it was then.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"

OPEN = sa.text("status NOT IN ('finished', 'expired')")
STEP = {"sqlite": "json_extract(body, '$.journey.step')", "postgresql": "body::json #>> '{journey,step}'"}


def upgrade() -> None:
    op.create_table(
        "published",
        sa.Column("menu", sa.Text, primary_key=True),
        sa.Column("n", sa.BigInteger, primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("moved", sa.Text, nullable=False),
        sa.Column("rolled_back_from", sa.Text),
        sa.Column("token", sa.BigInteger, nullable=False),
    )
    op.add_column("journey", sa.Column("step", sa.Text))
    op.execute(f"UPDATE journey SET step = {STEP[context.get_context().dialect.name]}")  # noqa: S608  # our own words
    op.create_index("journey_open", "journey", ["menu"], sqlite_where=OPEN, postgresql_where=OPEN)
