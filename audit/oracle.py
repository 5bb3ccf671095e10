"""Time measured a second way, for checking the first: it walks the days one by one and knows no tables.

Slow and plain on purpose, and independent of the arithmetic of sla/: of that room it reads the definitions only. Right
for zones that keep one offset, and for those that change it outside the opening hours.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from sla.clock import Clock
from sla.deadline import AfterHours
from sla.definition import CalendarDefinition
from sla.units import Unit

Stretch = tuple[datetime, datetime]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKED = frozenset({Unit.WORKING_DAYS, Unit.WORKING_HOURS, Unit.WORKING_MINUTES})
_DAY_START_MINUTE_MAX = 24 * 60


class DayWalker:
    """One calendar, walked day by day."""

    def __init__(self, calendar: CalendarDefinition) -> None:
        self._zone = ZoneInfo(calendar.zone)
        self._off = set(calendar.days_off)
        self._made_up = {entry.day: str(entry.takes.value) for entry in calendar.working_days}
        self._hours = {
            str(weekday.value): [(window.opening_minute, window.closing_minute) for window in windows]
            for weekday, windows in calendar.weekly.items()
        }
        self._windows = lru_cache(maxsize=4096)(self._windows_on)
        self.open_seconds = lru_cache(maxsize=4096)(self._open_seconds)
        """The opening hours between two instants, in seconds; 0 if the end is not after the start."""

    def _open_seconds(self, start_at: datetime, end_at: datetime) -> float:
        total = 0.0
        day = start_at.astimezone(self._zone).date()
        last_day = end_at.astimezone(self._zone).date()
        while day <= last_day:
            for opens_at, closes_at in self._windows(day):
                total += max(0.0, (min(closes_at, end_at) - max(opens_at, start_at)).total_seconds())
            day += timedelta(days=1)
        return total

    def is_open(self, at: datetime) -> bool:
        """Whether the instant lies in the opening hours."""
        day = at.astimezone(self._zone).date()
        return any(opens_at <= at < closes_at for opens_at, closes_at in self._windows(day))

    def day_of(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.astimezone(self._zone).date()

    def opening_day_of(self, at: datetime) -> date:
        """The local day of the instant, or of the next opening, where it lies outside the opening hours."""
        day = self.day_of(at)
        while not any(at < closes_at for _, closes_at in self._windows(day)):
            day += timedelta(days=1)
        return day

    def days_on(self, day: date, count: int) -> date:
        """The count-th working day after a day, itself not counted; with 0 the first one at or after it."""
        while count > 0 or not self._windows(day):
            day += timedelta(days=1)
            count -= bool(self._windows(day))
        return day

    def end_of(self, day: date) -> datetime:
        """24:00 of a local day, in UTC."""
        return self._instant(day, _DAY_START_MINUTE_MAX)

    def _windows_on(self, day: date) -> tuple[Stretch, ...]:
        if day in self._off:
            return ()
        hours = self._hours.get(self._made_up.get(day, _WEEKDAYS[day.weekday()]), [])
        return tuple((self._instant(day, opens), self._instant(day, closes)) for opens, closes in hours)

    def _instant(self, day: date, minute: int) -> datetime:
        if minute == _DAY_START_MINUTE_MAX:
            return self._instant(day + timedelta(days=1), 0)
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self._zone)
        return local.astimezone(UTC)


_walkers: dict[str, DayWalker] = {}


def walker_of(calendar: CalendarDefinition) -> DayWalker:
    """The walker of a calendar, one per digest."""
    walker = _walkers.get(calendar.digest)
    if walker is None:
        walker = _walkers[calendar.digest] = DayWalker(calendar)
    return walker


def running_stretches(clock: Clock, until_at: datetime) -> Iterator[Stretch]:
    """The stretches from the clock's anchor up to an instant in which no suspension holds it."""
    suspended = [(entry.from_at, entry.until_at) for entry in clock.suspensions]
    cuts = {clock.anchored_at, until_at}
    for pair in suspended:
        cuts.update(at for at in pair if at is not None and clock.anchored_at < at < until_at)
    for start_at, end_at in pairwise(sorted(cuts)):
        if start_at >= clock.anchored_at and end_at <= until_at and not _held(suspended, start_at):
            yield start_at, end_at


def consumed_seconds(clock: Clock, until_at: datetime, calendar: CalendarDefinition) -> float:
    """What a clock has consumed at an instant, in its own measure: opening hours for working units, else wall clock."""
    stretches = running_stretches(clock, until_at)
    if clock.budget.unit in _WORKED:
        walker = walker_of(calendar)
        return sum(walker.open_seconds(start_at, end_at) for start_at, end_at in stretches)
    return sum((end_at - start_at).total_seconds() for start_at, end_at in stretches)


def lawful_end_at(clock: Clock, calendar: CalendarDefinition) -> datetime:
    """24:00 of the last day of a limit in days, had nothing suspended it (Civil Code 2015 art. 147-148); UTC.

    The day of receipt is not counted; a limit in days or months that ends on a day off ends with the next working day.
    """
    walker, budget = walker_of(calendar), clock.budget
    counted = walker.opening_day_of if clock.after_hours is AfterHours.NEXT_OPENING else walker.day_of
    day = counted(clock.anchored_at)
    if budget.unit is Unit.WORKING_DAYS:
        return walker.end_of(walker.days_on(day, budget.amount))
    if budget.unit is Unit.MONTHS:
        year, month = divmod(day.year * 12 + day.month - 1 + budget.amount, 12)
        day = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    else:
        day += timedelta(days=budget.amount)
    return walker.end_of(walker.days_on(day, 0))


def covers(calendar: CalendarDefinition, start_at: datetime, end_at: datetime) -> bool:
    """Whether a calendar knows the days of both instants."""
    walker = walker_of(calendar)
    return calendar.first_day <= walker.day_of(start_at) and walker.day_of(end_at) <= calendar.last_day


def _held(suspended: Iterable[tuple[datetime, datetime | None]], at: datetime) -> bool:
    return any(from_at <= at and (until_at is None or at < until_at) for from_at, until_at in suspended)
