"""The ledger against what stands beside it in the database: the heads of its streams, and the leaves that were signed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final, Literal, NamedTuple

from sqlalchemy import select

from store.database import Store
from store.ledger import COLUMNS, READ_ROWS, LedgerRow
from store.statements import statements_in
from store.tables import ledger

SQL: Final = statements_in("soundness")


class BrokenHead(NamedTuple):
    """A stream whose head does not follow from the ledger."""

    stream_id: str
    known: int
    """How many events the head knows."""
    last: int | None
    """How many the ledger has; None: the stream is gone."""


class BrokenLeaf(NamedTuple):
    """A signed event that is not in the ledger as it was signed."""

    number: int
    stream_id: str
    sequence: int
    what: Literal["missing", "hash", "recorded_at", "position"]


def streams(store: Store) -> Iterator[list[LedgerRow]]:
    """The rows of every stream in order, all seen as of one instant; one stream in memory at a time. Raises StoreError."""
    query = select(*COLUMNS).order_by(ledger.c.case_id, ledger.c.sequence)
    with store.reading() as connection, connection.execution_options(yield_per=READ_ROWS).execute(query) as rows:
        for _, stream in groupby((LedgerRow(*row) for row in rows), lambda row: row.case_id):
            yield list(stream)


def broken_heads(store: Store) -> list[BrokenHead]:
    """Streams whose row among the read models was written after another last event. Raises StoreError."""
    with store.session() as session:
        return [BrokenHead(*row) for row in session.execute(SQL["find_broken_heads"])]


def broken_leaves(store: Store) -> list[BrokenLeaf]:
    """Events that were signed otherwise than they stand, by stream and sequence. Raises StoreError."""
    with store.session() as session:
        return [BrokenLeaf(*row) for row in session.execute(SQL["find_broken_leaves"])]
