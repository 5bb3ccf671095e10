"""The working calendar: arithmetic on working time, exact to the microsecond, at a cost independent of the interval.

Every working window of the calendar's validity stands in one table with the working time before it (prefix sums), so
that a position on the axis of working time is one look-up among the windows of one day, and the way back is one binary
search. An instant's position is remembered: a clock asks for its anchor and its due instants over and over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sla.definition import (
    CalendarDefinition,
    DayException,
    FlaggedDays,
    Weekday,
    Window,
    with_flags,
)
from sla.errors import (
    AmountRefused,
    CalendarInvalid,
    CalendarRangeError,
    NaiveInstant,
    OverlappingWindows,
    SlaError,
    UnitWithoutDay,
    UnknownFlag,
    UnknownZone,
    UnsortedWindows,
)
from sla.texts import ANSWER, NEXT_OPENING
from sla.timeline import DAY, day_start_at, has_fixed_offset, spans
from sla.units import Budget, Unit

__all__ = [
    "AmountRefused",
    "CalendarDefinition",
    "CalendarInvalid",
    "CalendarRangeError",
    "DayException",
    "FlaggedDays",
    "NaiveInstant",
    "OverlappingWindows",
    "SlaError",
    "UnitWithoutDay",
    "UnknownFlag",
    "UnknownZone",
    "UnsortedWindows",
    "Weekday",
    "Window",
    "WorkingCalendar",
    "compiled",
    "with_flags",
]

ZERO: Final = timedelta(0)
CALENDARS_KEPT: Final = 64
POSITIONS_KEPT: Final = 16_384

_compiled: dict[str, WorkingCalendar] = {}


def compiled(definition: CalendarDefinition) -> WorkingCalendar:
    """The calendar ready for arithmetic; compiled once per process and digest."""
    digest = definition.digest
    calendar = _compiled.get(digest)
    if calendar is None:
        calendar = WorkingCalendar(definition)
        while len(_compiled) >= CALENDARS_KEPT:
            _compiled.pop(next(iter(_compiled)), None)
        _compiled[digest] = calendar
    return calendar


class Layout(NamedTuple):
    """The tables of a calendar. Times since `start_at` (UTC) and on the axis of working time."""

    start_at: datetime
    length: timedelta
    opens: Sequence[timedelta]
    widths: Sequence[timedelta]
    before: Sequence[timedelta]
    days: Sequence[date]
    day_start: Sequence[timedelta]
    ranks: Sequence[int]


class WorkingCalendar:
    """A calendar ready for arithmetic. Instants go in with any offset and come out in the calendar's zone.

    A working instant lies in a window: at or after its opening, before its closing. Every method raises
    CalendarRangeError outside `first_day`..`last_day` and NaiveInstant for an instant without an offset.
    """

    # Named, because `between` on known instants is so short that finding its table by name was a tenth of it.
    __slots__ = (
        "_bases", "_before", "_day_start", "_days", "_ends", "_first", "_length", "_opens", "_origin", "_positions", "_rank",
        "_start_at", "_total", "_widths", "definition", "ends_at", "first_day", "fixed_offset", "last_day", "zone",
    )  # fmt: skip

    def __init__(self, definition: CalendarDefinition) -> None:
        self.definition: Final = definition
        self.zone: Final = ZoneInfo(definition.zone)
        self.first_day: Final = definition.first_day
        self.last_day: Final = definition.last_day
        self.fixed_offset: Final = has_fixed_offset(definition, self.zone)
        start_at = day_start_at(definition.first_day, self.zone)
        self._start_at: Final = start_at
        # Two datetimes of one zone subtract fast, and by wall clock: right only where the offset never changes.
        self._origin: Final = start_at.astimezone(self.zone) if self.fixed_offset else start_at
        self._length: Final = day_start_at(definition.last_day + DAY, self.zone) - start_at
        self.ends_at: Final = start_at + self._length  # UTC; 24:00 of the last day
        self._lay_out_windows(start_at)
        self._number_days()
        self._positions: Final[dict[datetime, timedelta]] = {}

    def _lay_out_windows(self, start_at: datetime) -> None:
        # A window of no length at the very start spares every search the case "before the first window".
        self._opens, self._widths, self._before, self._ends = [ZERO], [ZERO], [ZERO], [ZERO]
        self._days: list[date] = []  # working days, in order
        self._day_start: list[timedelta] = []  # working time before each of them
        total = ZERO
        for day, opens_at, closes_at in spans(self.definition, self.zone):
            if not self._days or self._days[-1] != day:
                self._days.append(day)
                self._day_start.append(total)
            self._opens.append(opens_at - start_at)
            self._widths.append(closes_at - opens_at)
            self._before.append(total)
            total += closes_at - opens_at
            self._ends.append(total)
        self._day_start.append(total)
        self._total = total
        self._bases = [self._origin + opens - before for opens, before in zip(self._opens, self._before, strict=True)]
        # Windows that open before each 24 hours of the time line: the search is among those of one day only.
        buckets = range(self._length.days + 2)
        self._first = [bisect_left(self._opens, DAY * bucket) for bucket in buckets]
        self._first[0] = 1

    def _number_days(self) -> None:
        working = frozenset(self._days)
        self._rank: list[int] = []  # how many working days lie before each day of the calendar
        count = 0
        for ordinal in range(self.first_day.toordinal(), self.last_day.toordinal() + 1):
            self._rank.append(count)
            count += date.fromordinal(ordinal) in working
        self._rank.append(count)

    # ---- days

    def is_working_day(self, day: date) -> bool:
        """Whether the local day has any working time."""
        index = self._index(day)
        return self._rank[index + 1] > self._rank[index]

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        return self.working_day_after(day, 0)

    def follows_day_off(self, day: date) -> bool:
        """Whether the day before, within the calendar, is off."""
        return day > self.first_day and not self.is_working_day(day - DAY)

    def rank_at(self, day: date) -> int:
        """The rank of the first working day at or after the day: how many working days lie before it."""
        return self._rank[self._index(day)]

    def rank_after(self, day: date) -> int:
        """The rank of the first working day after the day."""
        return self._rank[self._index(day) + 1]

    def working_day_after(self, day: date, count: int) -> date:
        """The count-th working day after the day, itself not counted; with 0 the first one at or after it."""
        index = self._index(day)
        rank = self._rank[index + 1] + count - 1 if count > 0 else self._rank[index]
        return self.working_day_of_rank(rank)

    def working_day_of_rank(self, rank: int) -> date:
        """The working day before which `rank` working days lie in the calendar."""
        if not 0 <= rank < len(self._days):
            raise self._outside(ANSWER, "day")
        return self._days[rank]

    def hours_of_rank(self, rank: int) -> tuple[timedelta, timedelta]:
        """Where the working day of that rank begins and ends on the axis of working time."""
        return self._day_start[rank], self._day_start[rank + 1]

    def ranks_within(self, begins: timedelta, ends: timedelta) -> tuple[int, int]:
        """The range (first, past the last) of the working days that lie wholly in a stretch of working time."""
        return bisect_left(self._day_start, begins), bisect_right(self._day_start, ends) - 1

    def lawful_day(self, received_day: date, budget: Budget) -> date:
        """The day whose 24:00 ends a limit in days. Civil Code 2015 art. 147-148.

        The day of receipt is not counted. A limit in working days ends on the N-th working day; one in days or months
        on that day (the corresponding day, or the month's last), moved on to the next working day if it is off.
        Raises UnitWithoutDay for hours and working hours.
        """
        if budget.unit is Unit.WORKING_DAYS:
            return self.working_day_after(received_day, budget.amount)
        return self.next_working_day(self.counted_day(received_day, budget))

    def counted_day(self, received_day: date, budget: Budget) -> date:
        """The last day of a limit in days or months as counted, before it moves on from a day off."""
        self._index(received_day)
        if budget.unit not in {Unit.DAYS, Unit.MONTHS}:
            raise UnitWithoutDay.of("unit_without_day", field="unit", unit=budget.unit)
        if budget.unit is Unit.DAYS:
            if budget.amount > (self.last_day - received_day).days:
                raise self._outside(ANSWER, "day")
            return received_day + timedelta(days=budget.amount)
        years, month = divmod(received_day.month - 1 + budget.amount, 12)
        year = received_day.year + years
        if year > self.last_day.year:
            raise self._outside(ANSWER, "day")
        return date(year, month + 1, min(received_day.day, monthrange(year, month + 1)[1]))

    def closing_at(self, day: date) -> datetime:
        """When a working day's last window closes."""
        _, end = self.hours_of_rank(self.rank_at(self.next_working_day(day)))
        return self._earlier_window_at(end)

    def end_of_day(self, day: date) -> datetime:
        """24:00 of the local day: 00:00 of the next one, in the calendar's zone."""
        index = self._index(day)
        if self.fixed_offset:
            return self._origin + DAY * (index + 1)
        return day_start_at(day + DAY, self.zone).astimezone(self.zone)

    # ---- instants

    def local(self, at: datetime) -> datetime:
        """The instant in the calendar's zone. Raises CalendarRangeError for one that the calendar does not cover."""
        self._window(at)
        return at.astimezone(self.zone)

    def local_day(self, at: datetime) -> date:
        """The local date of the instant."""
        return self.local(at).date()

    def is_working_instant(self, at: datetime) -> bool:
        """Whether the instant lies in a window."""
        elapsed, index = self._window(at)
        return elapsed - self._opens[index] < self._widths[index]

    def normalise(self, at: datetime) -> datetime:
        """The instant itself if working, else the next opening."""
        elapsed, index = self._window(at)
        if elapsed - self._opens[index] < self._widths[index]:
            return at.astimezone(self.zone)
        if index + 1 == len(self._opens):
            raise self._outside(NEXT_OPENING, "at")
        return self._at(self._opens[index + 1])

    def position(self, at: datetime) -> timedelta:
        """The working time from the calendar's first day to the instant."""
        elapsed, index = self._window(at)
        inside = elapsed - self._opens[index]
        width = self._widths[index]
        return self._before[index] + (inside if inside < width else width)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` up to `end`; negative if `end` is earlier."""
        positions = self._positions
        try:
            return positions[end] - positions[start]
        except KeyError:
            return self._remembered(end) - self._remembered(start)

    def add(self, at: datetime, working: timedelta) -> datetime:
        """The instant that much working time later. A sum that lands on a boundary ends the earlier window.

        Adding no time returns the instant unmoved; a negative time is subtracted.
        """
        if working > ZERO:
            target = self.position(at) + working
            if target > self._total:
                raise self._outside(ANSWER, "at")
            return self._earlier_window_at(target)
        return self.subtract(at, -working) if working else self.local(at)

    def subtract(self, at: datetime, working: timedelta) -> datetime:
        """The instant that much working time earlier. A boundary is the start of the later window.

        So `subtract(add(t, w), w) == t` for every working instant, and `add(subtract(t, w), w) == t` for every
        instant that `add` returns.
        """
        if working < ZERO:
            return self.add(at, -working)
        if not working:
            return self.local(at)
        target = self.position(at) - working
        if target < ZERO:
            raise self._outside(ANSWER, "at")
        return self._later_window_at(target)

    def add_days(self, at: datetime, days: int) -> datetime:
        """The operational instant N working days later: the same working time into the N-th working day.

        An instant outside working time first moves to the next opening. Nothing worked on a day is the end of the
        working day before it; a shorter target day ends the limit at its closing. Raises AmountRefused below 1.
        """
        if days < 1:
            raise AmountRefused.of("amount_not_positive", field="amount", given=days)
        moved = self.normalise(at)
        rank = self.rank_at(moved.date())
        into_day = self.position(moved) - self._day_start[rank]
        target = rank + days if into_day else rank + days - 1
        if target >= len(self._days):
            raise self._outside(ANSWER, "at")
        start, end = self.hours_of_rank(target)
        position = min(start + into_day, end) if into_day else end
        return self._earlier_window_at(position)

    def near_time_on(self, day: date, like: datetime) -> datetime:
        """The instant of a working day at the wall-clock time of `like`.

        Before the opening that is the opening; in a break or after the closing, the end of the window before it. The
        opening after a break is a working instant like any other.
        """
        rank = self.rank_at(day)
        start, end = self.hours_of_rank(rank)
        wanted_at = like.astimezone(self.zone).replace(year=day.year, month=day.month, day=day.day, fold=0)
        at = wanted_at.astimezone(UTC)
        position = self.position(at)
        if position <= start:
            return self._later_window_at(start)
        if position < end and self.is_working_instant(at):
            return self._later_window_at(position)
        return self._earlier_window_at(min(position, end))

    @property
    def layout(self) -> Layout:
        """The tables behind the arithmetic, for computing with many instants at once. Not to be changed."""
        return Layout(
            self._start_at,
            self._length,
            self._opens,
            self._widths,
            self._before,
            self._days,
            self._day_start,
            self._rank,
        )

    # ---- inside

    def _remembered(self, at: datetime) -> timedelta:
        """The position of an instant, kept for the next time."""
        position = self.position(at)
        tzinfo = at.tzinfo
        # Only under a fixed offset are equal datetimes surely the same instant (PEP 495: of a repeated hour they are not).
        if type(tzinfo) is timezone or (self.fixed_offset and tzinfo is self.zone):
            if len(self._positions) >= POSITIONS_KEPT:
                self._positions.clear()
            self._positions[at] = position
        return position

    def _earlier_window_at(self, position: timedelta) -> datetime:
        moved = self._bases[bisect_left(self._ends, position)] + position
        return moved if self.fixed_offset else moved.astimezone(self.zone)

    def _later_window_at(self, position: timedelta) -> datetime:
        moved = self._bases[bisect_right(self._before, position) - 1] + position
        return moved if self.fixed_offset else moved.astimezone(self.zone)

    def _window(self, at: datetime) -> tuple[timedelta, int]:
        """The time since the calendar's start, and the last window that opens at or before the instant."""
        try:
            elapsed = at - (self._start_at if at.tzinfo is UTC else self._origin)
        except TypeError:
            raise NaiveInstant.of("no_offset", field="at", given=at.isoformat()) from None
        days = elapsed.days
        if days < 0 or elapsed > self._length:
            raise self._outside(at.isoformat(), "at")
        first = self._first
        return elapsed, bisect_right(self._opens, elapsed, first[days], first[days + 1]) - 1

    def _at(self, elapsed: timedelta) -> datetime:
        moved = self._origin + elapsed
        return moved if self.fixed_offset else moved.astimezone(self.zone)

    def _index(self, day: date) -> int:
        index = day.toordinal() - self.first_day.toordinal()
        if 0 <= index < len(self._rank) - 1:
            return index
        raise self._outside(day.isoformat(), "day")

    def _outside(self, what: str, field: str) -> CalendarRangeError:
        return CalendarRangeError.outside(what, self.definition, field=field)
