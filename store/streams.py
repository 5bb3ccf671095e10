"""Reading whole streams of the ledger, one after the other, as of one instant: memory holds one of them at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, func, select

from events.language.case_events import EventRecord
from events.language.identity import DOSSIER_PREFIX
from store.database import Store
from store.ledger import COLUMNS, READ_ROWS, LedgerRow
from store.tables import ledger

PAGE_STREAMS = 200
ROWS_AT_ONCE = 500
FIRST = ledger.alias("first")
"""The first row of each stream."""


def all_rows(store: Store) -> Iterator[list[LedgerRow]]:
    """The rows of every stream in order, unread: whoever looks for what was changed parses nothing first. Raises StoreError."""
    query = select(*COLUMNS).order_by(ledger.c.case_id, ledger.c.sequence)
    with store.reading() as connection, connection.execution_options(yield_per=READ_ROWS).execute(query) as rows:
        for _, stream in groupby((LedgerRow(*row) for row in rows), lambda row: row.case_id):
            yield list(stream)


class StreamReader:
    """The ledger as of one instant, while others write on. Every query raises StoreError."""

    def __init__(
        self,
        connection: Connection,
        stream_ids: Collection[str] | None,
        *,
        dossiers: bool,
        from_at: datetime | None = None,
        until_at: datetime | None = None,
    ) -> None:
        """`from_at`, `until_at`: only streams that were opened from the one business instant on, and before the other."""
        self._connection = connection
        self._wanted = [FIRST.c.sequence == 1]
        if from_at is not None:
            self._wanted.append(FIRST.c.at >= from_at)
        if until_at is not None:
            self._wanted.append(FIRST.c.at < until_at)
        if stream_ids is not None:
            self._wanted.append(FIRST.c.case_id.in_(stream_ids))
        if not dossiers:
            self._wanted.append(~FIRST.c.case_id.startswith(DOSSIER_PREFIX))

    def count(self) -> int:
        """How many streams there are to read."""
        return self._connection.scalar(select(func.count()).select_from(FIRST).where(*self._wanted)) or 0

    def last_at(self) -> datetime | None:
        """Up to which business instant (UTC) the whole ledger tells: that of its last decision; None: it is empty.

        Raises LedgerRowBroken too.
        """
        query = select(*COLUMNS).order_by(ledger.c.position.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else LedgerRow(*row).record.decided_at

    def streams(self) -> Iterator[list[EventRecord]]:
        """All events of each stream, in the order in which the streams were opened. Raises LedgerRowBroken too."""
        after = 0
        while page := self._page(after):
            after = page[-1]
            for _, rows in groupby(self._rows(page), lambda row: row.case_id):
                yield [row.record for row in rows]

    def _page(self, after: int) -> list[int]:
        query = select(FIRST.c.position).where(*self._wanted, FIRST.c.position > after)
        return list(self._connection.scalars(query.order_by(FIRST.c.position).limit(PAGE_STREAMS)))

    def _rows(self, page: list[int]) -> Iterator[LedgerRow]:
        query = (
            select(*COLUMNS)
            .join(FIRST, FIRST.c.case_id == ledger.c.case_id)
            .where(*self._wanted, FIRST.c.position.in_(page))
            .order_by(FIRST.c.position, ledger.c.sequence)
            .execution_options(yield_per=ROWS_AT_ONCE)
        )
        for row in self._connection.execute(query):
            yield LedgerRow(*row)


@contextmanager
def reading_streams(
    store: Store,
    stream_ids: Collection[str] | None = None,
    *,
    dossiers: bool = True,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> Iterator[StreamReader]:
    """The streams of these ids, or all; without the dossiers' own where they are not wanted. Raises StoreError."""
    with store.one_instant() as connection:
        yield StreamReader(connection, stream_ids, dossiers=dossiers, from_at=from_at, until_at=until_at)
