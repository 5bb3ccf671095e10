"""Departments with calendars of their own: a police desk open on Saturday mornings, an office closed on Mondays.

The promise is shared out on the case's calendar (40 hours of it; the fire check gets 10, the appraisal 20); each step
then uses up its share on the calendar of its department.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from audit.invariants import check_case, replay_decisions
from cases.decide import fold
from cases.timetable import appointment_at
from catalog.model import Definitions, DepartmentCalendar
from events.language.commands import Actor, ActorKind, ApplyCalendar
from sla.calendar import CalendarDefinition, Window
from tests.builders import Life, a_calendar, a_procedure, a_submission, an_answer, the_definitions

HOUR = timedelta(hours=1)
ZONE = 7 * HOUR
MORNING, AFTERNOON = Window(opens=time(7), closes=time(11, 30)), Window(opens=time(13, 30), closes=time(17))
OFFICE = Actor(kind=ActorKind.ADMINISTRATOR, id="office")


def another_calendar(calendar_id: str, **change: Any) -> CalendarDefinition:
    return CalendarDefinition.model_validate(a_calendar().model_dump() | {"id": calendar_id} | change)


WEEKLY = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (MORNING, AFTERNOON))
POLICE_DESK = another_calendar("police-desk", weekly=WEEKLY | {"sat": (MORNING,)})
NO_MONDAYS = another_calendar("no-mondays", weekly={day: hours for day, hours in WEEKLY.items() if day != "mon"})
KEPT = (
    DepartmentCalendar(calendar=POLICE_DESK, departments=("police",)),
    DepartmentCalendar(calendar=NO_MONDAYS, departments=("culture",)),
)


def definitions(**procedure: Any) -> Definitions:
    return the_definitions(a_procedure(**procedure), department_calendars=KEPT)


def local(moment: str) -> datetime:
    """An instant of March 2026 by the clocks of the province: `06 16:00` is Friday afternoon."""
    return datetime.strptime(f"2026-03-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - ZONE


def on_friday_afternoon(given: Definitions | None = None) -> Life:
    """Intake is done on Friday at 16:00: the fire check and the appraisal begin an hour before the week ends."""
    life = Life(given or definitions())
    life.do(a_submission(local("06 14:00")))
    life.do(an_answer("intake", "one-stop", local("06 16:00")))
    return life


def due_of(life: Life, clock_id: str) -> datetime | None:
    return appointment_at(life.case.clocks[clock_id], life.case.definitions)


def is_sound(life: Life) -> bool:
    """By the auditor's own way of measuring time, and by deciding everything again."""
    assert check_case(life.definitions, life.records) == []
    assert replay_decisions(life.definitions, life.records) == []
    return fold(life.case.case_id, life.definitions, life.records) == life.case


def a_new_version(of: CalendarDefinition, at: datetime, *days_off: date) -> ApplyCalendar:
    calendar = CalendarDefinition.model_validate(of.model_dump() | {"version": "2", "days_off": days_off})
    return ApplyCalendar(command_id="apply", received_at=at, actor=OFFICE, calendar=calendar, reason="a day off")
