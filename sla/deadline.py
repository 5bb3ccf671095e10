"""When a limit ends: the operational instant given to the applicant, and the lawful end of the last day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from sla.calendar import WorkingCalendar
from sla.units import WALL_CLOCK, WORKING_TIME, Budget, Unit

RECENT_MAX: Final = 1024
"""So many ends of limits are kept: those that are asked for soon again."""


class AfterHours(StrEnum):
    """From which day the lawful end of an application received outside working time counts."""

    RECEIPT = "receipt"
    """The calendar date of receipt (Civil Code art. 147)."""
    NEXT_OPENING = "next_opening"
    """The day of the next opening (as Decree 297/2025 says for its group)."""


class Due(NamedTuple):
    """When a limit ends. Instants are in the calendar's zone."""

    operational_at: datetime
    """The appointment given to the applicant."""
    lawful_day: date | None
    """The last day; None for limits in hours, which end at their instant."""
    lawful_end_at: datetime | None
    """24:00 of the lawful day."""


def due(
    budget: Budget, anchored_at: datetime, calendar: WorkingCalendar, after_hours: AfterHours = AfterHours.RECEIPT
) -> Due:
    """When a limit that starts at the anchor ends. Civil Code 2015 art. 147-148.

    `hours` run by the wall clock from the exact instant and `working_hours` on the calendar; neither has a lawful
    day. `working_days` end operationally at the same working time of the N-th working day. `days` and `months`
    end at the same wall-clock time of the lawful day, or at the end of the window before it.
    Raises CalendarRangeError when the anchor or the answer lies outside the calendar, NaiveInstant without an offset.
    """
    # Each limit is worked out again and again: when its clock is armed, in its timetable, for the shares of its steps.
    # The same instant with another offset would be the same key: only those in UTC, as events have them, are kept.
    work_out = _recent if anchored_at.tzinfo is UTC else _worked_out
    return work_out(budget, anchored_at, calendar, after_hours)


def _worked_out(budget: Budget, anchored_at: datetime, calendar: WorkingCalendar, after_hours: AfterHours) -> Due:
    if (wall_clock := WALL_CLOCK.get(budget.unit)) is not None:
        calendar.local(anchored_at)
        return Due(calendar.local(anchored_at.astimezone(UTC) + budget.amount * wall_clock), None, None)
    if (working := WORKING_TIME.get(budget.unit)) is not None:
        return Due(calendar.add(anchored_at, budget.amount * working), None, None)
    counted = counted_from(anchored_at, calendar, after_hours)
    lawful_day = calendar.lawful_day(counted.date(), budget)
    if budget.unit is Unit.WORKING_DAYS:
        return due_on(calendar.add_days(anchored_at, budget.amount), lawful_day, calendar)
    return due_on(calendar.near_time_on(lawful_day, counted), lawful_day, calendar)


_recent = lru_cache(maxsize=RECENT_MAX)(_worked_out)


def due_on(operational_at: datetime, lawful_day: date, calendar: WorkingCalendar) -> Due:
    """The end of a limit whose last day is known."""
    return Due(operational_at, lawful_day, calendar.end_of_day(lawful_day))


def counted_from(anchored_at: datetime, calendar: WorkingCalendar, after_hours: AfterHours) -> datetime:
    """The instant from whose day the lawful end counts, in the calendar's zone."""
    if after_hours is AfterHours.NEXT_OPENING:
        return calendar.normalise(anchored_at)
    return calendar.local(anchored_at)


def transfer_due_at(received_at: datetime, calendar: WorkingCalendar, cut_off: time) -> datetime:
    """By when a dossier received at the counter must be handed to the office that handles it.

    Within the working day of receipt; if received after the cut-off, at the start of the next working day (Decree
    61/2018 art. 18, whose cut-off is 15:00: data, since it may differ), also where the offices had closed by then. A
    dossier received before the opening, or on a day off, counts as received at the opening.
    """
    received_on = calendar.local(received_at)
    if calendar.is_working_day(received_on.date()) and received_on.time() > cut_off:
        return calendar.normalise(calendar.closing_at(received_on.date()))
    opened_at = calendar.normalise(received_at)
    if opened_at.time() <= cut_off:
        return calendar.closing_at(opened_at.date())
    return calendar.normalise(calendar.closing_at(opened_at.date()))
