"""Plans of changes: stored with the due columns in one transaction, told in their order, resumed after a kill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from cases.turn import Turn
from store.changes import ChangePlans, ChangeRow, PlanHead
from store.database import Store
from store.recorder import Recorder
from store.view_tables import cases, worklist
from tests.store.turn_builder import Sketch

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def a_head(digest: str = "d" * 64) -> PlanHead:
    return PlanHead("calendar", "vn-public", "2", digest, "{}", "a new holiday", "office", AT)


def a_change(case: str, reason: str = "later", days: int = 1, **change: object) -> ChangeRow:
    given: dict[str, object] = {
        "case_id": case,
        "clock_id": "statutory",
        "kind": "statutory",
        "step_id": None,
        "former_due_at": AT,
        "due_at": AT + days * DAY,
        "reason": reason,
    }
    return ChangeRow(**(given | change))  # type: ignore[arg-type]


@pytest.fixture
def plans(as_account: Callable[[str], Store]) -> ChangePlans:
    return ChangePlans(as_account("operator"))


def test_cases_that_move_earlier_are_told_first(plans: ChangePlans) -> None:
    """Then by how soon they are due; a case with two clocks once; those that only wait last."""
    plan = plans.keep(
        a_head(),
        [
            a_change("waits", "waits", clock_id="-", kind="case", former_due_at=None, due_at=None),
            a_change("later-soon", days=1),
            a_change("later-far", days=9),
            a_change("earlier-far", "earlier", days=8),
            a_change("earlier-soon", "earlier", days=2),
            a_change("later-far", clock_id="step:signing", kind="step", step_id="signing", days=7),
        ],
    )
    assert (plan.cases, plan.sent) == (5, 0)
    assert plans.unsent(plan, 0, 10) == ["earlier-soon", "earlier-far", "later-soon", "later-far", "waits"]
    assert plans.unsent(plan, 2, 2) == ["later-soon", "later-far"]
    assert [row.case_id for row in plans.changes(plan.number)][:2] == ["earlier-soon", "earlier-far"]


def test_a_killed_plan_is_found_again_and_a_finished_one_is_not(plans: ChangePlans) -> None:
    """Where it stopped; the mark never goes back."""
    plan = plans.keep(a_head(), [a_change("one"), a_change("two")])
    plans.mark_sent(plan, 1)
    plans.mark_sent(plan, 0)
    found = plans.unfinished("calendar", "d" * 64)
    assert found is not None
    assert (found.number, found.sent, found.head) == (plan.number, 1, plan.head)
    assert plans.unsent(found, found.sent, 10) == ["two"]
    assert plans.unfinished("calendar", "e" * 64) is None
    plans.mark_sent(plan, 2)
    assert plans.unfinished("calendar", "d" * 64) is None
    assert plans.count() == 1


async def test_the_due_columns_move_with_the_plan(store: Store, recorder: Recorder, plans: ChangePlans) -> None:
    """What screens sort by is new at once; other cases, and what the ledger says, stay as they are."""
    sketches = [Sketch(1), Sketch(2)]
    turns: list[Turn] = [sketch.opening() for sketch in sketches]
    for turn in turns:
        await recorder.record(turn)
    mine, other = (turn.case_id for turn in turns)
    step = turns[0].work[0].step_id
    new = AT + 30 * DAY
    changes = [
        a_change(mine, due_at=new),
        a_change(mine, clock_id="green", kind="green", due_at=new - DAY),
        a_change(mine, clock_id=f"step:{step}", kind="step", step_id=step, due_at=new - 2 * DAY),
    ]
    with store.reading() as connection:
        said = connection.scalars(select(cases.c.view).where(cases.c.case_id == mine)).one()
    plans.keep(a_head(), changes)
    with store.reading() as connection:
        moved = connection.execute(select(cases).where(cases.c.case_id == mine)).one()
        still = connection.execute(select(cases).where(cases.c.case_id == other)).one()
        work = connection.execute(select(worklist).where(worklist.c.case_id == mine, worklist.c.step_id == step)).one()
    assert (moved.statutory_due_at, moved.green_due_at, work.due_at) == (new, new - DAY, new - 2 * DAY)
    assert moved.view == said
    assert still.statutory_due_at != new


async def test_rows_are_moved_as_they_lie_and_only_those_that_move(
    store: Store, recorder: Recorder, plans: ChangePlans
) -> None:
    """Not in the order of the plan, which would write each page of a large table again and again."""
    turns: list[Turn] = [Sketch(number).opening() for number in range(1, 7)]
    for turn in turns:
        await recorder.record(turn)
    mine = [(turn.case_id, turn.work[0].step_id) for turn in turns]
    former, moving = _places(store), mine[1:]
    still = {"due_at": _due_of_work(store, *mine[0]), "kind": "step"}
    changes = [a_change(mine[0][0], clock_id="step:a", step_id=mine[0][1], **still)]
    for days, (case, step) in enumerate(sorted(moving, key=lambda key: former[key], reverse=True), start=30):
        changes.append(a_change(case, clock_id=f"step:{step}", kind="step", step_id=step, days=days))
    plan = plans.keep(a_head(), changes)
    latter = _places(store)
    assert latter[mine[0]] == former[mine[0]]
    assert all(latter[key] != former[key] for key in moving)
    assert sorted(moving, key=lambda key: latter[key]) == sorted(moving, key=lambda key: former[key])
    assert len(plans.unsent(plan, 0, 10)) == len(mine)


def _places(store: Store) -> dict[tuple[str, str], tuple[int, ...]]:
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT case_id, step_id, ctid::text FROM worklist").all()
    return {(case, step): tuple(map(int, place.strip("()").split(","))) for case, step, place in rows}


def _due_of_work(store: Store, case: str, step: str) -> datetime | None:
    query = select(worklist.c.due_at).where(worklist.c.case_id == case, worklist.c.step_id == step)
    with store.reading() as connection:
        return connection.scalars(query).one()


def test_a_plan_is_stored_whole_or_not_at_all(plans: ChangePlans) -> None:
    """A row that the database refuses takes the whole plan with it."""
    bad = a_change("one", clock_id="a\x00b")
    with pytest.raises(Exception, match=r"NUL|0x00|null"):
        plans.keep(a_head(), [a_change("one"), bad])
    assert plans.count() == 0


def test_every_value_comes_back_as_it_was(plans: ChangePlans) -> None:
    """Microseconds, other offsets, absent values, and names as an imported log may have them."""
    odd = datetime(2026, 3, 2, 9, 0, 0, 999_999, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    row = a_change("one", former_due_at=odd, due_at=None, step_id="Bước\t1\n\\N", clock_id="step:Bước\t1", kind="step")
    plan = plans.keep(a_head(), [row, a_change("two", former_due_at=None)])
    found = {change.case_id: change for change in plans.changes(plan.number)}
    assert found["one"] == row
    assert found["two"].former_due_at is None
