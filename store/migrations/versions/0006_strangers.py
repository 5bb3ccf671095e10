"""What holds strangers at the door: digests of commands, commands that wait, systems that submit, texts of applicants; and
which cases of a plan could not be told.

Messages that Kafka took before this instant keep the ids that the ledgers of their cases know them by; `identity-since` in the
memory of a database that has cases says until when.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE commands ADD COLUMN digest TEXT",
    """CREATE TABLE waiting (
        position BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_waiting PRIMARY KEY,
        case_id TEXT NOT NULL, sender TEXT NOT NULL, command_id TEXT NOT NULL, body TEXT NOT NULL, size INTEGER NOT NULL,
        sent_at TIMESTAMPTZ, recorded_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        CONSTRAINT uq_waiting_case_id_command_id UNIQUE (case_id, command_id))""",
    "CREATE INDEX ix_waiting_sender ON waiting (case_id, sender, position)",
    """CREATE TABLE systems (
        id TEXT CONSTRAINT pk_systems PRIMARY KEY, body TEXT NOT NULL, recorded_at TIMESTAMPTZ NOT NULL DEFAULT now())""",
    """CREATE TABLE change_plan_untold (
        plan BIGINT NOT NULL, case_id TEXT NOT NULL, code TEXT NOT NULL, recorded_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        CONSTRAINT pk_change_plan_untold PRIMARY KEY (plan, case_id))""",
    """CREATE TABLE vault.texts (
        reference TEXT CONSTRAINT pk_texts PRIMARY KEY, subject_ref TEXT NOT NULL, content TEXT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL DEFAULT now())""",
    "CREATE INDEX ix_texts_subject_ref ON vault.texts (subject_ref)",
    """INSERT INTO stack (key, value)
        SELECT 'identity-since', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        WHERE EXISTS (SELECT FROM applications) ON CONFLICT DO NOTHING""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        # Not as text(): a colon is no parameter.
        op.get_bind().exec_driver_sql(statement)
