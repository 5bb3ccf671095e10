"""Amounts of time in words: `2 ngày làm việc 3 giờ`, `6 giờ 40 phút`. Never in seconds, and never as nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sla.calendar import WorkingCalendar
from sla.errors import CalendarRangeError
from sla.units import WORKING_TIME, Budget, Unit
from wording.amounts import counted
from wording.text import LazyText, _, joined

MINUTE_SECONDS, HOUR_SECONDS, DAY_SECONDS = 60, 3600, 86_400
SPANS: Final = ((DAY_SECONDS, "days"), (HOUR_SECONDS, "hours"), (MINUTE_SECONDS, "minutes"))
_SHOWN: Final = 2
"""The two largest units say enough: nobody who is three days late asks for the minutes."""
_WORKING: Final = {*WORKING_TIME, Unit.WORKING_DAYS}
Counted = tuple[int, str]
"""How many of which unit."""


def split(seconds: float) -> list[Counted]:
    """A length of time by the clock in its two largest units; empty below a minute."""
    rest, parts = int(abs(seconds)), []
    for size, unit in SPANS:
        count, rest = divmod(rest, size)
        if count:
            parts.append((count, unit))
    return parts[:_SHOWN]


def in_words(parts: Sequence[Counted]) -> LazyText | None:
    """The parts in a row; None for none of them."""
    return joined(" ", [counted(count, unit) for count, unit in parts]) if parts else None


def span_said(seconds: float) -> LazyText | None:
    """A length of time by the clock; None below a minute."""
    return in_words(split(seconds))


def working_said(from_at: datetime, until_at: datetime, calendar: WorkingCalendar) -> LazyText | None:
    """The working time from one instant to a later one, in working days and hours; None below a minute, or beyond the calendar.

    A working day is as long as that day's windows: what is left over counts from the same time of the last whole day.
    """
    try:
        days, rest = _whole_days(from_at, until_at, calendar)
    except CalendarRangeError:
        return None
    hours, minutes = divmod(int(rest.total_seconds()) // MINUTE_SECONDS, MINUTE_SECONDS)
    if days:
        return in_words([(days, "working_days"), *([(hours, "hours")] if hours else [])])
    if hours and minutes:
        return joined(" ", [counted(hours, "hours"), counted(minutes, "minutes"), _("of working time")])
    return in_words([(hours, "working_hours")] if hours else [(minutes, "working_minutes")] if minutes else [])


def elapsed_said(from_at: datetime, until_at: datetime, unit: Unit, calendar: WorkingCalendar) -> LazyText | None:
    """The time between two instants in the measure of a limit: by the clock, or in working time."""
    if unit in _WORKING:
        return working_said(from_at, until_at, calendar)
    return span_said((until_at - from_at).total_seconds())


def budget_said(budget: Budget) -> LazyText:
    """A limit: `5 ngày làm việc`; of many minutes hours and minutes, `6 giờ 40 phút làm việc`."""
    minutes = budget.amount
    if budget.unit not in (Unit.MINUTES, Unit.WORKING_MINUTES) or minutes < MINUTE_SECONDS:
        return counted(budget.amount, budget.unit.value)
    hours, rest = divmod(minutes, MINUTE_SECONDS)
    is_working = budget.unit is Unit.WORKING_MINUTES
    if not rest:
        return counted(hours, "working_hours" if is_working else "hours")
    parts = [counted(hours, "hours"), counted(rest, "minutes")]
    return joined(" ", [*parts, _("of working time")] if is_working else parts)


def _whole_days(from_at: datetime, until_at: datetime, calendar: WorkingCalendar) -> tuple[int, timedelta]:
    first, last = (calendar.rank_at(calendar.local_day(at)) for at in (from_at, until_at))
    for days in range(last - first + 1, max(last - first - 2, 0), -1):
        try:
            day_at = calendar.add_days(from_at, days)
        except CalendarRangeError:
            continue
        if day_at <= until_at:
            return days, max(calendar.between(day_at, until_at), timedelta(0))
    return 0, max(calendar.between(from_at, until_at), timedelta(0))
