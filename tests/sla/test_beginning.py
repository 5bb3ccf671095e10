"""Counting back is the exact inverse of counting on, for every working instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.beginning import beginning, working_day_before
from sla.calendar import CalendarDefinition, CalendarRangeError, DayException, WorkingCalendar
from sla.deadline import due
from sla.units import Budget, Unit

START = datetime(2026, 1, 5, tzinfo=UTC)


def a_calendar(short_friday: bool = False) -> WorkingCalendar:
    whole = ["07:00-11:30", "13:30-17:00"]
    weekly = {"mon": whole, "tue": whole, "wed": whole, "thu": whole, "fri": whole[:1] if short_friday else whole}
    return WorkingCalendar(
        CalendarDefinition.model_validate(
            {
                "id": "test",
                "version": "1",
                "zone": "Asia/Ho_Chi_Minh",
                "first_day": date(2025, 1, 1),
                "last_day": date(2027, 12, 31),
                "weekly": weekly,
                "days_off": [date(2026, 2, day) for day in range(16, 21)],
                "working_days": (DayException(day=date(2026, 1, 10)),),
            }
        )
    )


CALENDAR = a_calendar()


@settings(deadline=None)  # a loaded machine is no fault of the rules
@given(st.integers(0, 300 * 86_400), st.integers(1, 60), st.sampled_from(["hours", "working_hours", "working_days"]))
def test_from_every_working_instant_there_and_back(second: int, amount: int, unit: str) -> None:
    """`beginning` of the end is the beginning."""
    at = CALENDAR.normalise(START + timedelta(seconds=second))
    budget = Budget(amount=amount, unit=Unit(unit))
    assert beginning(budget, due(budget, at, CALENDAR).operational_at, CALENDAR).operational_at == at


@settings(deadline=None)  # a loaded machine is no fault of the rules
@given(st.integers(0, 300), st.integers(1, 60))
def test_the_day_of_receipt_leads_to_the_last_day(day: int, amount: int) -> None:
    """Counted back from a working day, a limit in working days ends on that very day."""
    last = CALENDAR.next_working_day(date(2026, 6, 1) + timedelta(days=day))
    ends_at = CALENDAR.local(datetime.combine(last, time(9), CALENDAR.zone))
    budget = Budget(amount=amount, unit=Unit.WORKING_DAYS)
    received = beginning(budget, ends_at, CALENDAR).lawful_day
    assert received is not None
    assert CALENDAR.lawful_day(received, budget) == last


@pytest.mark.parametrize(("unit", "day"), [(Unit.DAYS, date(2026, 2, 27)), (Unit.MONTHS, date(2026, 1, 30))])
def test_a_day_off_moves_back(unit: Unit, day: date) -> None:
    """Sunday 1 March and Saturday 31 January count as the Friday before: the last day on which the offices are open."""
    ends_at = datetime(2026, 3, 2 if unit is Unit.DAYS else 31, 9, tzinfo=CALENDAR.zone)
    amount = 1 if unit is Unit.DAYS else 2
    start = beginning(Budget(amount=amount, unit=unit), ends_at, CALENDAR)
    assert start.lawful_day == day
    assert start.operational_at == datetime.combine(day, time(9), CALENDAR.zone)


def test_a_shorter_day_ends_at_its_closing() -> None:
    """There is no Friday afternoon to begin in."""
    calendar = a_calendar(short_friday=True)
    ends_at = datetime(2026, 3, 9, 16, tzinfo=calendar.zone)
    start = beginning(Budget(amount=1, unit=Unit.WORKING_DAYS), ends_at, calendar)
    assert start.lawful_day == date(2026, 3, 6)
    assert start.operational_at <= datetime(2026, 3, 9, 7, tzinfo=calendar.zone)


def test_what_lies_before_the_calendar_is_refused() -> None:
    """In every unit."""
    at = datetime(2025, 1, 2, 9, tzinfo=CALENDAR.zone)
    for unit in (Unit.WORKING_DAYS, Unit.DAYS, Unit.MONTHS, Unit.HOURS, Unit.WORKING_HOURS):
        with pytest.raises(CalendarRangeError):
            beginning(Budget(amount=80, unit=unit), at, CALENDAR)
    assert working_day_before(date(2026, 1, 11), CALENDAR) == date(2026, 1, 10)
