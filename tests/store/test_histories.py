"""Temporal's histories in the store: each once, by one process at a time, with the rights of the bridge; removed when old."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.database import Store
from store.histories import AT_ONCE, ClosedRun, Exporting, Histories, Run

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_run(number: int, closed_at: datetime = NOW) -> ClosedRun:
    return ClosedRun(Run(f"C-{number:03}", f"run-{number}"), "CaseWorkflow", closed_at - HOUR, closed_at)


@pytest.fixture
def histories(as_account: Callable[[str], Store]) -> Histories:
    """As the operator's commands read them."""
    return Histories(as_account("operator"))


@pytest.fixture
def lease(as_account: Callable[[str], Store]) -> Iterator[Exporting]:
    """As the bridge writes them."""
    taken = Histories(as_account("bridge")).lease()
    assert taken is not None
    yield taken
    taken.release()


def test_what_was_stored_comes_back_and_is_stored_once(histories: Histories, lease: Exporting) -> None:
    lease.put(a_run(1), b"first" * 1000)
    lease.put(a_run(1), b"second")
    lease.leave_out(a_run(2), "too long")
    lease.put(a_run(2), b"late")
    [stored] = histories.all()
    assert (stored.run, stored.unpacked(5000)) == (Run("C-001", "run-1"), b"first" * 1000)
    assert len(stored.body) < 100
    assert histories.count() == (1, 1)


def test_a_stored_history_is_never_changed(store: Store, lease: Exporting) -> None:
    """Not even by the owner, unless he means to."""
    lease.put(a_run(1), b"history")
    with pytest.raises(IntegrityError, match="append-only"), store.writing() as connection:
        connection.exec_driver_sql("UPDATE histories SET body = NULL")


@pytest.mark.parametrize("damage", [b"", b"no zlib", None])
def test_what_is_damaged_says_so(histories: Histories, lease: Exporting, damage: bytes | None) -> None:
    """Cut, something else, or a bomb that is longer than anything we store."""
    lease.put(a_run(1), b"x" * 100_000)
    [stored] = histories.all()
    body = stored.body[:-1] if damage is None else damage
    with pytest.raises(ValueError, match=r"."):
        type(stored)(stored.run, body).unpacked(200_000)
    with pytest.raises(ValueError, match="does not end"):
        stored.unpacked(99_999)


def test_what_is_missing_is_told_in_order(lease: Exporting) -> None:
    """A run that was left out is not missing: it is not asked for again."""
    runs = [a_run(number) for number in (3, 1, 2, 4)]
    lease.put(runs[1], b"1")
    lease.leave_out(runs[3], "gone")
    assert lease.missing(runs) == [runs[0], runs[2]]
    assert lease.missing([]) == []


def test_one_process_at_a_time_exports(as_account: Callable[[str], Store], lease: Exporting) -> None:
    others = Histories(as_account("bridge"))
    assert others.lease() is None
    lease.release()
    again = others.lease()
    assert again is not None
    again.release()


def test_it_goes_on_from_the_last_end_and_removes_what_is_old(histories: Histories, lease: Exporting) -> None:
    assert lease.last_closed_at() is None
    for hours in range(4):
        lease.put(a_run(hours, NOW - hours * HOUR), b"x")
    assert lease.last_closed_at() == NOW
    assert lease.drop_older(NOW - HOUR) == 2
    assert [stored.run.run_id for stored in histories.all()] == ["run-0", "run-1"]


def test_a_sample_is_the_newest_and_what_the_seed_draws(histories: Histories, lease: Exporting) -> None:
    """The same seed draws the same again, another one others; none twice, and never more than there are."""
    number = AT_ONCE * 2 + 3
    for each in range(number):
        lease.put(a_run(each, NOW + each * HOUR), b"x")
    assert [stored.run.workflow_id for stored in histories.all()] == [f"C-{each:03}" for each in range(number)]
    drawn = {seed: [stored.run.run_id for stored in histories.sample(9, seed)] for seed in ("a", "b")}
    assert all(len(set(runs)) == 9 for runs in drawn.values())
    assert all({f"run-{number - back}" for back in range(1, 6)} <= set(runs) for runs in drawn.values())
    assert set(drawn["a"]) != set(drawn["b"])
    assert sorted(stored.run.run_id for stored in histories.sample(9, "a")) == sorted(drawn["a"])
    assert len(list(histories.sample(10_000, "a"))) == number
