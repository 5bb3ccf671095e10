"""The schema. Migrations create it; a test holds them to what stands here.

No foreign keys between the tables of the recording transaction: rows are written together, and each key would cost a
look-up per row on the busiest path. Indexes on `cases` and `worklist` avoid columns that change from turn to turn, so that an
update stays within its page (HOT).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    event,
    text,
)

from store.columns import VAULT, instant, key, metadata, text_of, written_at

ledger = Table(
    "ledger",
    metadata,
    key("case_id"),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    text_of("body"),
    Column("hash", LargeBinary, nullable=False),
    text_of("type"),
    instant("at"),
    written_at("recorded_at"),
    UniqueConstraint("position"),
)
"""Append-only; `body` is the record's canonical JSON, byte for byte what the hash covers. A trigger refuses changes."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("slot", SmallInteger, nullable=False),
    text_of("topic"),
    text_of("case_id"),
    Column("sequence", Integer, nullable=True),
    text_of("event_id"),
    text_of("name"),
    text_of("body", null=True),
    instant("at"),
    UniqueConstraint("event_id", "topic"),
)
"""Every message we owe to Kafka, kept for `republish`. `body` null: it is the ledger row's."""

outbox_unpublished = Table(
    "outbox_unpublished",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", SmallInteger, nullable=False),
    written_at("recorded_at"),
)
"""Rows of the outbox that Kafka has not acknowledged.

Apart, because a mark in the outbox itself would rewrite each row and all its index entries.
"""

applications = Table(
    "applications",
    metadata,
    key("case_id"),
    text_of("source"),
    text_of("application_id"),
    text_of("content_digest"),
    text_of("subject_ref"),
    instant("received_at"),
    text_of("opening"),
    Column("opened", Boolean, nullable=False, server_default=text("false")),
    written_at("recorded_at"),
    Index("ix_applications_unopened", "recorded_at", postgresql_where=text("NOT opened")),
)
"""Inbox of submissions. `opening` holds facts and references only: what starts the case again if its start was lost."""

commands = Table(
    "commands",
    metadata,
    key("case_id"),
    key("command_id"),
    Column("accepted", Boolean, nullable=False),
    text_of("refusal", null=True),
    written_at("settled_at"),
    text_of("digest", null=True),
)
"""Inbox of commands: how each ended. One id, one effect; a sender that uses an id for two cases means two commands.

`digest` is of what was asked, so that the same id with other content is refused; null: settled by an older program.
"""

waiting = Table(
    "waiting",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    text_of("case_id"),
    text_of("sender"),
    text_of("command_id"),
    text_of("body"),
    Column("size", Integer, nullable=False),
    instant("sent_at", null=True),
    written_at("recorded_at"),
    UniqueConstraint("case_id", "command_id"),
    Index("ix_waiting_sender", "case_id", "sender", "position"),
)
"""Commands that wait outside Temporal, since their sender has many unanswered ones in this case: handed over in the order of
`position`, sender by sender; `body` is the command's JSON. A row goes when its command is settled. `sent_at` is real time.
"""

systems = Table("systems", metadata, key("id"), text_of("body"), written_at("recorded_at"))
"""Submitting systems that were registered at run time, beside those of the catalogue; `body` is the definition's JSON."""

catalog_editions = Table(
    "catalog_editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    text_of("act"),
    text_of("by"),
    text_of("note", null=True),
    instant("at"),
)
"""Every act that changed what the catalogue says: `prepare`, `publish` or `retire`, by whom, and when (real time)."""

catalog_versions = Table(
    "catalog_versions",
    metadata,
    key("kind"),
    key("id"),
    key("version"),
    text_of("digest"),
    text_of("file"),
    text_of("document"),
    text_of("definition"),
    Column("edition", Integer, nullable=False),
)
"""Every version, for ever: `document` is the file as it was published, `definition` the JSON of what it says."""

catalog_ends = Table(
    "catalog_ends",
    metadata,
    key("kind"),
    key("id"),
    key("version"),
    Column("last_day", Date, nullable=False),
    Column("edition", Integer, primary_key=True, autoincrement=False),
)
"""The last days of versions that were retired; of several acts on one version the latest counts."""

definitions = Table("definitions", metadata, key("digest"), text_of("body"), written_at("recorded_at"))
"""What cases were decided under, for the auditor's replay; `digest` is the SHA-256 of `body`."""

dossier_codes = Table(
    "dossier_codes",
    metadata,
    key("agency_code"),
    Column("day", Date, primary_key=True),
    Column("last_ordinal", Integer, nullable=False),
)
"""The last ordinal an agency gave on a calendar date of the province."""

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    text_of("case_id"),
    Column("sequence", Integer, nullable=False),
    text_of("event_id"),
    text_of("channel"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    written_at("next_attempt_at"),
    instant("delivered_at", null=True),
    text_of("last_error", null=True),
    written_at("recorded_at"),
    UniqueConstraint("event_id", "channel"),
    Index("ix_alerts_due", "next_attempt_at", postgresql_where=text("delivered_at IS NULL")),
)
"""Deliveries by webhook and e-mail that are owed, apart from the case, which never waits for them."""

stack = Table("stack", metadata, key("key"), text_of("value"), written_at("recorded_at"))
"""What this installation remembers about itself: its business time, the Kafka cluster it filled."""

change_plans = Table(
    "change_plans",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    text_of("kind"),
    text_of("subject"),
    text_of("version"),
    text_of("digest"),
    text_of("body"),
    text_of("reason"),
    text_of("actor"),
    instant("planned_at"),
    Column("cases", Integer, nullable=False),
    Column("sent", Integer, nullable=False, server_default=text("0")),
    written_at("recorded_at"),
    Index("ix_change_plans_digest", "digest"),
)
"""What a new calendar or procedure version is to change (`body`: the version as JSON), and how many cases were told."""

change_plan_items = Table(
    "change_plan_items",
    metadata,
    Column("plan", BigInteger, primary_key=True, autoincrement=False),
    Column("rank", Integer, primary_key=True, autoincrement=False),
    key("clock_id"),
    text_of("case_id"),
    text_of("kind"),
    text_of("step_id", null=True),
    instant("former_due_at", null=True),
    instant("due_at", null=True),
    text_of("reason"),
)
"""How each clock's due instant is superseded; `rank` is the place of its case in the order in which cases are told.

One narrow key that only grows: a million rows are stored at the speed of the disk.
"""

change_plan_untold = Table(
    "change_plan_untold",
    metadata,
    Column("plan", BigInteger, primary_key=True, autoincrement=False),
    key("case_id"),
    text_of("code"),
    written_at("recorded_at"),
)
"""Cases of a plan that could not be told, with the code of why: they are tried again until they are told, or closed."""

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


def _create_vault(_: MetaData, connection: Connection, **__: object) -> None:
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {VAULT}"))


def _guard_ledger(_: Table, connection: Connection, **__: object) -> None:
    for statement in LEDGER_GUARD:
        connection.execute(text(statement))


event.listen(metadata, "before_create", _create_vault)
event.listen(ledger, "after_create", _guard_ledger)
