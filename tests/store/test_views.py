"""Lists, filters and counts over the read models."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cases.turn import Turn
from store.database import Store
from store.recorder import Recorder
from store.views import CaseFilter, ClosedCases, OpenCases, OpenSteps, Progress, Views
from tests.blocking import record_now
from tests.store.turn_builder import MORNING, SOURCE, Sketch

VERDICTS = {
    2: {"statutory_state": "breached"},
    3: {"green_state": "past_appointment"},
    5: {"statutory_state": "breached"},
}


def seen_as(turn: Turn, **change: Any) -> Turn:
    """The turn with a row that says something else."""
    assert turn.view is not None
    return turn.model_copy(update={"view": turn.view.model_copy(update=change)})


@pytest.fixture
async def views(as_account: Callable[[str], Store], recorder: Recorder) -> Views:
    """Six cases: four open, of which one breached; two closed. What the law says of a promise: of cases 2, 3 and 5."""

    async def live(number: int) -> None:
        sketch = Sketch(number)
        sketch.take(await recorder.record(seen_as(sketch.opening(), **VERDICTS.get(number, {}))))
        if number == 4:
            sketch.take(await recorder.record(sketch.rung()))
        if number > 4:
            sketch.take(await recorder.record(seen_as(sketch.closing(), **VERDICTS.get(number, {}))))

    await asyncio.gather(*(live(number) for number in range(1, 7)))
    return Views(as_account("reader"))


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (CaseFilter(), {1, 2, 3, 4, 5, 6}),
        (CaseFilter(open_only=True), {1, 2, 3, 4}),
        (CaseFilter(closed_only=True), {5, 6}),
        (CaseFilter(status="closed"), {5, 6}),
        (CaseFilter(outcome="issued"), {5, 6}),
        (CaseFilter(outcome="refused"), set()),
        (CaseFilter(lane="standard", procedure="karaoke", source=SOURCE), {1, 2, 3, 4, 5, 6}),
        (CaseFilter(lane="green_60"), set()),
        (CaseFilter(holder="one-stop"), {1, 2, 3, 4}),
        (CaseFilter(breached_only=True), {4}),
        (CaseFilter(escalated_only=True), {4}),
        (CaseFilter(promise_states=frozenset({"running"})), {1, 3, 4}),
        (CaseFilter(promise_states=frozenset({"past_appointment"})), {3}),
        (CaseFilter(promise_states=frozenset({"breached"})), {2}),
        (CaseFilter(promise_states=frozenset({"breached", "past_appointment"}), holder="one-stop"), {2, 3}),
        (CaseFilter(promise_states=frozenset({"met"})), set()),
    ],
)
def test_filters(views: Views, wanted: CaseFilter, numbers: set[int]) -> None:
    """Each narrows as it says, and counts as it lists."""
    found = views.cases(wanted)
    assert {view.case_id for view in found} == {Sketch(number).case_id for number in numbers}
    assert views.count(wanted) == len(numbers)


def test_a_list_can_be_continued(views: Views) -> None:
    """Page by page, nothing twice and nothing left out, although all were opened at the same instant."""
    seen: list[str] = []
    after = None
    while page := views.cases(limit=4, after=after):
        seen += [view.case_id for view in page]
        after = (page[-1].opened_at, page[-1].case_id)
    assert len(seen) == len(set(seen)) == 6


def test_a_case_reads_as_it_was_folded(views: Views, store: Store, recorder: Recorder) -> None:
    """By id or by code, the same value that the fold gave."""
    sketch = Sketch(7)
    turn = sketch.opening()
    recorded = record_now(recorder, turn)
    view = views.case(sketch.case_id)
    assert view is not None
    assert turn.view is not None
    assert view == turn.view.model_copy(update={"dossier_code": "H05.7-260302-0007"})
    assert views.case("H05.7-260302-0007") == view
    assert views.case("case-nowhere") is None
    assert len(recorded.records) == 5


def test_worklists(views: Views) -> None:
    """By department, by case, or all; the most urgent first."""
    assert len(views.worklist()) == 8
    assert {item.department for item in views.worklist("police")} == {"police"}
    assert len(views.worklist("police")) == 4
    assert [item.step_id for item in views.worklist(case_id=Sketch(1).case_id)] == ["fire", "intake"]
    assert len(views.worklist(limit=3)) == 3


def test_overdue_steps(views: Views) -> None:
    """By the recorded breach, or by an instant of business time."""
    assert views.overdue() == []
    assert len(views.overdue(MORNING + timedelta(days=2))) == 8
    assert views.overdue(MORNING) == []


def test_counts_for_metrics(views: Views) -> None:
    """Open by lane and holder, steps by department, closed by lane and outcome, progress of a source."""
    assert views.open_cases() == [OpenCases("standard", "one-stop", 4, 1, 1)]
    assert views.open_steps() == [OpenSteps("one-stop", 4, 0, 0), OpenSteps("police", 4, 0, 0)]
    assert views.closed_cases() == views.closed_cases(SOURCE) == [ClosedCases("standard", "issued", 2, 0)]
    assert views.closed_cases("elsewhere") == []
    assert views.progress(SOURCE) == Progress(6, 2)


DUE = MORNING + timedelta(days=1)
"""When something is due in every case of the builder."""


@pytest.mark.parametrize(("seconds", "asleep"), [(-1, False), (0, False), (1, True)])
def test_cases_that_nobody_woke_are_found(views: Views, seconds: int, asleep: bool) -> None:
    """Open, and due for more than the seconds: not before, not at that instant; closed ones sleep in peace."""
    now = DUE + timedelta(seconds=600 + seconds)
    expected = sorted((Sketch(number).case_id, False) for number in range(1, 5)) if asleep else []
    assert views.sleeping(now, 600) == expected
    assert views.sleeping(now, 600, limit=3) == expected[:3]


async def test_the_longest_asleep_comes_first(views: Views, store: Store, recorder: Recorder) -> None:
    """A dossier is told apart from a case; where nothing is due nobody sleeps, and a metric counts it."""

    async def live(number: int, next_due_at: datetime | None) -> str:
        sketch = Sketch(number)
        await recorder.record(seen_as(sketch.opening(), next_due_at=next_due_at))
        return sketch.case_id

    assert views.without_end() == 0
    first = await live(7, DUE - timedelta(days=1))
    await live(8, None)
    with store.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO dossiers (case_id, sequence, view, source, dossier_id, lead, status, opened_at, joint_state,"
                " applications, released, granted, blocked, next_due_at)"
                " VALUES ('dossier-1', 1, '', '/portal', 'D', 'culture', 'open', :at, 'running', 1, 0, 0, 0, :due)"
            ),
            {"at": MORNING, "due": DUE - timedelta(hours=1)},
        )
    assert views.sleeping(DUE, 60) == [(first, False), ("dossier-1", True)]
    assert views.without_end() == 1


def test_looking_for_sleepers_reads_no_closed_case(views: Views, store: Store) -> None:
    """Its cost follows what is open, not the age of the system."""
    query = "EXPLAIN SELECT case_id FROM cases WHERE closed_at IS NULL AND next_due_at < now()"
    with store.reading() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(connection.scalars(text(query)))
    assert "ix_cases_open" in plan
