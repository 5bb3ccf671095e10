"""The ledger against what stands beside it in the database: the heads of its streams, and the leaves that were signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from psycopg import ServerCursor
from sqlalchemy import Connection, select

from events.language.checkpoint import READS
from events.language.identity import DOSSIER_PREFIX
from store.arrays import Bigs, Texts
from store.database import Store, session_of
from store.leaves import READ_ROWS
from store.proof_tables import checkpoints
from store.reads import ReadRow
from store.statements import statements_in

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


class StoredCheckpoint(NamedTuple):
    """The row of a checkpoint, whatever it says."""

    number: int
    at: datetime
    body: str
    edges: str
    """JSON: by log, the `size` and the `hashes` (hex) from which the next one grows."""
    ledger_position: int
    settled_position: int
    reads_position: int
    settled_reads: int


class Standing(NamedTuple):
    """A read as it stands, or the leaf that was signed of one; or both."""

    row: ReadRow | None
    """None: there is no such read."""
    position: int
    hash: bytes
    at: datetime
    leaf: ReadLeaf | None
    """None: no checkpoint signed it."""


class ReadLeaf(NamedTuple):
    """What was signed of a read."""

    number: int
    position: int | None
    hash: bytes
    recorded_at: datetime


class Signed(NamedTuple):
    """The leaves of a log that one checkpoint was the first to sign, and when the first of them can have been recorded."""

    first: int
    end: int
    """The number after the last."""
    earliest: datetime
    latest: datetime


def broken_heads(store: Store) -> list[BrokenHead]:
    """Streams whose row among the read models was written after another last event. Raises StoreError."""
    with store.session() as session:
        return [BrokenHead(*row) for row in session.execute(SQL["find_broken_heads"])]


def views_ahead(store: Store) -> list[BrokenHead]:
    """Streams whose row was written after a later event than the ledger has, by its content. Raises StoreError."""
    with store.session() as session:
        return [BrokenHead(*row) for row in session.execute(SQL["find_views_ahead"])]


def commands_ahead(store: Store) -> list[tuple[str, str]]:
    """Streams with a command, the one that is named, that was accepted after their last event. Raises StoreError."""
    with store.session() as session:
        return session.execute(SQL["find_commands_ahead"], {"dossiers": DOSSIER_PREFIX}).fetchall()


def opened_without_events(store: Store) -> list[str]:
    """Accepted submissions that were opened and of which the ledger has nothing. Raises StoreError."""
    with store.session() as session:
        return [stream_id for (stream_id,) in session.execute(SQL["find_opened_without_events"])]


def broken_leaves(connection: Connection) -> list[BrokenLeaf]:
    """Events that were signed otherwise than they stand, by stream and sequence."""
    return [BrokenLeaf(*row) for row in session_of(connection).execute(SQL["find_broken_leaves"])]


def never_signed(connection: Connection, settled_position: int) -> list[tuple[str, int]]:
    """The first events, by stream and sequence, that no checkpoint signed and none will: they came too late to be honest."""
    rows = session_of(connection).execute(SQL["find_never_signed"], {"settled_position": settled_position})
    return [(stream_id, sequence) for stream_id, sequence in rows]


def standing_reads(connection: Connection) -> Iterator[Standing]:
    """Every read and every leaf of one, in the order of their places, fetched as they are used."""
    with ServerCursor(session_of(connection), "reads") as cursor:
        cursor.itersize = READ_ROWS
        cursor.execute(SQL["find_reads"], {"log": READS}, binary=True)
        for *said, position, digest, at, number, sequence, place, signed, recorded_at in cursor:
            leaf = None if number is None else ReadLeaf(number, place, signed, recorded_at)
            row = None if position is None else ReadRow(*said)
            yield Standing(row, sequence if position is None else position, digest or b"", at or recorded_at, leaf)


def last_positions(connection: Connection, log: str, sizes: Sequence[int]) -> list[int]:
    """The last position among the leaves of events, or of reads, at each of these sizes of their log; 0: of none."""
    rows = session_of(connection).execute(SQL["find_last_positions"], {"log": log, "sizes": Bigs(sizes)})
    return [position for (position,) in rows]


def untimely_leaves(connection: Connection, log: str, signed: Sequence[Signed]) -> list[tuple[str, int, bool]]:
    """Stream and sequence of what was not recorded when it can have been, and whether that is too early: the first ones."""
    values = {
        "log": log,
        "firsts": Bigs(one.first for one in signed),
        "ends": Bigs(one.end for one in signed),
        "earliest": Texts(one.earliest.isoformat() for one in signed),
        "latest": Texts(one.latest.isoformat() for one in signed),
    }
    return [(row[0], row[1], row[2]) for row in session_of(connection).execute(SQL["find_untimely_leaves"], values)]


def untimely_events(connection: Connection, earliest: datetime, ahead: timedelta) -> list[tuple[str, int, bool]]:
    """The same of events that no checkpoint signed yet; `ahead`: how far they may be before the clock of the database."""
    values = {"earliest": earliest.isoformat(), "ahead": ahead}
    rows = session_of(connection).execute(SQL["find_untimely_events"], values)
    return [(row[0], row[1], row[2]) for row in rows]


def out_of_place(connection: Connection) -> list[tuple[str, int]]:
    """The first events, by stream and sequence, at a position that is never drawn."""
    return [(row[0], row[1]) for row in session_of(connection).execute(SQL["find_out_of_place"])]


def count_unsigned(connection: Connection) -> int:
    """How many events no checkpoint signed yet."""
    row = session_of(connection).execute(SQL["count_unsigned"]).fetchone()
    return int(row[0]) if row else 0


def streams_unsigned(store: Store) -> list[str]:
    """The streams with events that no checkpoint signed yet. Raises StoreError."""
    with store.session() as session:
        return [stream_id for (stream_id,) in session.execute(SQL["find_streams_unsigned"])]


def stored_checkpoints(connection: Connection) -> list[StoredCheckpoint]:
    """The rows of all checkpoints, unread."""
    query = select(*(checkpoints.c[name] for name in StoredCheckpoint._fields)).order_by(checkpoints.c.number)
    return [StoredCheckpoint(*row) for row in connection.execute(query)]
