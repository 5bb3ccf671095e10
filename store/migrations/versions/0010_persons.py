"""Reads and erasures on record; what lies in the vault sealed."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE reads (
        position BIGINT GENERATED ALWAYS AS IDENTITY, at TIMESTAMPTZ DEFAULT clock_timestamp() NOT NULL,
        account TEXT NOT NULL, actor TEXT NOT NULL, door TEXT NOT NULL, purpose TEXT NOT NULL, case_id TEXT, subject TEXT,
        as_of TIMESTAMPTZ, known_at TIMESTAMPTZ, filter TEXT, count INTEGER NOT NULL, hash BYTEA NOT NULL,
        CONSTRAINT pk_reads PRIMARY KEY (position))""",
    "CREATE INDEX ix_reads_case_id ON reads (case_id, position) WHERE case_id IS NOT NULL",
    "CREATE INDEX ix_reads_subject ON reads (subject, position) WHERE subject IS NOT NULL",
    """CREATE TABLE erasures (
        subject_ref TEXT NOT NULL, erased_at TIMESTAMPTZ NOT NULL, reason TEXT NOT NULL, legal_basis TEXT NOT NULL,
        actor TEXT NOT NULL, approved_by TEXT NOT NULL, cases INTEGER NOT NULL, documents INTEGER NOT NULL,
        CONSTRAINT pk_erasures PRIMARY KEY (subject_ref))""",
    """
CREATE FUNCTION records_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is on record is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE FUNCTION reads_are_said_by_the_database() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog AS $$
BEGIN
    IF least(NEW.as_of, NEW.known_at) < '0001-01-01T00:00:00Z'
        OR greatest(NEW.as_of, NEW.known_at) >= '10000-01-01T00:00:00Z' THEN
        RAISE EXCEPTION 'a read is as of an instant of our calendar' USING ERRCODE = 'check_violation';
    END IF;
    NEW.account := session_user;
    SELECT sha256(convert_to(row_to_json(said)::text, 'UTF8')) INTO NEW.hash FROM (
        SELECT
            NEW.account AS account, NEW.actor AS actor,
            to_char(NEW.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS as_of,
            NEW.case_id AS case_id, NEW.count AS count, NEW.door AS door, NEW.filter AS filter,
            to_char(NEW.known_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS known_at,
            NEW.purpose AS purpose, NEW.subject AS subject
    ) AS said;
    RETURN NEW;
END $$
""",
    """CREATE TRIGGER reads_said_by_the_database BEFORE INSERT ON reads
        FOR EACH ROW EXECUTE FUNCTION reads_are_said_by_the_database()""",
    """CREATE TRIGGER reads_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reads
        FOR EACH STATEMENT EXECUTE FUNCTION records_are_append_only()""",
    """CREATE TRIGGER erasures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erasures
        FOR EACH STATEMENT EXECUTE FUNCTION records_are_append_only()""",
    # What stands was signed before there were reads.
    "ALTER TABLE checkpoints ADD COLUMN reads_position BIGINT DEFAULT 0 NOT NULL",
    "ALTER TABLE checkpoints ADD COLUMN settled_reads BIGINT DEFAULT 0 NOT NULL",
    """CREATE TABLE vault.subjects (
        subject_ref TEXT NOT NULL, kind TEXT NOT NULL, key_id TEXT, wrapped_key BYTEA,
        created_at TIMESTAMPTZ DEFAULT now() NOT NULL, erased_at TIMESTAMPTZ,
        CONSTRAINT pk_subjects PRIMARY KEY (subject_ref))""",
    """CREATE TABLE vault.entries (
        stream_id TEXT NOT NULL, subject_ref TEXT NOT NULL, sealed BYTEA NOT NULL,
        created_at TIMESTAMPTZ DEFAULT now() NOT NULL, CONSTRAINT pk_entries PRIMARY KEY (stream_id))""",
    "CREATE INDEX ix_entries_subject_ref ON vault.entries (subject_ref)",
    """CREATE TABLE vault.documents (
        reference TEXT NOT NULL, subject_ref TEXT NOT NULL, stream_id TEXT NOT NULL, kind TEXT NOT NULL,
        sealed_name BYTEA NOT NULL, sealed_media_type BYTEA NOT NULL, sealed_content BYTEA NOT NULL,
        created_at TIMESTAMPTZ DEFAULT now() NOT NULL, CONSTRAINT pk_documents PRIMARY KEY (reference))""",
    "CREATE INDEX ix_documents_subject_ref ON vault.documents (subject_ref)",
    """CREATE TABLE vault.texts (
        reference TEXT NOT NULL, subject_ref TEXT NOT NULL, stream_id TEXT NOT NULL, sealed BYTEA NOT NULL,
        created_at TIMESTAMPTZ DEFAULT now() NOT NULL, CONSTRAINT pk_texts PRIMARY KEY (reference))""",
    "CREATE INDEX ix_texts_subject_ref ON vault.texts (subject_ref)",
    """CREATE TABLE vault.indexes (
        kind TEXT NOT NULL, digest BYTEA NOT NULL, subject_ref TEXT NOT NULL,
        CONSTRAINT pk_indexes PRIMARY KEY (kind, digest, subject_ref))""",
    "CREATE UNIQUE INDEX uq_indexes_number ON vault.indexes (digest) WHERE kind = 'number'",
    "CREATE INDEX ix_indexes_subject_ref ON vault.indexes (subject_ref)",
    """CREATE TABLE vault.keys (
        name TEXT NOT NULL, key_id TEXT NOT NULL, wrapped_key BYTEA NOT NULL,
        created_at TIMESTAMPTZ DEFAULT now() NOT NULL, CONSTRAINT pk_keys PRIMARY KEY (name))""",
    """CREATE TABLE vault.letters (
        reference TEXT NOT NULL, key_id TEXT NOT NULL, wrapped_key BYTEA NOT NULL,
        created_at TIMESTAMPTZ DEFAULT now() NOT NULL, CONSTRAINT pk_letters PRIMARY KEY (reference))""",
)

FORMER = (
    ("subjects", "former_persons", ()),
    ("documents", "former_documents", ("ix_{0}_subject_ref",)),
    ("texts", "former_texts", ("ix_{0}_subject_ref",)),
)
"""What lies in clear from before, and what it is called until it is sealed, with its indexes."""
FILLED = ("applications", *(f"vault.{table}" for table, *_ in FORMER))
IS_EMPTY = " AND ".join(f"NOT EXISTS (SELECT FROM {table})" for table in FILLED)
"""Nothing was ever submitted: else the digests of what was are keyed too."""


def upgrade() -> None:
    is_empty = op.get_bind().exec_driver_sql(f"SELECT {IS_EMPTY}").scalar()
    for table, former, indexes in FORMER:
        if is_empty:
            op.get_bind().exec_driver_sql(f"DROP TABLE vault.{table}")
            continue
        op.get_bind().exec_driver_sql(f"ALTER TABLE vault.{table} RENAME TO {former}")
        for index in ("pk_{0}", *indexes):
            op.get_bind().exec_driver_sql(f"ALTER INDEX vault.{index.format(table)} RENAME TO {index.format(former)}")
    for statement in STATEMENTS:
        # Not as text(): a colon is no parameter.
        op.get_bind().exec_driver_sql(statement)
