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

A list is one row, with its filter and how much it showed. `as_of` and `known_at` are business instants of a replay.
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
