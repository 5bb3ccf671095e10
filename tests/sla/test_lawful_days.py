"""The ends of limits in days: the vectors of the law, and a walk through every day."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

import pytest

from sla.calendar import CalendarRangeError, UnitWithoutDay, WorkingCalendar, compiled
from sla.deadline import AfterHours, due, transfer_due_at
from sla.units import Budget, Unit
from tests.sla.calendars import a_definition, at, public, ten_years
from tests.sla.oracle import DayWalker, OffTheCalendarError
from tests.sla.tier import LONG

MOST_DAYS = 90
CHECKS_PER_CALENDAR = 5_000
# Before the opening, at it, inside with a fraction, at the ends of windows, in the break, at night.
TIMES = (
    time(0),
    time(6),
    time(7),
    time(9, 17, 30, 500_001),
    time(11, 30),
    time(12),
    time(13, 30),
    time(16, 59, 59, 999_999),
    time(17),
    time(20, 15),
)


@pytest.mark.parametrize(
    ("received", "days", "lawful"),
    [
        ("2026-01-05", 3, "2026-01-08"),
        ("2026-01-09", 1, "2026-01-10"),
        ("2025-12-31", 1, "2026-01-05"),
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-08-21", 1, "2026-08-22"),
        ("2026-08-21", 2, "2026-08-24"),
        ("2026-08-28", 1, "2026-09-03"),
        ("2026-04-24", 2, "2026-04-29"),
        ("2026-04-24", 3, "2026-05-04"),
    ],
)
def test_working_days_of_the_law(received: str, days: int, lawful: str) -> None:
    """The first day is not counted, days off are not, decreed make-up Saturdays are."""
    budget = Budget(amount=days, unit=Unit.WORKING_DAYS)
    end = due(budget, at(f"{received} 09:00"), public())
    assert end.lawful_day == date.fromisoformat(lawful)
    assert end.operational_at == at(f"{lawful} 09:00")
    assert end.lawful_end_at == at(f"{lawful} 00:00") + timedelta(days=1)


def test_calendar_days_move_on_from_a_day_off() -> None:
    """Fifteen days from 15 April 2026 end on a holiday and move on over the next one and the weekend."""
    end = due(Budget(amount=15, unit=Unit.DAYS), at("2026-04-15 09:00"), public())
    assert (end.lawful_day, end.operational_at) == (date(2026, 5, 4), at("2026-05-04 09:00"))


def test_a_month_without_the_corresponding_day_ends_on_its_last() -> None:
    """A month from 31 January ends on 28 February, a Saturday in 2026, and so on Monday."""
    end = due(Budget(amount=1, unit=Unit.MONTHS), at("2026-01-31 09:00"), public())
    assert end.lawful_day == date(2026, 3, 2)


def test_received_after_the_cut_off_is_transferred_next_morning() -> None:
    """A dossier received after 15:00 goes to its office at the start of the next working day; before, the same day."""
    tuesday = "2026-03-03"
    assert transfer_due_at(at(f"{tuesday} 15:10"), public(), time(15)) == at("2026-03-04 07:00")
    assert transfer_due_at(at(f"{tuesday} 15:00"), public(), time(15)) == at(f"{tuesday} 17:00")
    assert transfer_due_at(at("2026-03-06 15:00:01"), public(), time(15)) == at("2026-03-09 07:00")
    assert transfer_due_at(at("2026-03-07 10:00"), public(), time(15)) == at("2026-03-09 17:00")
    assert transfer_due_at(at(f"{tuesday} 06:00"), public(), time(15)) == at(f"{tuesday} 17:00")
    assert transfer_due_at(at(f"{tuesday} 17:30"), public(), time(15)) == at("2026-03-04 07:00")
    assert transfer_due_at(at("2026-03-06 23:59"), public(), time(15)) == at("2026-03-09 07:00")


def test_received_after_hours_counts_from_receipt_or_next_opening() -> None:
    """Tuesday 17:05 counts from Tuesday, or, where the procedure says so, from Wednesday 08:00."""
    weekly = {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = compiled(a_definition(weekly=weekly))
    three = Budget(amount=3, unit=Unit.WORKING_DAYS)
    received = at("2026-03-03 17:05")
    assert calendar.normalise(received) == at("2026-03-04 08:00")
    by_receipt = due(three, received, calendar, AfterHours.RECEIPT)
    by_opening = due(three, received, calendar, AfterHours.NEXT_OPENING)
    assert by_receipt.operational_at == by_opening.operational_at == at("2026-03-06 17:00")
    assert (by_receipt.lawful_day, by_opening.lawful_day) == (date(2026, 3, 6), date(2026, 3, 9))
    days = Budget(amount=2, unit=Unit.DAYS)
    assert due(days, received, calendar, AfterHours.RECEIPT).lawful_day == date(2026, 3, 5)
    assert due(days, received, calendar, AfterHours.NEXT_OPENING).lawful_day == date(2026, 3, 6)


def test_hours_start_at_the_exact_moment() -> None:
    """Limits in hours run from the moment, over nights and holidays, and end at an instant, not with a day."""
    friday = at("2026-03-06 16:00")
    assert due(Budget(amount=24, unit=Unit.HOURS), friday, public()) == (at("2026-03-07 16:00"), None, None)
    assert due(Budget(amount=8, unit=Unit.WORKING_HOURS), friday, public()) == (at("2026-03-09 16:00"), None, None)
    assert due(Budget(amount=90, unit=Unit.MINUTES), friday, public()) == (at("2026-03-06 17:30"), None, None)
    assert due(Budget(amount=90, unit=Unit.WORKING_MINUTES), friday, public())[0] == at("2026-03-09 07:30")
    with pytest.raises(UnitWithoutDay) as refused:
        public().lawful_day(date(2026, 3, 6), Budget(amount=24, unit=Unit.HOURS))
    assert (refused.value.code, refused.value.field) == ("unit_without_day", "unit")


def test_lunch_and_night_move_to_the_opening() -> None:
    """Before opening counts from the opening, in the break from its end, after closing from the next opening."""
    calendar = public()
    assert calendar.normalise(at("2026-03-02 05:00")) == at("2026-03-02 07:00")
    assert calendar.normalise(at("2026-03-02 11:30")) == at("2026-03-02 13:30")
    assert calendar.normalise(at("2026-03-06 17:00")) == at("2026-03-09 07:00")
    assert calendar.normalise(at("2026-03-02 16:59:59")) == at("2026-03-02 16:59:59")


@pytest.mark.parametrize("name", sorted(ten_years()))
def test_working_days_equal_a_walk_through_the_days(name: str) -> None:
    """Every limit of 1 to 90 working days ends where counting day after day ends, or is refused where that does."""
    calendar = ten_years()[name]
    walker = DayWalker(calendar.definition)
    days = [calendar.first_day + timedelta(days=n) for n in range((calendar.last_day - calendar.first_day).days + 1)]
    if not LONG:
        last_ones = days[-100:]  # those whose limits leave the calendar
        days = [
            *random.Random(90).sample(days, CHECKS_PER_CALENDAR // MOST_DAYS),
            *random.Random(9).sample(last_ones, 5),
        ]
    mismatches = [found for day in days for found in _mismatches(calendar, walker, day)]
    assert not mismatches, (len(mismatches), mismatches[:5])


def _mismatches(calendar: WorkingCalendar, walker: DayWalker, day: date) -> list[object]:
    local = datetime.combine(day, TIMES[day.toordinal() % len(TIMES)])
    anchor = local.replace(tzinfo=calendar.zone)
    lawful, operational = walker.lawful_days(day, MOST_DAYS), walker.operational_ends(local, MOST_DAYS)
    wrong: list[object] = []
    for amount in range(1, MOST_DAYS + 1):
        budget = Budget.model_construct(amount=amount, unit=Unit.WORKING_DAYS)
        try:
            expected = (next(operational).replace(tzinfo=calendar.zone), next(lawful))
        except OffTheCalendarError:
            expected = None
        try:
            found = due(budget, anchor, calendar)[:2]
        except CalendarRangeError:
            found = None
        if found != expected:
            wrong.append((anchor, amount, found, expected))
        if expected is None:
            break
    return wrong


@pytest.mark.parametrize(
    ("received", "appointment"),
    [
        ("07:00", "07:00"),
        ("11:30", "11:30"),
        ("12:00", "11:30"),
        ("13:29", "11:30"),
        ("13:30", "13:30"),
        ("17:00", "17:00"),
        ("20:00", "17:00"),
    ],
)
def test_calendar_days_end_at_the_wall_clock_time_of_receipt(received: str, appointment: str) -> None:
    """Or at the end of the window before it; the opening after the break is a working instant, not the end before it."""
    budget = Budget(amount=7, unit=Unit.DAYS)
    assert due(budget, at(f"2026-03-02 {received}"), public()).operational_at == at(f"2026-03-09 {appointment}")
