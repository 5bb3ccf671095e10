"""Linked dossiers: their read model, and which cases are theirs."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
CREATE TABLE dossiers (
    case_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    view TEXT NOT NULL,
    source TEXT NOT NULL,
    dossier_id TEXT NOT NULL,
    template TEXT,
    lead TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    holder TEXT,
    joint_due_at TIMESTAMP WITH TIME ZONE,
    joint_lawful_day DATE,
    joint_state TEXT NOT NULL,
    promised_at TIMESTAMP WITH TIME ZONE,
    applications INTEGER NOT NULL,
    released INTEGER NOT NULL,
    granted INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    next_due_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_dossiers PRIMARY KEY (case_id)
)
 WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_dossiers_open ON dossiers (opened_at, case_id) WHERE closed_at IS NULL",
    "CREATE INDEX ix_dossiers_source ON dossiers (source, dossier_id)",
    """
CREATE TABLE dossier_cases (
    case_id TEXT NOT NULL,
    dossier_id TEXT NOT NULL,
    name TEXT NOT NULL,
    round INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_dossier_cases PRIMARY KEY (case_id)
)
    """,
    "CREATE INDEX ix_dossier_cases_dossier_id ON dossier_cases (dossier_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
