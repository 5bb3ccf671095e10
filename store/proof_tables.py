"""What makes the past provable: the numbered leaves of each log, the signed checkpoints, and Temporal's histories."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, LargeBinary, Table, UniqueConstraint, event, text

from store.columns import instant, key, metadata, text_of, written_at

log_leaves = Table(
    "log_leaves",
    metadata,
    key("log"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text_of("stream_id"),
    Column("sequence", Integer, nullable=False),
    Column("position", BigInteger, nullable=True),
    Column("hash", LargeBinary, nullable=False),
    instant("recorded_at"),
    UniqueConstraint("log", "stream_id", "sequence"),
)
"""The leaves of each log's Merkle tree, numbered from 0: the place, the chain hash and the real instant of what was recorded."""

log_blocks = Table(
    "log_blocks",
    metadata,
    key("log"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
)
"""The root of every 256 leaves, so that a proof need not read a whole log. A short cut only: nothing rests on it."""

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    instant("at"),
    text_of("body"),
    Column("ledger_position", BigInteger, nullable=False),
    text_of("writers"),
    Column("settled_position", BigInteger, nullable=False),
    text_of("edges"),
    Column("reads_position", BigInteger, nullable=False, server_default=text("0")),
    Column("settled_reads", BigInteger, nullable=False, server_default=text("0")),
)
"""The signed checkpoints; `body` is the canonical JSON with its signature, `at` real time.

`ledger_position`, `reads_position`: how far the ledger and the reads were seen; `writers`: which transactions were writing to
either then, with blanks between. `settled_position`, `settled_reads`: up to there no row is without a leaf, and none will ever
come. `edges`: JSON of the right edge of each tree,
from which the next one grows.
"""

histories = Table(
    "histories",
    metadata,
    key("workflow_id"),
    key("run_id"),
    text_of("workflow_type"),
    instant("started_at"),
    instant("closed_at"),
    Column("body", LargeBinary, nullable=True),
    text_of("left_out", null=True),
    written_at("exported_at"),
    Index("ix_histories_closed_at", "closed_at"),
)
"""Temporal's histories of runs that closed, compressed; `body` null: it could not be kept, `left_out` says why. Real time."""

_GUARD = """
CREATE OR REPLACE FUNCTION proof_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'proofs are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_EVERY_CHANGE = "UPDATE OR DELETE OR TRUNCATE"
_REFUSED = {log_leaves: _EVERY_CHANGE, log_blocks: _EVERY_CHANGE, checkpoints: _EVERY_CHANGE, histories: "UPDATE"}
"""As for the ledger: slips fail loudly; who tampers is found by what left the house. Old histories are removed."""


def _guard(table: Table, connection: Connection, **__: object) -> None:
    connection.execute(text(_GUARD))
    connection.execute(
        text(
            f"CREATE TRIGGER {table.name}_append_only BEFORE {_REFUSED[table]} ON {table.name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION proof_is_append_only()"
        )
    )


for proof in _REFUSED:
    event.listen(proof, "after_create", _guard)
