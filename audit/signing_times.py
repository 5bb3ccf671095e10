"""I9: what no checkpoint signs of itself. How far each saw the ledger, and whether what it signed can have come when it says.

A checkpoint's columns of positions are not signed, so that whoever owns the database could have an honest signer sign an event
of years ago. It signs everything that came since the one before: an event is never much older than that one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from sqlalchemy import Connection

from audit.proof.checking import of_checkpoint
from audit.violation import Violation
from events.language.checkpoint import EVENTS, LOGS, Checkpoint
from store.instants import FIRST_INSTANT, LAST_INSTANT
from store.soundness import (
    Signed,
    StoredCheckpoint,
    last_positions,
    out_of_place,
    untimely_events,
    untimely_leaves,
)
from wording.text import _

TRANSACTION_MAX: Final = timedelta(hours=1)
"""Longer than any transaction of ours, and than clocks differ: what began before a checkpoint and ended after it."""
LEAVES_MAX: Final = 2**62
"""More than PostgreSQL could ever hold."""


class Read(NamedTuple):
    """A checkpoint as it stands, with its row."""

    row: StoredCheckpoint
    checkpoint: Checkpoint


class Positions(NamedTuple):
    """What the columns of positions came to."""

    settled: int
    """Up to there no event may come any more, by the rows of which nothing is wrong."""
    violations: tuple[Violation, ...]


def check_positions(connection: Connection, read: Sequence[Read]) -> Positions:
    """How far each checkpoint says that it saw the ledger, against its leaves. `read` in the order of numbers."""
    sizes = [one.checkpoint.logs[EVENTS].size if EVENTS in one.checkpoint.logs else 0 for one in read]
    seen, settled, violations = {0}, 0, list[Violation]()
    for (row, _read), position in zip(
        read, last_positions(connection, [min(size, LEAVES_MAX) for size in sizes]), strict=True
    ):
        if row.ledger_position != position:
            violations.append(of_checkpoint(row.number, _("its position in the ledger is not that of its last leaf")))
        elif row.settled_position not in seen or row.settled_position < settled:
            violations.append(of_checkpoint(row.number, _("what it says is settled was not")))
        else:
            settled = row.settled_position
        if row.ledger_position == position:
            seen.add(position)
    return Positions(settled, tuple(violations))


def check_times(connection: Connection, checkpoints: Sequence[Checkpoint]) -> Iterator[Violation]:
    """The first event of each stream that was recorded when it cannot have been, or stands where none can. In their order."""
    for log in LOGS:
        for stream_id, sequence, is_early in untimely_leaves(connection, log, _signed(checkpoints, log)):
            early = _("was recorded long before the checkpoint that first signed it")
            late = _("was recorded after the checkpoint that signed it")
            yield Violation("I9", stream_id, sequence, early if is_early else late, goes_on=True, altered=True)
    earliest = _before(checkpoints[-1].at) if checkpoints else FIRST_INSTANT
    for stream_id, sequence, is_early in untimely_events(connection, earliest, TRANSACTION_MAX):
        early = _("was recorded long before the last checkpoint, and not signed")
        late = _("was recorded in the future")
        yield Violation("I9", stream_id, sequence, early if is_early else late, goes_on=True, altered=True)
    for stream_id, places in groupby(out_of_place(connection), lambda place: place[0]):
        said = _("stands at a position that is never drawn")
        yield Violation("I9", stream_id, next(places)[1], said, goes_on=True, altered=True)


def _signed(checkpoints: Sequence[Checkpoint], log: str) -> list[Signed]:
    """By checkpoint, what it was the first to sign. The first of all signs whatever had come before there were any."""
    spans: list[Signed] = []
    with_log = [one for one in checkpoints if log in one.logs]
    if with_log and with_log[0].number == 1:
        spans.append(Signed(0, min(with_log[0].logs[log].size, LEAVES_MAX), FIRST_INSTANT, _after(with_log[0].at)))
    for before, after in pairwise(with_log):
        first, end = (min(one.logs[log].size, LEAVES_MAX) for one in (before, after))
        spans.append(Signed(first, end, _before(before.at), _after(after.at)))
    return spans


def _before(at: datetime) -> datetime:
    return max(at, FIRST_INSTANT + TRANSACTION_MAX) - TRANSACTION_MAX


def _after(at: datetime) -> datetime:
    return min(at, LAST_INSTANT - TRANSACTION_MAX) + TRANSACTION_MAX
