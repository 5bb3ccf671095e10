"""The schema. Migrations create it; a test holds them to what stands here.

No foreign keys between the tables of the recording transaction: rows are written together, and each key would cost a
look-up per row on the busiest path. Indexes on `cases` and `worklist` avoid columns that change from turn to turn, so that an
update stays within its page (HOT).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

VAULT = "vault"
"""The schema of all personal data: rights on it are granted apart, and it is the only one that may hold them."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


def _instant(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=null)


def _written_at(name: str) -> Column[Any]:
    """An instant of real time, given by the database: for operators, never for a rule."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


ledger = Table(
    "ledger",
    metadata,
    _key("case_id"),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    _text("body"),
    Column("hash", LargeBinary, nullable=False),
    _text("type"),
    _instant("at"),
    _written_at("recorded_at"),
    UniqueConstraint("position"),
)
"""Append-only; `body` is the record's canonical JSON, byte for byte what the hash covers. A trigger refuses changes."""

cases = Table(
    "cases",
    metadata,
    _key("case_id"),
    Column("sequence", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    _text("view"),
    _text("dossier_code", null=True),
    _text("source"),
    _text("application_id"),
    _text("procedure"),
    _text("procedure_version"),
    _text("agency"),
    _text("status"),
    _text("outcome", null=True),
    _text("lane"),
    _instant("opened_at"),
    _instant("closed_at", null=True),
    _text("holder", null=True),
    _instant("statutory_due_at", null=True),
    Column("statutory_lawful_day", Date, nullable=True),
    _text("statutory_state", null=True),
    _instant("green_due_at", null=True),
    Column("green_lawful_day", Date, nullable=True),
    _text("green_state", null=True),
    Column("promises", JSONB, nullable=False),
    _instant("next_due_at", null=True),
    _text("result_code", null=True),
    Column("breaches", Integer, nullable=False),
    Column("escalations_open", Integer, nullable=False),
    Index("ix_cases_opened", "opened_at", "case_id"),
    Index("ix_cases_open", "opened_at", "case_id", postgresql_where=text("closed_at IS NULL")),
    Index("ix_cases_source", "source"),
    Index("uq_cases_dossier_code", "dossier_code", unique=True, postgresql_where=text("dossier_code IS NOT NULL")),
    postgresql_with={"fillfactor": "70"},
)
"""The head of each case (sequence, hash) and its read model; `view` is the model's JSON, the columns are read out of it."""

worklist = Table(
    "worklist",
    metadata,
    _key("case_id"),
    _key("step_id"),
    _text("item"),
    _text("department"),
    _text("kind"),
    Column("round", Integer, nullable=False),
    _text("name_vi"),
    _text("name_en"),
    _text("lane"),
    _text("procedure"),
    _text("dossier_code", null=True),
    _instant("assigned_at"),
    _instant("due_at", null=True),
    Column("overdue", Boolean, nullable=False),
    Column("level", Integer, nullable=False),
    _text("officer", null=True),
    _text("asked_by", null=True),
    _text("asked_by_department", null=True),
    _text("question", null=True),
    Column("late", JSONB, nullable=True),
    Index("ix_worklist_department", "department"),
    Index("ix_worklist_overdue", "case_id", postgresql_where=text("overdue")),
    postgresql_with={"fillfactor": "50"},
)
"""Steps that wait for a department; `item` is the row's JSON, the columns are read out of it.

Half of each page is kept free and no index holds a due instant, so that a new calendar moves a million of them in place.
"""

escalations = Table(
    "escalations",
    metadata,
    _key("case_id"),
    _key("escalation_id"),
    Column("linked", Boolean, nullable=False),
    _text("dossier_code", null=True),
    _text("dossier_id", null=True),
    _text("procedure", null=True),
    _text("agency"),
    _text("clock_id"),
    _text("clock_kind"),
    _text("step_id", null=True),
    _text("name_vi", null=True),
    _text("name_en", null=True),
    _text("department"),
    _text("holder", null=True),
    _text("audience"),
    _text("audience_department", null=True),
    _text("kind"),
    Column("level", Integer, nullable=False),
    _instant("fired_at"),
    Column("is_open", Boolean, nullable=False),
    Column("acknowledged", Boolean, nullable=False),
    _instant("limit_at", null=True),
    Column("late", JSONB, nullable=True),
    Index(
        "ix_escalations_open",
        text("level DESC"),
        "limit_at",
        "fired_at",
        postgresql_include=["department", "audience", "audience_department"],
        postgresql_where=text("is_open"),
    ),
)
"""Rungs after a breach that may be acknowledged, or were, of cases and of linked dossiers."""

dossiers = Table(
    "dossiers",
    metadata,
    _key("case_id"),
    Column("sequence", Integer, nullable=False),
    _text("view"),
    _text("source"),
    _text("dossier_id"),
    _text("template", null=True),
    _text("lead"),
    _text("status"),
    _text("outcome", null=True),
    _instant("opened_at"),
    _instant("closed_at", null=True),
    _text("holder", null=True),
    _instant("joint_due_at", null=True),
    Column("joint_lawful_day", Date, nullable=True),
    _text("joint_state"),
    _instant("promised_at", null=True),
    Column("applications", Integer, nullable=False),
    Column("released", Integer, nullable=False),
    Column("granted", Integer, nullable=False),
    Column("blocked", Integer, nullable=False),
    _instant("next_due_at", null=True),
    Index("ix_dossiers_open", "opened_at", "case_id", postgresql_where=text("closed_at IS NULL")),
    Index("ix_dossiers_source", "source", "dossier_id"),
    postgresql_with={"fillfactor": "70"},
)
"""The read model of each linked dossier; `case_id` is its stream in the ledger, `view` the model's JSON."""

dossier_cases = Table(
    "dossier_cases",
    metadata,
    _key("case_id"),
    _text("dossier_id"),
    _text("name"),
    Column("round", Integer, nullable=False),
    _written_at("recorded_at"),
    Index("ix_dossier_cases_dossier_id", "dossier_id"),
)
"""Which case is which application of which dossier: so that an end that was never told is found."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("slot", SmallInteger, nullable=False),
    _text("topic"),
    _text("case_id"),
    Column("sequence", Integer, nullable=True),
    _text("event_id"),
    _text("name"),
    _text("body", null=True),
    _instant("at"),
    UniqueConstraint("event_id", "topic"),
)
"""Every message we owe to Kafka, kept for `republish`. `body` null: it is the ledger row's."""

outbox_unpublished = Table(
    "outbox_unpublished",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", SmallInteger, nullable=False),
    _written_at("recorded_at"),
)
"""Rows of the outbox that Kafka has not acknowledged.

Apart, because a mark in the outbox itself would rewrite each row and all its index entries.
"""

applications = Table(
    "applications",
    metadata,
    _key("case_id"),
    _text("source"),
    _text("application_id"),
    _text("content_digest"),
    _text("subject_ref"),
    _instant("received_at"),
    _text("opening"),
    Column("opened", Boolean, nullable=False, server_default=text("false")),
    _written_at("recorded_at"),
    Index("ix_applications_unopened", "recorded_at", postgresql_where=text("NOT opened")),
)
"""Inbox of submissions. `opening` holds facts and references only: what starts the case again if its start was lost."""

commands = Table(
    "commands",
    metadata,
    _key("case_id"),
    _key("command_id"),
    Column("accepted", Boolean, nullable=False),
    _text("refusal", null=True),
    _written_at("settled_at"),
    _text("digest", null=True),
)
"""Inbox of commands: how each ended. One id, one effect; a sender that uses an id for two cases means two commands.

`digest` is of what was asked, so that the same id with other content is refused; null: settled by an older program.
"""

waiting = Table(
    "waiting",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    _text("case_id"),
    _text("sender"),
    _text("command_id"),
    _text("body"),
    Column("size", Integer, nullable=False),
    _instant("sent_at", null=True),
    _written_at("recorded_at"),
    UniqueConstraint("case_id", "command_id"),
    Index("ix_waiting_sender", "case_id", "sender", "position"),
)
"""Commands that wait outside Temporal, since their sender has many unanswered ones in this case: handed over in the order of
`position`, sender by sender; `body` is the command's JSON. A row goes when its command is settled. `sent_at` is real time.
"""

systems = Table("systems", metadata, _key("id"), _text("body"), _written_at("recorded_at"))
"""Submitting systems that were registered at run time, beside those of the catalogue; `body` is the definition's JSON."""

catalog_editions = Table(
    "catalog_editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("act"),
    _text("by"),
    _text("note", null=True),
    _instant("at"),
)
"""Every act that changed what the catalogue says: `prepare`, `publish` or `retire`, by whom, and when (real time)."""

catalog_versions = Table(
    "catalog_versions",
    metadata,
    _key("kind"),
    _key("id"),
    _key("version"),
    _text("digest"),
    _text("file"),
    _text("document"),
    _text("definition"),
    Column("edition", Integer, nullable=False),
)
"""Every version, for ever: `document` is the file as it was published, `definition` the JSON of what it says."""

catalog_ends = Table(
    "catalog_ends",
    metadata,
    _key("kind"),
    _key("id"),
    _key("version"),
    Column("last_day", Date, nullable=False),
    Column("edition", Integer, primary_key=True, autoincrement=False),
)
"""The last days of versions that were retired; of several acts on one version the latest counts."""

definitions = Table("definitions", metadata, _key("digest"), _text("body"), _written_at("recorded_at"))
"""What cases were decided under, for the auditor's replay; `digest` is the SHA-256 of `body`."""

dossier_codes = Table(
    "dossier_codes",
    metadata,
    _key("agency_code"),
    Column("day", Date, primary_key=True),
    Column("last_ordinal", Integer, nullable=False),
)
"""The last ordinal an agency gave on a calendar date of the province."""

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _text("case_id"),
    Column("sequence", Integer, nullable=False),
    _text("event_id"),
    _text("channel"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _written_at("next_attempt_at"),
    _instant("delivered_at", null=True),
    _text("last_error", null=True),
    _written_at("recorded_at"),
    UniqueConstraint("event_id", "channel"),
    Index("ix_alerts_due", "next_attempt_at", postgresql_where=text("delivered_at IS NULL")),
)
"""Deliveries by webhook and e-mail that are owed, apart from the case, which never waits for them."""

stack = Table("stack", metadata, _key("key"), _text("value"), _written_at("recorded_at"))
"""What this installation remembers about itself: its business time, the Kafka cluster it filled."""

change_plans = Table(
    "change_plans",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    _text("kind"),
    _text("subject"),
    _text("version"),
    _text("digest"),
    _text("body"),
    _text("reason"),
    _text("actor"),
    _instant("planned_at"),
    Column("cases", Integer, nullable=False),
    Column("sent", Integer, nullable=False, server_default=text("0")),
    _written_at("recorded_at"),
    Index("ix_change_plans_digest", "digest"),
)
"""What a new calendar or procedure version is to change (`body`: the version as JSON), and how many cases were told."""

change_plan_items = Table(
    "change_plan_items",
    metadata,
    Column("plan", BigInteger, primary_key=True, autoincrement=False),
    Column("rank", Integer, primary_key=True, autoincrement=False),
    _key("clock_id"),
    _text("case_id"),
    _text("kind"),
    _text("step_id", null=True),
    _instant("former_due_at", null=True),
    _instant("due_at", null=True),
    _text("reason"),
)
"""How each clock's due instant is superseded; `rank` is the place of its case in the order in which cases are told.

One narrow key that only grows: a million rows are stored at the speed of the disk.
"""

change_plan_untold = Table(
    "change_plan_untold",
    metadata,
    Column("plan", BigInteger, primary_key=True, autoincrement=False),
    _key("case_id"),
    _text("code"),
    _written_at("recorded_at"),
)
"""Cases of a plan that could not be told, with the code of why: they are tried again until they are told, or closed."""

subjects = Table("subjects", metadata, _key("subject_ref"), _text("data"), _written_at("created_at"), schema=VAULT)
"""Personal data of applicants."""

documents = Table(
    "documents",
    metadata,
    _key("reference"),
    _text("subject_ref"),
    _text("kind"),
    _text("name"),
    _text("media_type"),
    Column("content", LargeBinary, nullable=False),
    _written_at("created_at"),
    Index("ix_documents_subject_ref", "subject_ref"),
    schema=VAULT,
)
"""Uploaded files of applicants."""

texts = Table(
    "texts",
    metadata,
    _key("reference"),
    _text("subject_ref"),
    _text("content"),
    _written_at("created_at"),
    Index("ix_texts_subject_ref", "subject_ref"),
    schema=VAULT,
)
"""What applicants wrote in their own words beside their application: events only refer to it."""

LEDGER_GUARD = (
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
"""A slip of a tool or an operator fails loudly; who tampers on purpose is found by the hash chain."""


def _create_vault(_: MetaData, connection: Connection, **__: Any) -> None:
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {VAULT}"))


def _guard_ledger(_: Table, connection: Connection, **__: Any) -> None:
    for statement in LEDGER_GUARD:
        connection.execute(text(statement))


event.listen(metadata, "before_create", _create_vault)
event.listen(ledger, "after_create", _guard_ledger)
