"""The rows of one stream against the hashes that stand beside them, and against what checkpoints signed of them. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, Protocol

from audit.violation import Violation
from events.language.chain import GENESIS, link
from store.errors import LedgerRowBroken
from store.ledger import LedgerRow
from wording.text import LazyText, _, _p


class Leaf(Protocol):
    """What a checkpoint signed of one event."""

    @property
    def number(self) -> int:
        """Its place in the log, from 0."""
        ...

    @property
    def position(self) -> int | None:
        """Its place among the rows of all streams."""
        ...

    @property
    def hash(self) -> bytes:
        """Its chain hash."""
        ...

    @property
    def recorded_at(self) -> datetime:
        """Real time of its transaction (UTC)."""
        ...


Changed = Literal["missing", "hash", "recorded_at", "position"]
CALLED: Final = {
    "hash": _p("of an event", "hash"),
    "recorded_at": _p("of an event", "instant of recording"),
    "position": _p("of an event", "position"),
}
NO_LEAVES: Mapping[int, Leaf] = MappingProxyType({})


def check_chain(
    rows: Sequence[LedgerRow], leaves: Mapping[int, Leaf] = NO_LEAVES, sizes: Sequence[int] = ()
) -> Iterator[Violation]:
    """I2, and I9 with `leaves`: the first event of a stream that is not what was written. `rows` in order, one at least.

    `leaves` by sequence: what was signed of this stream; `sizes`: of the log at checkpoint 1, 2, … in turn.
    """
    digest = GENESIS
    for expected, row in enumerate(rows, 1):
        digest = link(digest, row.body)
        if row.sequence != expected or digest != row.hash or not _in_place(row):
            yield _first_fault(row, expected, digest)
            break
    if leaves:
        yield from _check_leaves(rows, leaves, sizes)


def _in_place(row: LedgerRow) -> bool:
    """Whether the columns say what the body does. Bytes are compared first, for to read a body costs thirty times as much."""
    at = row.at.isoformat().removesuffix("+00:00")
    start = f'{{"case_id":"{row.case_id}","sequence":{row.sequence},"at":"{at}Z",'
    if row.body.startswith(start) and f',"event":{{"type":"{row.type}"' in row.body:
        return True
    try:
        record = row.record
    except LedgerRowBroken:
        # What cannot be read is named by whoever reads it.
        return True
    place = (record.case_id, record.sequence, record.at, record.event.type)
    return place == (row.case_id, row.sequence, row.at, row.type)


def _first_fault(row: LedgerRow, expected: int, digest: bytes) -> Violation:
    if row.sequence > expected:
        return Violation("I2", row.case_id, expected, _("is missing"), goes_on=True, altered=True)
    if row.sequence < expected:
        return Violation("I2", row.case_id, row.sequence, _("stands twice"), goes_on=True, altered=True)
    by_hash, by_content = _("its content is not what its hash says"), _("its columns are not what its content says")
    return Violation("I2", row.case_id, row.sequence, by_hash if digest != row.hash else by_content, altered=True)


def _check_leaves(rows: Sequence[LedgerRow], leaves: Mapping[int, Leaf], sizes: Sequence[int]) -> Iterator[Violation]:
    standing = {row.sequence: row for row in rows}
    for sequence in sorted(leaves):
        leaf = leaves[sequence]
        what = _changed(standing.get(sequence), leaf)
        if what is not None:
            yield fault_of_leaf(rows[0].case_id, sequence, what, leaf.number, sizes)
            return


def _changed(row: LedgerRow | None, leaf: Leaf) -> Changed | None:
    if row is None:
        return "missing"
    if row.hash != leaf.hash:
        return "hash"
    if row.recorded_at != leaf.recorded_at:
        return "recorded_at"
    return "position" if row.position != leaf.position else None


def fault_of_leaf(stream_id: str, sequence: int, what: Changed, number: int, sizes: Sequence[int]) -> Violation:
    """I9: an event is not what leaf `number` of the log says. `sizes`: of the log at checkpoint 1, 2, … in turn."""
    checkpoint = bisect_right(sizes, number) + 1
    signer = checkpoint_called(checkpoint) if checkpoint <= len(sizes) else _("a checkpoint")
    if what == "missing":
        missing = _("is missing, and {signer} signed it", signer=signer)
        return Violation("I9", stream_id, sequence, missing, goes_on=True, altered=True)
    differs = _("its {what} is not the one that {signer} signed", what=CALLED[what], signer=signer)
    return Violation("I9", stream_id, sequence, differs, altered=True)


def checkpoint_called(number: int) -> LazyText:
    """A checkpoint by its number."""
    return _("checkpoint {number}", number=number)
