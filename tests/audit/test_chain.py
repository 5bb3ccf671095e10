"""I2: the first event of a stream that is not what was written is named, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from audit.chain import check_chain
from events.language.case_events import canonical_json
from events.language.chain import GENESIS, link
from store.ledger import LedgerRow
from tests.store.turn_builder import Sketch

RECORDED_AT = datetime(2026, 3, 2, 3, 0, 0, 123, tzinfo=UTC)
EVENTS = 9


def rehashed(rows: list[LedgerRow]) -> list[LedgerRow]:
    """The rows with hashes made anew from what they say."""
    digest, sound = GENESIS, []
    for row in rows:
        digest = link(digest, row.body)
        sound.append(replace(row, hash=digest))
    return sound


def rows_of(number: int = 1) -> list[LedgerRow]:
    sketch = Sketch(number)
    sketch.records += sketch.opening().records
    sketch.records += sketch.answer().records
    sketch.records += sketch.closing().records
    return rehashed(
        [
            LedgerRow(
                case_id=record.case_id,
                sequence=record.sequence,
                position=100 * number + record.sequence,
                body=canonical_json(record),
                hash=b"",
                type=record.event.type,
                at=record.at,
                recorded_at=RECORDED_AT,
            )
            for record in sketch.records
        ]
    )


def altered(rows: list[LedgerRow], at: int) -> LedgerRow:
    """The row with another word in it."""
    row = rows[at]
    return replace(row, body=row.body.replace(row.case_id, row.case_id[:-1] + "x"))


def sentences(rows: list[LedgerRow]) -> list[str]:
    return [str(violation) for violation in check_chain(rows)]


def test_a_sound_stream_has_no_fault() -> None:
    rows = rows_of()
    assert len(rows) == EVENTS
    assert sentences(rows) == []


def test_older_bodies_that_are_written_otherwise_are_read() -> None:
    """An instant may be written in more than one way: what counts is which instant it is."""
    rows = rows_of()
    rows[2] = replace(rows[2], body=rows[2].body.replace('00Z","decided_at"', '00+00:00","decided_at"'))
    assert sentences(rehashed(rows)) == []


TAMPERED: list[tuple[Callable[[list[LedgerRow]], list[LedgerRow]], int, str]] = [
    (lambda r: [*r[:3], altered(r, 3), *r[4:]], 4, "its content is not what its hash says"),
    (lambda r: [*r[:3], replace(r[3], hash=r[4].hash), *r[4:]], 4, "its content is not what its hash says"),
    (lambda r: [*r[:3], *r[4:]], 4, "is missing"),
    (lambda r: r[1:], 1, "is missing"),
    (lambda r: [*r[:4], r[3], *r[4:]], 4, "stands twice"),
    (lambda r: [*r[:2], replace(r[2], body=r[3].body), *r[3:]], 3, "its content is not what its hash says"),
    (lambda r: [*r[:5], replace(r[5], type="CaseClosed"), *r[6:]], 6, "its columns are not what its content says"),
    (
        lambda r: [*r[:5], replace(r[5], at=r[5].at + timedelta(seconds=1)), *r[6:]],
        6,
        "its columns are not what its content says",
    ),
    (lambda r: [*r, replace(r[8], sequence=10)], 10, "its content is not what its hash says"),
    (
        lambda r: [replace(row, case_id=r[0].case_id) for row in rows_of(2)],
        1,
        "its columns are not what its content says",
    ),
]


@pytest.mark.parametrize(("tamper", "sequence", "what"), TAMPERED)
def test_the_first_event_that_differs_is_named(
    tamper: Callable[[list[LedgerRow]], list[LedgerRow]], sequence: int, what: str
) -> None:
    rows = rows_of()
    (fault,) = check_chain(tamper(rows))
    assert (fault.invariant, fault.case_id, fault.sequence, fault.message) == ("I2", rows[0].case_id, sequence, what)


def test_an_event_that_was_changed_with_its_own_hash_shows_at_the_next() -> None:
    """One that was hashed anew to the end shows nowhere in the chain: only what was signed tells."""
    rows = rows_of()
    closer = replace(rows[5], body=rows[5].body.replace("one-stop", "elsewhere"))
    anew = rehashed([*rows[:5], closer, *rows[6:]])
    assert sentences(anew) == []
    (fault,) = check_chain([*rows[:5], anew[5], *rows[6:]])
    assert (fault.invariant, fault.sequence) == ("I2", 7)
