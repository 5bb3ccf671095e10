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

from audit.proof.checking import of_checkpoint, read_called
from audit.violation import Violation
from events.language.checkpoint import EVENTS, LOGS, READS, Checkpoint
from store.instants import FIRST_INSTANT, LAST_INSTANT
from store.soundness import (
    Signed,
    StoredCheckpoint,
    last_positions,
    out_of_place,
    untimely_events,
    untimely_leaves,
)
from wording.text import LazyText, _

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
    settled_reads: int
    """And up to there no read."""
    violations: tuple[Violation, ...]


def check_positions(connection: Connection, read: Sequence[Read]) -> Positions:
    """How far each checkpoint says that it saw the ledger and the reads, against its leaves. `read` in the order of numbers."""
    events = [(one.row.ledger_position, one.row.settled_position) for one in read]
    reads = [(one.row.reads_position, one.row.settled_reads) for one in read]
    in_ledger = _("its position in the ledger is not that of its last leaf")
    among_reads = _("its position among the reads is not that of its last leaf")
    settled, faults = _check_log(connection, EVENTS, read, events, in_ledger)
    settled_reads, faults_of_reads = _check_log(connection, READS, read, reads, among_reads)
    return Positions(settled, settled_reads, (*faults, *faults_of_reads))


def _check_log(
    connection: Connection, log: str, read: Sequence[Read], said: Sequence[tuple[int, int]], misplaced: LazyText
) -> tuple[int, list[Violation]]:
    """`said`: how far each saw the log, and what of it is settled. Up to where it is, and what is wrong with these."""
    sizes = [one.checkpoint.logs[log].size if log in one.checkpoint.logs else 0 for one in read]
    lasts = last_positions(connection, log, [min(size, LEAVES_MAX) for size in sizes])
    seen, settled, violations = {0}, 0, list[Violation]()
    for one, (position, settled_here), last in zip(read, said, lasts, strict=True):
        if position != last:
            violations.append(of_checkpoint(one.row.number, misplaced))
        elif settled_here not in seen or settled_here < settled:
            violations.append(of_checkpoint(one.row.number, _("what it says is settled was not")))
        else:
            settled = settled_here
        if position == last:
            seen.add(position)
    return settled, violations


def check_times(connection: Connection, checkpoints: Sequence[Checkpoint]) -> Iterator[Violation]:
    """The first event of each stream that was recorded when it cannot have been, or stands where none can. In their order."""
    for log in LOGS:
        for stream_id, sequence, is_early in untimely_leaves(connection, log, _signed(checkpoints, log)):
            early = _("was recorded long before the checkpoint that first signed it")
            late = _("was recorded after the checkpoint that signed it")
            said = early if is_early else late
            if log == READS:
                yield Violation("I9", read_called(sequence), None, said, goes_on=True)
            else:
                yield Violation("I9", stream_id, sequence, said, goes_on=True, altered=True)
    earliest = earliest_unsigned(checkpoints)
    for stream_id, sequence, is_early in untimely_events(connection, earliest, TRANSACTION_MAX):
        early = _("was recorded long before the last checkpoint, and not signed")
        late = _("was recorded in the future")
        yield Violation("I9", stream_id, sequence, early if is_early else late, goes_on=True, altered=True)
    for stream_id, places in groupby(out_of_place(connection), lambda place: place[0]):
        said = _("stands at a position that is never drawn")
        yield Violation("I9", stream_id, next(places)[1], said, goes_on=True, altered=True)


def earliest_unsigned(checkpoints: Sequence[Checkpoint]) -> datetime:
    """Before which nothing can have been recorded that the last checkpoint did not sign."""
    return _before(checkpoints[-1].at) if checkpoints else FIRST_INSTANT


def _signed(checkpoints: Sequence[Checkpoint], log: str) -> list[Signed]:
    """By checkpoint, what it was the first to sign. The first of all signs whatever had come before there were any."""
    spans: list[Signed] = []
    with_log = [one for one in checkpoints if log in one.logs]
    if with_log and (with_log[0].number == 1 or log not in checkpoints[0].logs):
        spans.append(Signed(0, min(with_log[0].logs[log].size, LEAVES_MAX), FIRST_INSTANT, _after(with_log[0].at)))
    for before, after in pairwise(with_log):
        first, end = (min(one.logs[log].size, LEAVES_MAX) for one in (before, after))
        spans.append(Signed(first, end, _before(before.at), _after(after.at)))
    return spans


def _before(at: datetime) -> datetime:
    return max(at, FIRST_INSTANT + TRANSACTION_MAX) - TRANSACTION_MAX


def _after(at: datetime) -> datetime:
    return min(at, LAST_INSTANT - TRANSACTION_MAX) + TRANSACTION_MAX
