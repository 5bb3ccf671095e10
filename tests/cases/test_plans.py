"""Plans of changes: computed all at once they name what the command will do to each case, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.changes import deadline_changes
from cases.plans import STANDS_STILL, PlannedChange, RefusedChange, calendar_changes, tried_out
from catalog.model import LaneId
from events.language.commands import Actor, ActorKind, ApplyCalendar, MigrateProcedure
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_calendar,
    a_closed_life,
    a_pause,
    a_procedure,
    a_resumption,
    a_step,
    an_answer,
    an_open_life,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = Actor(kind=ActorKind.ADMINISTRATOR, id="office")
HOLIDAY = a_calendar(version="2", days_off=(date(2026, 3, 5),))


def a_migration(**change: Any) -> MigrateProcedure:
    procedure = a_procedure(**{"version": "2"} | change)
    return MigrateProcedure(
        command_id="m", received_at=MONDAY + HOUR, actor=OFFICE, procedure=procedure, reason="decided"
    )


@settings(deadline=None)  # a loaded machine is no fault of the rules
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from(["", "social-housing"])), min_size=1, max_size=5
    )
)
def test_the_plan_of_many_is_what_each_case_would_do(stories: list[tuple[int, bool, str]]) -> None:
    """The same clocks and instants as the command's own event, suspensions and green promises included."""
    lives = []
    for number, (days, paused, field) in enumerate(stories):
        life = an_open_life(application_id=f"A-{number}", facts={"field": field} if field else {})
        life.case = life.case.changed({"case_id": f"case-{number}"})
        at = MONDAY + days * DAY
        life.live_until(at)
        if paused:
            life.do(a_pause(at))
            life.do(a_resumption(at + HOUR))
        lives.append(life)
    planned: dict[str, set[tuple[str, Any, Any]]] = {}
    for change in calendar_changes([life.case for life in lives], HOLIDAY):
        planned.setdefault(change.case_id, set()).add((change.clock_id, change.former_due_at, change.due_at))
    for life in lives:
        case = life.case
        expected = deadline_changes(case, case.definitions.model_copy(update={"calendar": HOLIDAY}))
        assert planned.get(case.case_id, set()) == {(c.clock_id, c.former_due_at, c.due_at) for c in expected}


def test_a_case_that_stands_still_is_part_of_the_plan() -> None:
    """It has no due instant now, but the clocks that go on, or are armed later, need the new days."""
    life = an_open_life()
    life.do(a_pause(MONDAY + HOUR))
    (change,) = calendar_changes([life.case], HOLIDAY)
    assert (change.clock_id, change.reason, change.due_at) == (STANDS_STILL, "waits", None)


def test_nobody_else_is_touched() -> None:
    """Closed cases, cases on the version already, and those of another calendar."""
    done = a_closed_life().case
    other = an_open_life().case
    assert list(calendar_changes([done, other], a_calendar(id="elsewhere"))) == []
    assert list(calendar_changes([done], HOLIDAY)) == []
    moved = an_open_life()
    moved.do(
        ApplyCalendar(command_id="c", received_at=MONDAY + HOUR, actor=OFFICE, calendar=HOLIDAY, reason="a holiday")
    )
    assert list(calendar_changes([moved.case], HOLIDAY)) == []
    assert list(calendar_changes([other], a_calendar(version="2", days_off=(date(2027, 3, 5),)))) == []


def test_why_a_clock_moves() -> None:
    """Earlier, later, into the calendar or out of it."""
    at = MONDAY
    reasons = [
        PlannedChange("c", "k", "step", None, former, latter).reason
        for former, latter in ((at, at - HOUR), (at, at + HOUR), (None, at), (at, None))
    ]
    assert reasons == ["earlier", "later", "covered", "uncovered"]


def test_a_calendar_that_ends_sooner_leaves_a_clock_without_an_end() -> None:
    """It is told, not hidden."""
    shorter = a_calendar(version="2", last_day=date(2026, 3, 5))
    changes = list(calendar_changes([an_open_life().case], shorter))
    assert "uncovered" in {change.reason for change in changes}


def test_a_migration_is_tried_out_and_nothing_is_kept() -> None:
    """The case is as before; the plan names the new limit's end."""
    life = an_open_life()
    before = life.case
    changes = tried_out(life.case, a_migration(limit=Budget(amount=8, unit=Unit.WORKING_DAYS)))
    assert isinstance(changes, list)
    assert life.case is before
    statutory = next(change for change in changes if change.kind == "statutory")
    assert statutory.due_at == MONDAY + 10 * DAY
    assert statutory.reason == "later"
    life.do(a_migration(limit=Budget(amount=8, unit=Unit.WORKING_DAYS)))
    migrated = life.case.current_clock("statutory")
    assert migrated is not None
    assert statutory.clock_id == migrated.id


def test_a_migration_without_another_end_is_a_change_all_the_same() -> None:
    """The case runs under another version from then on."""
    (change,) = _changes(an_open_life(), a_migration())
    assert change.clock_id == STANDS_STILL


def test_a_vanishing_clock_is_told_with_its_refusal() -> None:
    """Which clock of which case."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR))
    steps = tuple(step for step in a_procedure().steps if step.id not in {"fire", "signing"})
    found = tried_out(life.case, a_migration(steps=(*steps, a_step("signing", "culture", "appraisal"))))
    assert isinstance(found, RefusedChange)
    assert (found.refusal.code, found.refusal.details["clock"]) == ("clock_would_vanish", "step:fire")
    assert life.case.lane is LaneId.STANDARD


def _changes(life: Life, command: MigrateProcedure) -> list[PlannedChange]:
    found = tried_out(life.case, command)
    assert isinstance(found, list)
    return found
