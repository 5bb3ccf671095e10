"""The rows of one stream against the hashes that stand beside them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.violation import Violation
from events.language.chain import GENESIS, link
from store.errors import LedgerRowBroken
from store.ledger import LedgerRow
from wording.text import _


def check_chain(rows: Sequence[LedgerRow]) -> Iterator[Violation]:
    """I2: the first event of a stream that is not what was written. `rows` in order, one at least."""
    digest = GENESIS
    for expected, row in enumerate(rows, 1):
        digest = link(digest, row.body)
        if row.sequence != expected or digest != row.hash or not _in_place(row):
            yield _first_fault(row, expected, digest)
            return


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
