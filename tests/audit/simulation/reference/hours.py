"""Opening hours and what lies between them, walked window by window. Shares nothing with the arithmetic of sla/.

Instants are whole microseconds since 1970 (UTC); days are the calendar's own local dates. Right for zones of one offset,
which the province's is; any other is refused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.definition import CalendarDefinition

Stretch = tuple[int, int]
"""From an instant up to another."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


class OffTheCalendarError(Exception):
    """The walk left the calendar."""


def instant(at: datetime) -> int:
    """The instant as the model counts it."""
    return (at - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    """The instant as everybody else writes it (UTC)."""
    return EPOCH + at * MICROSECOND


class Hours:
    """One version of one calendar."""

    def __init__(self, definition: CalendarDefinition) -> None:
        zone = ZoneInfo(definition.zone)
        ends = [
            datetime.combine(day, datetime.min.time(), tzinfo=zone)
            for day in (definition.first_day, definition.last_day)
        ]
        offset = ends[0].utcoffset() or timedelta(0)
        assert ends[1].utcoffset() == offset, definition.zone
        self.offset = offset // MICROSECOND
        self.first_day, self.last_day = definition.first_day, definition.last_day
        self.begins = instant(ends[0])
        self.ends = instant(ends[1]) + DAY
        self._open: list[Stretch] = []
        off = set(definition.days_off)
        made_up = {entry.day: str(entry.takes.value) for entry in definition.working_days}
        weekly = {str(name.value): windows for name, windows in definition.weekly.items()}
        self._works: set[date] = set()
        day = self.first_day
        while day <= self.last_day:
            windows = () if day in off else weekly.get(made_up.get(day, NAMES[day.weekday()]), ())
            for window in windows:
                midnight = self.midnight(day)
                self._open.append(
                    (midnight + window.opening_minute * MINUTE, midnight + window.closing_minute * MINUTE)
                )
                self._works.add(day)
            day += ONE_DAY
        self._closings = [closes for _, closes in self._open]

    # ---- days

    def day(self, at: int) -> date:
        """The local date of an instant."""
        if not self.begins <= at < self.ends:
            raise OffTheCalendarError(moment(at))
        return self.first_day + (at - self.begins) // DAY * ONE_DAY

    def midnight(self, day: date) -> int:
        """When a day begins."""
        return self.begins + (day - self.first_day).days * DAY

    def end_of(self, day: date) -> int:
        """24:00 of a day, on the calendar."""
        if not self.first_day <= day <= self.last_day:
            raise OffTheCalendarError(day)
        return self.midnight(day) + DAY

    def works_on(self, day: date) -> bool:
        """Whether any office is open on the day."""
        if not self.first_day <= day <= self.last_day:
            raise OffTheCalendarError(day)
        return day in self._works

    def same_or_next_working(self, day: date) -> date:
        """Civil Code art. 148(5): a last day off moves on to the next working day."""
        while not self.works_on(day):
            day += ONE_DAY
        return day

    # ---- windows

    def windows_from(self, at: int) -> Iterator[Stretch]:
        """The opening hours that have not closed yet at an instant, and all that follow."""
        for n in range(bisect_right(self._closings, at), len(self._open)):
            yield self._open[n]

    def windows_on(self, day: date) -> list[Stretch]:
        """The opening hours of one day."""
        begins, ends = self.midnight(day), self.midnight(day) + DAY
        return [window for window in self._open[bisect_right(self._closings, begins) :][:12] if window[0] < ends]

    def opening(self, at: int) -> int:
        """The instant itself in opening hours, else the next opening."""
        self.day(at)
        for opens, _ in self.windows_from(at):
            return max(at, opens)
        raise OffTheCalendarError(moment(at))

    def is_open(self, at: int) -> bool:
        """Whether the offices are open at an instant."""
        return any(opens <= at for opens, _ in list(self.windows_from(at))[:1])

    # ---- walking

    def pieces(self, start: int, held: Iterable[Stretch], *, working: bool) -> Iterator[Stretch]:
        """The stretches from an instant on that count: opening hours or all time, less what is held (in order)."""
        whole: Iterable[Stretch] = self.windows_from(start) if working else ((start, self.ends),)
        held = tuple(held)
        for opens, closes in whole:
            at = max(opens, start)
            for begins, ends in held:
                if ends <= at:
                    continue
                if begins >= closes:
                    break
                if begins > at:
                    yield at, begins
                at = ends
            if at < closes:
                yield at, closes

    def run(self, start: int, amount: int, held: Iterable[Stretch], *, working: bool) -> int:
        """The first instant by which so much counted time has passed since the start."""
        self.day(start)
        if amount == 0:
            return start
        for begins, ends in self.pieces(start, held, working=working):
            if amount <= ends - begins:
                return begins + amount
            amount -= ends - begins
        raise OffTheCalendarError(amount)

    def passed(self, start: int, until: int, held: Iterable[Stretch], *, working: bool) -> int:
        """How much counted time passed between two instants."""
        total = 0
        for begins, ends in self.pieces(start, held, working=working):
            if begins >= until:
                break
            total += min(ends, until) - begins
        return total
