"""What was published of the catalogue: every act, every version as it was published, and the last days of retired ones."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE catalog_editions (
        number INTEGER CONSTRAINT pk_catalog_editions PRIMARY KEY, act TEXT NOT NULL, by TEXT NOT NULL, note TEXT,
        at TIMESTAMPTZ NOT NULL)""",
    """CREATE TABLE catalog_versions (
        kind TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, file TEXT NOT NULL,
        document TEXT NOT NULL, definition TEXT NOT NULL, edition INTEGER NOT NULL,
        CONSTRAINT pk_catalog_versions PRIMARY KEY (kind, id, version))""",
    """CREATE TABLE catalog_ends (
        kind TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, last_day DATE NOT NULL, edition INTEGER NOT NULL,
        CONSTRAINT pk_catalog_ends PRIMARY KEY (kind, id, version, edition))""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        # Not as text(): a colon is no parameter.
        op.get_bind().exec_driver_sql(statement)
