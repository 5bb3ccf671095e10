"""Counting back: from which instant, and from which day of receipt, a limit ends where it does."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from sla.calendar import WorkingCalendar
from sla.deadline import Due, due_on
from sla.errors import CalendarRangeError
from sla.texts import ANSWER
from sla.units import WALL_CLOCK, WORKING_TIME, Budget, Unit

DAY = timedelta(days=1)


def beginning(budget: Budget, ends_at: datetime, calendar: WorkingCalendar) -> Due:
    """From when a limit must run to end at the instant; its day is the day of receipt, itself not counted.

    Hours, working hours and working days are exact inverses of `sla.deadline.due` on working instants. A limit in days
    or months counts back on the calendar; a day off moves back to the working day before, the last one on which the
    offices are open. Raises CalendarRangeError where the instant or the answer lies outside the calendar, NaiveInstant.
    """
    local_at = calendar.local(ends_at)
    if (wall_clock := WALL_CLOCK.get(budget.unit)) is not None:
        return Due(calendar.local(ends_at.astimezone(UTC) - budget.amount * wall_clock), None, None)
    if (working := WORKING_TIME.get(budget.unit)) is not None:
        return Due(calendar.subtract(ends_at, budget.amount * working), None, None)
    if budget.unit is Unit.WORKING_DAYS:
        day = calendar.working_day_of_rank(calendar.rank_at(local_at.date()) - budget.amount)
        return due_on(_days_before(ends_at, budget.amount, calendar), day, calendar)
    day = working_day_before(_counted_back(local_at.date(), budget, calendar), calendar)
    return due_on(calendar.near_time_on(day, local_at), day, calendar)


def working_day_before(day: date, calendar: WorkingCalendar) -> date:
    """The day itself if it is a working day, else the last one before it. Raises CalendarRangeError."""
    if calendar.is_working_day(day):
        return day
    return calendar.working_day_of_rank(calendar.rank_at(day) - 1)


def _days_before(ends_at: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """The instant from which `WorkingCalendar.add_days` leads to this one.

    The end of a day is reached from the opening of a day, never from a closing: a closing is no working instant.
    """
    position = calendar.position(ends_at)
    rank = max(0, bisect_left(calendar.layout.day_start, position) - 1)  # the end of a day belongs to it
    start, end = calendar.hours_of_rank(rank)
    back_rank = rank - days + 1 if position == end else rank - days
    calendar.working_day_of_rank(back_rank)  # refuses a day before the first one
    back_start, back_end = calendar.hours_of_rank(back_rank)
    # Of a shorter day than the last one the closing stands for whatever lies beyond.
    back = back_start if position == end else min(back_start + (position - start), back_end)
    return calendar.subtract(ends_at, position - back)


def _counted_back(day: date, budget: Budget, calendar: WorkingCalendar) -> date:
    if budget.unit is Unit.DAYS:
        if budget.amount > (day - calendar.first_day).days:
            raise _outside(calendar)
        return day - budget.amount * DAY
    years, month = divmod(day.month - 1 - budget.amount, 12)
    year = day.year + years
    if year < calendar.first_day.year:
        raise _outside(calendar)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _outside(calendar: WorkingCalendar) -> CalendarRangeError:
    return CalendarRangeError.outside(ANSWER, calendar.definition, field="day")
