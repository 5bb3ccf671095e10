"""A new version of a department's calendar under open cases: exactly the clocks that run on it move."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.changes import deadline_changes
from cases.plans import STANDS_STILL, calendar_changes, tried_out
from catalog.model import DepartmentCalendar
from events.language.case_events import CalendarApplied
from sla.calendar import CalendarDefinition
from tests.builders import Life, a_calendar, a_pause, a_resumption, a_step, a_submission, an_answer, the_definitions
from tests.department_calendars import (
    HOUR,
    NO_MONDAYS,
    POLICE_DESK,
    a_new_version,
    another_calendar,
    definitions,
    due_of,
    is_sound,
    local,
    on_friday_afternoon,
)


def test_a_new_version_changes_the_clocks_that_run_on_it_and_no_other() -> None:
    """Saturday off for the police moves the fire check; the case and the appraisal stay."""
    life = on_friday_afternoon()
    former = {clock_id: due_of(life, clock_id) for clock_id in ("statutory", "step:appraisal")}
    (applied,) = life.do(a_new_version(POLICE_DESK, local("06 16:30"), date(2026, 3, 7)))
    assert isinstance(applied, CalendarApplied)
    assert (applied.former.id, applied.former.version) == ("police-desk", "1")
    (change,) = applied.changes
    assert (change.clock_id, change.former_due_at, change.due_at) == ("step:fire", local("09 11:30"), local("10 08:00"))
    assert due_of(life, "step:fire") == local("10 08:00")
    assert {clock_id: due_of(life, clock_id) for clock_id in former} == former
    assert life.case.definitions.calendar == a_calendar()
    assert is_sound(life)


def test_a_new_version_of_the_cases_calendar_leaves_the_departments_alone() -> None:
    """A Tuesday off for the province is none for the police, whose calendar is its own."""
    life = on_friday_afternoon()
    (applied,) = life.do(a_new_version(a_calendar(), local("06 16:30"), date(2026, 3, 10)))
    assert isinstance(applied, CalendarApplied)
    assert [change.clock_id for change in applied.changes] == ["statutory"]
    assert due_of(life, "step:appraisal") == local("12 10:00")
    assert is_sound(life)


def test_a_calendar_on_which_no_clock_can_run_is_refused() -> None:
    """With the calendars that the case has; and the same version twice changes nothing."""
    life = on_friday_afternoon()
    refusal = life.refused(a_new_version(another_calendar("elsewhere"), local("06 16:30")))
    assert (refusal.code, refusal.field) == ("calendar_other", "calendar.id")
    assert {"test", "police-desk", "no-mondays"} == set(str(refusal.details["calendar"]).split(", "))
    command = a_new_version(POLICE_DESK, local("06 16:30"), date(2026, 3, 7))
    life.do(command)
    again = life.refused(command.model_copy(update={"command_id": "again"}))
    assert again.code == "nothing_changes"


def test_a_case_whose_step_is_to_come_is_told() -> None:
    """Before the intake is done no clock runs on the police's calendar; the one that will needs the new day off."""
    life = Life(definitions())
    life.do(a_submission(local("06 14:00")))
    target = a_new_version(POLICE_DESK, local("06 15:00"), date(2026, 3, 7)).calendar
    (change,) = calendar_changes([life.case], target)
    assert (change.clock_id, change.reason) == (STANDS_STILL, "waits")
    life.do(a_new_version(POLICE_DESK, local("06 15:00"), date(2026, 3, 7)))
    life.do(an_answer("intake", "one-stop", local("06 16:00")))
    assert due_of(life, "step:fire") == local("10 08:00")
    assert is_sound(life)


def test_a_case_without_a_step_on_the_calendar_is_left_alone() -> None:
    """It has the calendar only for those who may be asked; nothing of it runs there or is to come."""
    steps = (a_step("intake", "one-stop"), a_step("signing", "finance", "intake"))
    life = Life(definitions(steps=steps))
    life.do(a_submission(local("06 14:00")))
    assert list(calendar_changes([life.case], a_new_version(POLICE_DESK, local("06 15:00")).calendar)) == []


def test_a_department_whose_calendar_ends_works_without_an_end_and_is_named() -> None:
    """No answer is refused because of a calendar: the clock has no end until a longer version is applied."""
    short = another_calendar("police-desk", last_day=date(2026, 3, 6))
    kept = (DepartmentCalendar(calendar=short, departments=("police",)),)
    life = Life(the_definitions(department_calendars=kept))
    life.do(a_submission(local("06 14:00")))
    life.do(an_answer("intake", "one-stop", local("06 16:00")))
    (told,) = life.live_until(local("06 16:00"))
    assert (told.type, told.calendar.id, told.clock_ids) == ("CalendarExhausted", "police-desk", ("step:fire",))
    assert due_of(life, "step:fire") is None
    life.do(a_new_version(another_calendar("police-desk"), local("06 16:00")))
    assert due_of(life, "step:fire") is not None
    assert is_sound(life)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 120), st.booleans(), st.booleans()), min_size=1, max_size=4),
    st.sampled_from((a_calendar(), POLICE_DESK, NO_MONDAYS)),
    st.integers(3, 14),
)
def test_the_plan_of_many_is_what_each_case_would_do(
    stories: list[tuple[int, bool, bool]], of: CalendarDefinition, day: int
) -> None:
    """Computed all at once, for whichever calendar: the clocks and instants of the command's own event."""
    lives = []
    for number, (hours, paused, begun) in enumerate(stories):
        life = on_friday_afternoon() if begun else Life(definitions())
        if not begun:
            life.do(a_submission(local("06 14:00")))
        life.case = life.case.changed({"case_id": f"case-{number}"})
        at = local("06 16:00") + hours * HOUR
        life.live_until(at)
        if paused:
            life.do(a_pause(at))
            life.do(a_resumption(at + 5 * HOUR))
        lives.append(life)
    command = a_new_version(of, local("20 12:00"), date(2026, 3, day))
    planned: dict[str, set[Any]] = {}
    for change in calendar_changes([life.case for life in lives], command.calendar):
        if change.clock_id != STANDS_STILL:
            planned.setdefault(change.case_id, set()).add((change.clock_id, change.former_due_at, change.due_at))
    for life in lives:
        case = life.case
        expected = deadline_changes(case, case.definitions.with_calendar(command.calendar))
        assert planned.get(case.case_id, set()) == {(c.clock_id, c.former_due_at, c.due_at) for c in expected}
        assert isinstance(tried_out(case, command), list)
