"""What the calendar should say, found by walking: day after day, window after window, minute after minute.

Written apart from the code under test and differently: no tables of sums, no searches, naive local times by day, and for
zones that change their clocks a look at the wall clock of every single minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sla.calendar import CalendarDefinition

ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class OffTheCalendarError(Exception):
    """The walk left the calendar."""


class DayWalker:
    """Walks a calendar by local days and their windows. For zones of one offset, or windows that no change touches."""

    def __init__(self, definition: CalendarDefinition) -> None:
        self.definition = definition
        self.zone = ZoneInfo(definition.zone)
        self.off = set(definition.days_off)
        self.made_up = {entry.day: str(entry.takes) for entry in definition.working_days}
        self.weekly = {str(name): windows for name, windows in definition.weekly.items()}

    def windows(self, day: date) -> list[tuple[datetime, datetime]]:
        """The day's windows as naive local times."""
        if not self.definition.first_day <= day <= self.definition.last_day:
            raise OffTheCalendarError(day)
        if day in self.off:
            return []
        found = []
        for window in self.weekly.get(self.made_up.get(day, NAMES[day.weekday()]), ()):
            closing_day = day if window.closes != time(0) else day + ONE_DAY
            found.append((datetime.combine(day, window.opens), datetime.combine(closing_day, window.closes)))
        return found

    def works_on(self, day: date) -> bool:
        return bool(self.windows(day))

    def day_or_next_working(self, day: date) -> date:
        while not self.works_on(day):
            day += ONE_DAY
        return day

    def lawful_days(self, received: date, most: int) -> Iterator[date]:
        """The ends of limits of 1, 2, ... working days."""
        day, counted = received, 0
        while counted < most:
            day += ONE_DAY
            if self.works_on(day):
                counted += 1
                yield day

    def next_opening(self, local: datetime) -> datetime:
        """The instant itself inside a window, else the next opening. Naive local times."""
        day = local.date()
        while True:
            for opens, closes in self.windows(day):
                if local < closes:
                    return max(local, opens)
            day += ONE_DAY

    def add(self, local: datetime, working: timedelta) -> datetime:
        day = local.date()
        if any(local < closes for _, closes in self.windows(day - ONE_DAY) if day > self.definition.first_day):
            day -= ONE_DAY
        while True:
            for opens, closes in self.windows(day):
                begins = max(opens, local)
                if begins < closes:
                    if working <= closes - begins:
                        return begins + working
                    working -= closes - begins
            day += ONE_DAY

    def between(self, start: datetime, end: datetime) -> timedelta:
        total, day = timedelta(0), start.date()
        while day <= min(end.date(), self.definition.last_day):
            for opens, closes in self.windows(day):
                if max(opens, start) < min(closes, end):
                    total += min(closes, end) - max(opens, start)
            day += ONE_DAY
        return total

    def operational_ends(self, local: datetime, most: int) -> Iterator[datetime]:
        """The operational ends of limits of 1, 2, ... working days from the instant. Naive local times."""
        opened = self.next_opening(local)
        day = opened.date()
        worked = sum(
            (min(closes, opened) - opens for opens, closes in self.windows(day) if opens < opened), timedelta(0)
        )
        for _ in range(most):
            if worked:
                day = self.day_or_next_working(day + ONE_DAY)
                yield self._into(day, worked)
            else:  # nothing worked on the first day: it counts in full
                yield self.windows(day)[-1][1]
                day = self.day_or_next_working(day + ONE_DAY)

    def _into(self, day: date, worked: timedelta) -> datetime:
        for opens, closes in self.windows(day):
            if worked <= closes - opens:
                return opens + worked
            worked -= closes - opens
        return self.windows(day)[-1][1]


class MinuteLine:
    """Every minute of a stretch of time, and whether its wall-clock time is working time. Whole minutes only."""

    def __init__(self, definition: CalendarDefinition, first: date, last: date) -> None:
        zone = ZoneInfo(definition.zone)
        self.walker = DayWalker(definition)
        self.zone = zone
        self.start = datetime.combine(first, time(0), tzinfo=zone).astimezone(UTC)
        end = datetime.combine(last + ONE_DAY, time(0), tzinfo=zone).astimezone(UTC)
        self.size = (end - self.start) // MINUTE
        self.local_days: list[date] = []
        self.first_minute: dict[date, int] = {}
        self.working = bytearray(self.size)
        windows: dict[date, list[tuple[datetime, datetime]]] = {}
        for minute in range(self.size):
            local = (self.start + minute * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0)
            day = local.date()
            if day not in windows:
                windows[day] = self.walker.windows(day)
                self.first_minute[day] = minute
            self.local_days.append(day)
            self.working[minute] = any(opens <= local < closes for opens, closes in windows[day])

    def minute(self, at: datetime) -> int:
        """The number of the minute that begins at the instant."""
        whole, rest = divmod(at - self.start, MINUTE)
        assert not rest, at
        return whole

    def at(self, minute: int) -> datetime:
        return self.start + minute * MINUTE

    def running(self, stretches: Iterable[tuple[datetime, datetime]], *, by_wall_clock: bool) -> bytearray:
        """The minutes that count: working ones or all, those of the stretches left out."""
        line = bytearray(b"\x01" * self.size) if by_wall_clock else bytearray(self.working)
        for start, end in stretches:
            low, high = max(self.minute(start), 0), min(self.minute(end), self.size)
            if low < high:
                line[low:high] = bytes(high - low)
        return line

    def suspended(self, stretches: Iterable[tuple[datetime, datetime]]) -> bytearray:
        return self.running(stretches, by_wall_clock=True).translate(bytes([1, 0, *range(2, 256)]))


def end_of_run(line: bytearray, start: int, minutes: int) -> int:
    """Walk from the start until that many minutes counted; the number of the minute that follows the last one."""
    position = start
    for _ in range(minutes):
        position = line.find(b"\x01", position) + 1
        if position == 0:
            raise OffTheCalendarError(minutes)
    return position
