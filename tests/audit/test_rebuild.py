"""I8: a read model equals the fold of the ledger, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from audit.rebuild import Difference, RebuildReport, rebuild
from cases.stream import Projection
from catalog.model import Definitions
from events.language.case_events import EventRecord
from store.database import Store
from store.recorder import Recorder
from tests.blocking import record_now
from tests.store.turn_builder import Sketch, project


@pytest.fixture
async def sketches(recorder: Recorder) -> list[Sketch]:
    """Cases in every state."""

    async def live(number: int) -> Sketch:
        sketch = Sketch(number)
        for make in (sketch.opening, sketch.answer, sketch.rung, sketch.closing)[: number % 4 + 1]:
            sketch.take(await recorder.record(make()))
        return sketch

    return list(await asyncio.gather(*(live(number) for number in range(12))))


@pytest.fixture
def operator(as_account: Callable[[str], Store]) -> Store:
    """The database as the command line has it."""
    return as_account("operator")


def change(store: Store, *statements: str) -> None:
    """Tamper, past the guard of the ledger."""
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


def snapshot(store: Store) -> list[list[str]]:
    with store.reading() as connection:
        return [
            [row for (row,) in connection.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))]
            for table in ("cases", "worklist")
        ]


def test_what_was_recorded_is_what_is_folded(store: Store, operator: Store, sketches: list[Sketch]) -> None:
    """Nothing differs after normal work, and the whole ledger was read."""
    events = sum(len(sketch.records) for sketch in sketches)
    assert rebuild(operator, project) == RebuildReport(12, events, (), replaced=False)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE cases SET view = replace(view, 'karaoke', 'Karaoke') WHERE case_id = '{}'", "case"),
        ("UPDATE cases SET status = 'other' WHERE case_id = '{}'", "case"),
        ("UPDATE cases SET sequence = 99 WHERE case_id = '{}'", "case"),
        ("UPDATE worklist SET officer = 'other' WHERE case_id = '{}'", "worklist"),
        ("DELETE FROM worklist WHERE step_id = 'fire' AND case_id = '{}'", "worklist"),
        ("UPDATE worklist SET step_id = 'x' || step_id WHERE case_id = '{}'", "worklist"),
    ],
)
def test_any_change_is_found_and_put_right(
    store: Store, operator: Store, sketches: list[Sketch], statement: str, what: str
) -> None:
    """A compare changes nothing; a replace restores every byte."""
    before, case_id = snapshot(store), sketches[0].case_id
    change(store, statement.format(case_id))
    changed = snapshot(store)
    assert rebuild(operator, project).differences == (Difference(case_id, what),)  # type: ignore[arg-type]
    assert snapshot(store) == changed
    assert rebuild(operator, project, replace=True).differences == (Difference(case_id, what),)  # type: ignore[arg-type]
    assert snapshot(store) == before
    assert rebuild(operator, project).equal


def test_a_hash_is_never_put_right(store: Store, operator: Store, sketches: list[Sketch]) -> None:
    """The hash beside a case is a witness of what its ledger was: whoever folds again leaves the whole row as it is."""
    case_id = sketches[0].case_id
    change(store, f"UPDATE cases SET hash = '\\x00', status = 'other' WHERE case_id = '{case_id}'")
    changed = snapshot(store)
    assert set(rebuild(operator, project, replace=True).differences) == {
        Difference(case_id, "case"),
        Difference(case_id, "hash"),
    }
    assert snapshot(store) == changed


def test_a_case_whose_ledger_is_gone_keeps_its_row(store: Store, operator: Store, sketches: list[Sketch]) -> None:
    before, case_id = snapshot(store), sketches[0].case_id
    change(store, f"DELETE FROM ledger WHERE case_id = '{case_id}'")
    assert rebuild(operator, project, replace=True).differences == (Difference(case_id, "chain"),)
    assert snapshot(store) == before


def test_from_nothing(store: Store, operator: Store, sketches: list[Sketch], recorder: Recorder) -> None:
    """Emptied read models come back byte-equal, and the cases go on."""
    before = snapshot(store)
    change(store, "TRUNCATE cases, worklist")
    report = rebuild(operator, project, replace=True)
    assert len({difference.case_id for difference in report.differences}) == 12
    assert "hash" not in {difference.what for difference in report.differences}, "a row that is gone says nothing"
    assert snapshot(store) == before
    assert record_now(recorder, sketches[0].answer()).records


def test_rows_without_a_ledger_are_surplus(store: Store, operator: Store, sketches: list[Sketch]) -> None:
    """A row that no event explains is reported, and removed on replace."""
    before = snapshot(store)
    change(
        store,
        'INSERT INTO worklist SELECT (json_populate_record(w, \'{"case_id": "case-ghost"}\')).* FROM worklist w LIMIT 1',
    )
    assert rebuild(operator, project).differences == (Difference("case-ghost", "surplus"),)
    rebuild(operator, project, replace=True)
    assert snapshot(store) == before


def test_a_broken_ledger_is_reported_and_left_alone(store: Store, operator: Store, sketches: list[Sketch]) -> None:
    """Read models are never derived from events that the chain does not vouch for."""
    before = snapshot(store)
    first, second = sketches[0].case_id, sketches[4].case_id
    change(
        store,
        f"UPDATE ledger SET body = replace(body, 'karaoke', 'casino') WHERE case_id = '{first}' AND sequence = 1",
        f"DELETE FROM ledger WHERE case_id = '{second}' AND sequence = 3",
    )
    found = rebuild(operator, project, replace=True).differences
    assert set(found) == {Difference(first, "chain"), Difference(second, "chain")}
    assert snapshot(store) == before


def test_what_is_chained_and_no_life_is_left_alone(store: Store, operator: Store, sketches: list[Sketch]) -> None:
    """Whoever forged it knew how to chain it: its rows stay as they are, and all others are folded."""
    forged, other = sketches[0].case_id, sketches[4].case_id
    before = snapshot(store)
    change(store, f"UPDATE cases SET status = 'other' WHERE case_id IN ('{forged}', '{other}')")

    def unfolded(case_id: str, definitions: Definitions, records: tuple[EventRecord, ...]) -> Projection:
        if case_id == forged:
            raise ValueError("cannot follow")
        return project(case_id, definitions, records)

    found = rebuild(operator, unfolded, replace=True).differences
    assert set(found) == {Difference(forged, "unreadable"), Difference(other, "case")}
    assert rebuild(operator, project, replace=True).differences == (Difference(forged, "case"),)
    assert snapshot(store) == before


def test_unknown_definitions_are_reported(store: Store, operator: Store, sketches: list[Sketch]) -> None:
    """A case cannot be folded without the law it was decided under."""
    change(store, "DELETE FROM definitions")
    assert {difference.what for difference in rebuild(operator, project).differences} == {"definitions"}


async def test_beside_a_live_system(store: Store, operator: Store, sketches: list[Sketch], recorder: Recorder) -> None:
    """Turns that are recorded meanwhile neither fail nor look like differences."""

    async def work() -> None:
        for _ in range(10):
            for sketch in sketches[::4]:
                sketch.take(await recorder.record(sketch.answer()))

    working = asyncio.create_task(work())
    while not working.done():
        report = await asyncio.to_thread(rebuild, operator, project, replace=True)
        assert report.equal, report.differences
    await working
    assert (await asyncio.to_thread(rebuild, operator, project)).equal
