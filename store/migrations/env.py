"""Runs migrations on the connection that `Store.migrate` hands over; there is no alembic.ini."""

from __future__ import annotations

from alembic import context

from store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_schemas=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
