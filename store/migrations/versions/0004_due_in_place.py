"""A due instant of the worklist is changed in place: no index holds it, and pages keep room for the new row."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP INDEX ix_worklist_department",
    "CREATE INDEX ix_worklist_department ON worklist (department)",
    "ALTER TABLE worklist SET (fillfactor = 50)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
