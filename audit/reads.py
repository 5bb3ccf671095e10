"""I9: the reads on record are those that checkpoints signed, as they were; none that was not signed is older than it can be."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from audit.proof.checking import checkpoint_called, read_called
from audit.signing_times import TRANSACTION_MAX, earliest_unsigned
from audit.violation import Violation
from events.language.checkpoint import Checkpoint
from store.reads import digest_of_read
from store.soundness import ReadLeaf, Standing, standing_reads
from wording.text import LazyText, _, _p

CALLED: Final = {
    "hash": _p("of a read", "hash"),
    "recorded_at": _p("of a read", "instant"),
    "position": _p("of a read", "position"),
}
RUNS_MAX: Final = 1000
"""So many findings are told; each may be of any number of reads in a row."""


class Bounds(NamedTuple):
    """What a read that no checkpoint signed can be."""

    settled: int
    """Up to this place all are signed."""
    earliest: datetime
    now: datetime


def check_reads(
    connection: Connection, checkpoints: Sequence[Checkpoint], sizes: Sequence[int], settled: int
) -> Iterator[Violation]:
    """Reads that were changed, removed, put in between or dated back; those in a row that are so in one way are one finding.

    `checkpoints` in their order, `sizes`: of the log of reads at each that has it. `settled`: up to this place none may come.
    """
    now = connection.scalar(select(func.clock_timestamp()))
    if now is None:
        raise AssertionError("the database has a clock")
    bounds = Bounds(settled, earliest_unsigned(checkpoints), now)
    first_with = len(checkpoints) - len(sizes)

    def signer(leaf: ReadLeaf) -> LazyText:
        place = bisect_right(sizes, leaf.number)
        return checkpoint_called(checkpoints[first_with + place].number) if place < len(sizes) else _("a checkpoint")

    for number, violation in enumerate(
        _runs((one, _fault_of(one, bounds, signer)) for one in standing_reads(connection))
    ):
        if number == RUNS_MAX:
            return
        yield violation


def _runs(found: Iterable[tuple[Standing, LazyText | None]]) -> Iterator[Violation]:
    for fault, group in groupby(found, key=lambda one: one[1]):
        if fault is None:
            continue
        positions = [one.position for one, _fault in group]
        yield Violation("I9", _called(positions[0], positions[-1]), None, fault, goes_on=True)


def _called(first: int, last: int) -> LazyText:
    return read_called(first) if first == last else _("each of the reads {first} to {last}", first=first, last=last)


def _fault_of(one: Standing, bounds: Bounds, signer: Callable[[ReadLeaf], LazyText]) -> LazyText | None:
    if one.row is None:
        return None if one.leaf is None else _("is gone, and {signer} had signed it", signer=signer(one.leaf))
    if digest_of_read(one.row) != one.hash:
        return _("is not what its hash says")
    if one.leaf is None:
        return _fault_of_unsigned(one, bounds)
    differs = next((what for what, is_same in _compared(one, one.leaf) if not is_same), None)
    if differs is None:
        return None
    return _("has another {what} than {signer} signed", what=CALLED[differs], signer=signer(one.leaf))


def _compared(one: Standing, leaf: ReadLeaf) -> Iterator[tuple[str, bool]]:
    yield "hash", one.hash == leaf.hash
    yield "recorded_at", one.at == leaf.recorded_at
    yield "position", one.position == leaf.position


def _fault_of_unsigned(one: Standing, bounds: Bounds) -> LazyText | None:
    if one.position < 1:
        return _("stands at a position that is never drawn")
    if one.position <= bounds.settled:
        return _("stands before what was signed, and no checkpoint signed it")
    if one.at < bounds.earliest:
        return _("was recorded long before the last checkpoint, and not signed")
    return _("was recorded in the future") if one.at - bounds.now > TRANSACTION_MAX else None
