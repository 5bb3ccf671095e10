"""Leaves and checkpoints, by which the past is provable, and the histories of runs that closed."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE log_leaves (
        log TEXT NOT NULL, number BIGINT NOT NULL, stream_id TEXT NOT NULL, sequence INTEGER NOT NULL, position BIGINT,
        hash BYTEA NOT NULL, recorded_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT pk_log_leaves PRIMARY KEY (log, number),
        CONSTRAINT uq_log_leaves_log_stream_id_sequence UNIQUE (log, stream_id, sequence))""",
    """CREATE TABLE log_blocks (
        log TEXT NOT NULL, number BIGINT NOT NULL, root BYTEA NOT NULL, CONSTRAINT pk_log_blocks PRIMARY KEY (log, number))""",
    """CREATE TABLE checkpoints (
        number INTEGER NOT NULL, at TIMESTAMPTZ NOT NULL, body TEXT NOT NULL, ledger_position BIGINT NOT NULL,
        writers TEXT NOT NULL, settled_position BIGINT NOT NULL, edges TEXT NOT NULL,
        CONSTRAINT pk_checkpoints PRIMARY KEY (number))""",
    """CREATE TABLE histories (
        workflow_id TEXT NOT NULL, run_id TEXT NOT NULL, workflow_type TEXT NOT NULL, started_at TIMESTAMPTZ NOT NULL,
        closed_at TIMESTAMPTZ NOT NULL, body BYTEA, left_out TEXT,
        exported_at TIMESTAMPTZ DEFAULT now() NOT NULL, CONSTRAINT pk_histories PRIMARY KEY (workflow_id, run_id))""",
    "CREATE INDEX ix_histories_closed_at ON histories (closed_at)",
    """
CREATE FUNCTION proof_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'proofs are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """CREATE TRIGGER log_leaves_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_leaves
        FOR EACH STATEMENT EXECUTE FUNCTION proof_is_append_only()""",
    """CREATE TRIGGER log_blocks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_blocks
        FOR EACH STATEMENT EXECUTE FUNCTION proof_is_append_only()""",
    """CREATE TRIGGER checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
        FOR EACH STATEMENT EXECUTE FUNCTION proof_is_append_only()""",
    """CREATE TRIGGER histories_append_only BEFORE UPDATE ON histories
        FOR EACH STATEMENT EXECUTE FUNCTION proof_is_append_only()""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        # Not as text(): a colon is no parameter.
        op.get_bind().exec_driver_sql(statement)
