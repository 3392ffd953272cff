"""Alembic runs this to write the SQL of the revisions for one database (`context_bridge.migrate` runs it).

A new revision: a file in `versions/` with its own `revision`, the former one as `down_revision`, and an `upgrade`.
"""

from alembic import context

# No BEGIN and COMMIT in the text: whoever runs it holds the transaction, with the lock taken first.
context.configure(dialect_name=context.config.attributes["dialect"], literal_binds=True, transactional_ddl=False)
context.run_migrations()
