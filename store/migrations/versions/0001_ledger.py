"""The ledger and what is written with it, the read models, the inbox, the vault."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LEDGER = (
    """
CREATE TABLE ledger (
    case_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    body TEXT NOT NULL,
    hash BYTEA NOT NULL,
    type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (case_id, sequence),
    CONSTRAINT uq_ledger_position UNIQUE (position)
)
    """,
    """
CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    slot SMALLINT NOT NULL,
    topic TEXT NOT NULL,
    case_id TEXT NOT NULL,
    sequence INTEGER,
    event_id TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_event_id_topic UNIQUE (event_id, topic)
)
    """,
    """
CREATE TABLE outbox_unpublished (
    id BIGINT NOT NULL,
    slot SMALLINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_outbox_unpublished PRIMARY KEY (id)
)
    """,
    """
CREATE TABLE dossier_codes (
    agency_code TEXT NOT NULL,
    day DATE NOT NULL,
    last_ordinal INTEGER NOT NULL,
    CONSTRAINT pk_dossier_codes PRIMARY KEY (agency_code, day)
)
    """,
    """
CREATE TABLE definitions (
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_definitions PRIMARY KEY (digest)
)
    """,
    """
CREATE TABLE alerts (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    case_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    delivered_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_alerts PRIMARY KEY (id),
    CONSTRAINT uq_alerts_event_id_channel UNIQUE (event_id, channel)
)
    """,
    "CREATE INDEX ix_alerts_due ON alerts (next_attempt_at) WHERE delivered_at IS NULL",
    """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
    """,
    """
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
    """,
)

READ_MODELS = (
    """
CREATE TABLE cases (
    case_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    hash BYTEA NOT NULL,
    view TEXT NOT NULL,
    dossier_code TEXT,
    source TEXT NOT NULL,
    application_id TEXT NOT NULL,
    procedure TEXT NOT NULL,
    procedure_version TEXT NOT NULL,
    agency TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT,
    lane TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    holder TEXT,
    statutory_due_at TIMESTAMP WITH TIME ZONE,
    statutory_lawful_day DATE,
    statutory_state TEXT,
    green_due_at TIMESTAMP WITH TIME ZONE,
    green_lawful_day DATE,
    green_state TEXT,
    next_due_at TIMESTAMP WITH TIME ZONE,
    result_code TEXT,
    breaches INTEGER NOT NULL,
    escalations_open INTEGER NOT NULL,
    CONSTRAINT pk_cases PRIMARY KEY (case_id)
)
 WITH (fillfactor = 70)
    """,
    "CREATE INDEX ix_cases_open ON cases (opened_at, case_id) WHERE closed_at IS NULL",
    "CREATE INDEX ix_cases_opened ON cases (opened_at, case_id)",
    "CREATE INDEX ix_cases_source ON cases (source)",
    "CREATE UNIQUE INDEX uq_cases_dossier_code ON cases (dossier_code) WHERE dossier_code IS NOT NULL",
    """
CREATE TABLE worklist (
    case_id TEXT NOT NULL,
    step_id TEXT NOT NULL,
    item TEXT NOT NULL,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    round INTEGER NOT NULL,
    name_vi TEXT NOT NULL,
    name_en TEXT NOT NULL,
    lane TEXT NOT NULL,
    procedure TEXT NOT NULL,
    dossier_code TEXT,
    assigned_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    overdue BOOLEAN NOT NULL,
    level INTEGER NOT NULL,
    officer TEXT,
    CONSTRAINT pk_worklist PRIMARY KEY (case_id, step_id)
)
 WITH (fillfactor = 80)
    """,
    "CREATE INDEX ix_worklist_department ON worklist (department, due_at)",
)

INBOX = (
    """
CREATE TABLE applications (
    case_id TEXT NOT NULL,
    source TEXT NOT NULL,
    application_id TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    subject_ref TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opening TEXT NOT NULL,
    opened BOOLEAN DEFAULT false NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_applications PRIMARY KEY (case_id)
)
    """,
    "CREATE INDEX ix_applications_unopened ON applications (recorded_at) WHERE NOT opened",
    """
CREATE TABLE commands (
    case_id TEXT NOT NULL,
    command_id TEXT NOT NULL,
    accepted BOOLEAN NOT NULL,
    refusal TEXT,
    settled_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_commands PRIMARY KEY (case_id, command_id)
)
    """,
    """
CREATE TABLE stack (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_stack PRIMARY KEY (key)
)
    """,
)

VAULT = (
    "CREATE SCHEMA IF NOT EXISTS vault",
    """
CREATE TABLE vault.subjects (
    subject_ref TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_subjects PRIMARY KEY (subject_ref)
)
    """,
    """
CREATE TABLE vault.documents (
    reference TEXT NOT NULL,
    subject_ref TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    content BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_documents PRIMARY KEY (reference)
)
    """,
    "CREATE INDEX ix_documents_subject_ref ON vault.documents (subject_ref)",
)


def upgrade() -> None:
    for statement in (*LEDGER, *READ_MODELS, *INBOX, *VAULT):
        op.execute(statement)
