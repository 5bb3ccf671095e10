"""A case's row has both promises with both ends.

What they say comes out of the ledger, when the read models are folded again; until then the rows of an older version say that
nothing was promised, so that they can be read, and a program of the older version can write no row without.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """ALTER TABLE cases ADD COLUMN promises JSONB NOT NULL DEFAULT '{"statutory":null,"green":null}'""",
    "ALTER TABLE cases ALTER COLUMN promises DROP DEFAULT",
    """UPDATE cases SET view = left(view, -1) || ',"promises":{"statutory":null,"green":null}}'""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        # Not as text(): a colon in the JSON is no parameter.
        op.get_bind().exec_driver_sql(statement)
