"""Plans of what a new calendar or procedure version changes, and how far their commands have been sent."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
CREATE TABLE change_plans (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    cases INTEGER NOT NULL,
    sent INTEGER DEFAULT 0 NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_change_plans PRIMARY KEY (number)
)
    """,
    "CREATE INDEX ix_change_plans_digest ON change_plans (digest)",
    """
CREATE TABLE change_plan_items (
    plan BIGINT NOT NULL,
    rank INTEGER NOT NULL,
    clock_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    step_id TEXT,
    former_due_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    reason TEXT NOT NULL,
    CONSTRAINT pk_change_plan_items PRIMARY KEY (plan, rank, clock_id)
)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
