"""Escalations as rows of their own; and of waiting steps, how late they are, and who asks what of a consulted department."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE escalations (
        case_id TEXT NOT NULL, escalation_id TEXT NOT NULL, linked BOOLEAN NOT NULL, dossier_code TEXT, dossier_id TEXT,
        procedure TEXT, agency TEXT NOT NULL, clock_id TEXT NOT NULL, clock_kind TEXT NOT NULL, step_id TEXT, name_vi TEXT,
        name_en TEXT, department TEXT NOT NULL, holder TEXT, audience TEXT NOT NULL, audience_department TEXT,
        kind TEXT NOT NULL, level INTEGER NOT NULL, fired_at TIMESTAMPTZ NOT NULL, is_open BOOLEAN NOT NULL,
        acknowledged BOOLEAN NOT NULL, limit_at TIMESTAMPTZ, late JSONB,
        CONSTRAINT pk_escalations PRIMARY KEY (case_id, escalation_id))""",
    """CREATE INDEX ix_escalations_open ON escalations (level DESC, limit_at, fired_at)
        INCLUDE (department, audience, audience_department) WHERE is_open""",
    "CREATE INDEX ix_worklist_overdue ON worklist (case_id) WHERE overdue",
    """ALTER TABLE worklist ADD COLUMN asked_by TEXT, ADD COLUMN asked_by_department TEXT, ADD COLUMN question TEXT,
        ADD COLUMN late JSONB""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        # Not as text(): a colon is no parameter.
        op.get_bind().exec_driver_sql(statement)
