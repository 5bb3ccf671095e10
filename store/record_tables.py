"""What is on record beside the ledger: who read what, and whose personal data were erased."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    event,
    func,
    text,
)

from store.columns import instant, key, metadata, text_of

reads = Table(
    "reads",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    text_of("account"),
    text_of("actor"),
    text_of("door"),
    text_of("purpose"),
    text_of("case_id", null=True),
    text_of("subject", null=True),
    instant("as_of", null=True),
    instant("known_at", null=True),
    text_of("filter", null=True),
    Column("count", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_reads_case_id", "case_id", "position", postgresql_where=text("case_id IS NOT NULL")),
    Index("ix_reads_subject", "subject", "position", postgresql_where=text("subject IS NOT NULL")),
)
"""Append-only: who looked at what, when (`at`, real time), by which door, and why. `actor` and `filter` are JSON.

`account` is the role of the database that put it there, and `hash` SHA-256 of the canonical JSON of all columns but position, at
and hash: both are said by a trigger, whatever the statement says. A list is one row, with its filter and how much it showed.
`as_of` and `known_at` are business instants of a replay.
"""

erasures = Table(
    "erasures",
    metadata,
    key("subject_ref"),
    instant("erased_at"),
    text_of("reason"),
    text_of("legal_basis"),
    text_of("actor"),
    text_of("approved_by"),
    Column("cases", Integer, nullable=False),
    Column("documents", Integer, nullable=False),
)
"""Append-only: whose key was destroyed, when (real time), why, by whom, and who approved it. `actor` is JSON."""

_GUARD = """
CREATE OR REPLACE FUNCTION records_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is on record is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

_SAID = r"""
CREATE OR REPLACE FUNCTION reads_are_said_by_the_database() RETURNS trigger LANGUAGE plpgsql
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
"""
_SAYS = """
CREATE TRIGGER reads_said_by_the_database BEFORE INSERT ON reads
        FOR EACH ROW EXECUTE FUNCTION reads_are_said_by_the_database()
"""


def _guard(table: Table, connection: Connection, **__: object) -> None:
    connection.execute(text(_GUARD))
    connection.execute(
        text(
            f"CREATE TRIGGER {table.name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION records_are_append_only()"
        )
    )


for record in (reads, erasures):
    event.listen(record, "after_create", _guard)


def _say(_table: Table, connection: Connection, **__: object) -> None:
    for statement in (_SAID, _SAYS):
        # Not as text(): a colon is no parameter.
        connection.exec_driver_sql(statement)


event.listen(reads, "after_create", _say)
