"""Lists, filters and counts over the read models."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from store.database import Store
from store.recorder import Recorder
from store.views import CaseFilter, ClosedCases, OpenCases, OpenSteps, Progress, Views
from tests.store.turn_builder import MORNING, SOURCE, Sketch


@pytest.fixture
async def views(store: Store, recorder: Recorder) -> Views:
    """Six cases: four open, of which one breached; two closed."""

    async def live(number: int) -> None:
        sketch = Sketch(number)
        sketch.take(await recorder.record(sketch.opening()))
        if number == 4:
            sketch.take(await recorder.record(sketch.rung()))
        if number > 4:
            sketch.take(await recorder.record(sketch.closing()))

    await asyncio.gather(*(live(number) for number in range(1, 7)))
    return Views(store)


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
        (CaseFilter(due_before=MORNING + timedelta(days=4)), set()),
        (CaseFilter(due_before=MORNING + timedelta(days=6)), {1, 2, 3, 4}),
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
    recorded = recorder.record_now(turn)
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
