"""Reading the ledger. Only the recorder writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Select, func, select

from events.language.case_events import EventRecord, record_of
from store.database import Store
from store.errors import LedgerRowBroken
from store.tables import ledger

READ_ROWS = 2000
"""Rows fetched at once when all are read: some 2 MB."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row as it is stored. `body` and `hash` are what an auditor recomputes."""

    case_id: str
    sequence: int
    position: int
    """Its place among the rows of all cases; rising, with gaps, in the order of writing, not of committing."""
    body: str
    hash: bytes
    type: str
    at: datetime
    """The business instant (UTC)."""
    recorded_at: datetime
    """Real time of the transaction (UTC)."""

    @property
    def record(self) -> EventRecord:
        """The event in its place. Raises LedgerRowBroken."""
        return record_of_row(self.case_id, self.sequence, self.body)


def record_of_row(stream_id: str, sequence: int, body: str) -> EventRecord:
    """The record that a row's body holds. Raises LedgerRowBroken, which never quotes the body."""
    try:
        return record_of(body)
    except ValidationError:
        raise LedgerRowBroken(case_id=stream_id, sequence=sequence) from None


COLUMNS = (
    ledger.c.case_id,
    ledger.c.sequence,
    ledger.c.position,
    ledger.c.body,
    ledger.c.hash,
    ledger.c.type,
    ledger.c.at,
    ledger.c.recorded_at,
)


class Ledger:
    """Queries over the ledger. All raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rows(self, stream_id: str, from_sequence: int = 1) -> list[LedgerRow]:
        """The rows of one case or dossier in order."""
        query = (
            select(*COLUMNS)
            .where(ledger.c.case_id == stream_id, ledger.c.sequence >= from_sequence)
            .order_by(ledger.c.sequence)
        )
        with self._store.reading() as connection:
            return [_row_of(row) for row in connection.execute(query)]

    def records(self, stream_id: str, from_sequence: int = 1) -> tuple[EventRecord, ...]:
        """The events of one case or dossier in order; empty for an unknown one."""
        return tuple(row.record for row in self.rows(stream_id, from_sequence))

    def since(self, position: int, limit: int = READ_ROWS) -> list[LedgerRow]:
        """The rows written after this position. Rows of a transaction still open may appear before it later: look back."""
        query = select(*COLUMNS).where(ledger.c.position > position).order_by(ledger.c.position).limit(limit)
        with self._store.reading() as connection:
            return [_row_of(row) for row in connection.execute(query)]

    def latest(self, limit: int) -> list[LedgerRow]:
        """The rows written last, the oldest of them first."""
        query = select(*COLUMNS).order_by(ledger.c.position.desc()).limit(limit)
        with self._store.reading() as connection:
            return [_row_of(row) for row in reversed(connection.execute(query).all())]

    def counts(self) -> tuple[int, int]:
        """How many cases and how many events there are."""
        with self._store.reading() as connection:
            events = connection.scalar(select(func.count()).select_from(ledger))
            cases = connection.scalar(select(func.count()).select_from(ledger).where(ledger.c.sequence == 1))
        return cases or 0, events or 0


def rows_of_streams(connection: Connection, stream_ids: list[str]) -> Iterator[LedgerRow]:
    """The rows of these cases or dossiers, one after the other, each in order, within the caller's transaction."""
    for row in connection.execute(_rows_of(stream_ids)):
        yield _row_of(row)


@contextmanager
def streamed_rows(connection: Connection, stream_ids: list[str]) -> Iterator[Iterator[LedgerRow]]:
    """The same, a few at a time: two hundred long streams are a hundred megabytes."""
    with connection.execute(_rows_of(stream_ids), execution_options={"yield_per": READ_ROWS}) as rows:
        yield map(_row_of, rows)


def _rows_of(stream_ids: list[str]) -> Select[Any]:
    return select(*COLUMNS).where(ledger.c.case_id.in_(stream_ids)).order_by(ledger.c.case_id, ledger.c.sequence)


def _row_of(row: Sequence[Any]) -> LedgerRow:
    return LedgerRow(*row)
