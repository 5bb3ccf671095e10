"""The numbered leaves of each log. Only a checkpoint's transaction adds some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from events.language.checkpoint import EVENTS
from store.database import Store
from store.proof_tables import log_blocks, log_leaves

CATALOG: Final = "catalog"
"""The stream of the publications' log."""
READ_ROWS: Final = 5000


class Leaf(NamedTuple):
    """One leaf as it is stored."""

    log: str
    number: int
    """From 0."""
    stream_id: str
    sequence: int
    position: int | None
    """Of the event in the ledger, of the read among the reads; None in the log of publications."""
    hash: bytes
    recorded_at: datetime
    """Real time (UTC)."""


class Leaves:
    """Queries over the leaves. All raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_log(self, log: str, size: int | None = None) -> Iterator[Leaf]:
        """The first `size` leaves of a log by number, or all, fetched as they are used.

        Its connection is given back at the end, or when nobody holds the iterator any more.
        """
        with self._store.reading() as connection:
            yield from leaves_of_log(connection, log, size)

    def find(self, log: str, stream_id: str, sequence: int) -> Leaf | None:
        """The leaf of what was recorded at this place; None: it has none yet."""
        c = log_leaves.c
        query = select(log_leaves).where(c.log == log, c.stream_id == stream_id, c.sequence == sequence)
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _leaf(row)


def leaves_of_log(connection: Connection, log: str, size: int | None = None) -> Iterator[Leaf]:
    """The first `size` leaves of a log by number, or all, within the caller's transaction."""
    query = select(log_leaves).where(log_leaves.c.log == log).order_by(log_leaves.c.number)
    if size is not None:
        query = query.where(log_leaves.c.number < size)
    with connection.execute(query, execution_options={"yield_per": READ_ROWS}) as rows:
        yield from map(_leaf, rows)


def leaves_between(connection: Connection, log: str, start: int, end: int) -> list[Leaf]:
    """The leaves with these numbers, without `end`, within the caller's transaction."""
    c = log_leaves.c
    query = select(log_leaves).where(c.log == log, c.number >= start, c.number < end).order_by(c.number)
    return list(map(_leaf, connection.execute(query)))


def block_roots(connection: Connection, log: str, count: int) -> list[bytes]:
    """The roots of the first `count` blocks of a log, as far as they are kept, within the caller's transaction."""
    c = log_blocks.c
    query = select(c.root).where(c.log == log, c.number < count).order_by(c.number)
    return list(connection.scalars(query))


def leaves_of_streams(connection: Connection, stream_ids: Collection[str]) -> Iterator[Leaf]:
    """The leaves of these cases' and dossiers' events, one stream after the other, each in order, in the caller's transaction."""
    c = log_leaves.c
    query = select(log_leaves).where(c.log == EVENTS, c.stream_id.in_(stream_ids)).order_by(c.stream_id, c.sequence)
    return map(_leaf, connection.execute(query))


def _leaf(row: Sequence[Any]) -> Leaf:
    return Leaf(*row)
