"""The ends of very many clocks at once: what one new holiday does to a million deadlines, in seconds on one core.

The same rules as `Clock.due`, written over columns. A calendar whose zone changes its clocks is computed one clock at
a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sla.calendar import WorkingCalendar
from sla.clock import Clock, Suspension
from sla.deadline import AfterHours
from sla.errors import CalendarRangeError
from sla.suspension import OPEN_END, pauses
from sla.units import WALL_CLOCK, WORKING_TIME, Budget, Unit

UNITS: Final = tuple(Unit)
UNIT_CODES: Final = {unit: code for code, unit in enumerate(UNITS)}
MICROSECOND: Final = timedelta(microseconds=1)
DAY_US: Final = 86_400_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Beyond every calendar, and far enough from the limit of 64 bits that sums with it do not overflow.
FAR_US: Final = 1 << 60

Ints = NDArray[np.int64]
"""A column of microseconds, days or counts."""
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ClockColumns:
    """Clocks as columns, one row each. Instants in microseconds since 1970 UTC.

    `pauses` are rounds: the first suspended stretch of every clock, the second of every clock, and so on, as
    `sla.suspension.pauses` lays them out; a clock without one has `FAR_US` twice. `open_ended` clocks have no end.
    """

    unit: NDArray[np.int8]
    amount: Ints
    anchored_us: Ints
    next_opening: Bools
    open_ended: Bools
    pauses: tuple[tuple[Ints, Ints], ...] = ()


@dataclass(frozen=True)
class DueColumns:
    """The ends of clocks as columns. NaT where there is none; `refused` where the calendar does not cover it."""

    operational_at: NDArray[np.datetime64]
    lawful_day: NDArray[np.datetime64]
    refused: Bools


def columns_of(clocks: Sequence[Clock]) -> ClockColumns:
    """The clocks as columns."""
    stopped = [pauses(clock.suspensions, clock.anchored_at) for clock in clocks]
    rounds = max(map(len, stopped), default=0)
    size = len(clocks)
    laid_out = tuple((np.full(size, FAR_US, np.int64), np.full(size, FAR_US, np.int64)) for _ in range(rounds))
    for row, stretches in enumerate(stopped):
        for (from_us, until_us), stretch in zip(laid_out, stretches, strict=False):
            from_us[row] = _us(stretch.from_at)
            until_us[row] = FAR_US if stretch.until_at == OPEN_END else _us(stretch.until_at)
    return ClockColumns(
        unit=np.array([UNIT_CODES[clock.budget.unit] for clock in clocks], np.int8),
        amount=np.array([clock.budget.amount for clock in clocks], np.int64),
        anchored_us=np.array([_us(clock.anchored_at) for clock in clocks], np.int64),
        next_opening=np.array([clock.after_hours is AfterHours.NEXT_OPENING for clock in clocks], np.bool_),
        open_ended=np.array([clock.is_open_ended for clock in clocks], np.bool_),
        pauses=laid_out,
    )


def due_columns(clocks: ClockColumns, calendar: WorkingCalendar) -> DueColumns:
    """When each clock ends under the calendar, equal to `Clock.due` row by row."""
    size = len(clocks.amount)
    ends = DueColumns(
        np.full(size, "NaT", "datetime64[us]"), np.full(size, "NaT", "datetime64[D]"), np.zeros(size, np.bool_)
    )
    if not calendar.fixed_offset:
        _one_by_one(clocks, calendar, ends)
        return ends
    table = _Table(calendar)
    since_start = clocks.anchored_us - table.start_us
    covered = (since_start >= 0) & (since_start <= table.length)
    ends.refused[~covered & ~clocks.open_ended] = True
    for unit, rule in _RULES.items():
        rows = np.flatnonzero((clocks.unit == UNIT_CODES[unit]) & covered & ~clocks.open_ended)
        if rows.size:
            _fill(ends, rows, rule(table, _rows_of(clocks, rows, table)), table)
    return ends


@dataclass(frozen=True)
class _Rows:
    """The clocks of one unit, in microseconds since the calendar's start."""

    amount: Ints
    anchored: Ints
    next_opening: Bools
    pauses: list[tuple[Ints, Ints]]


@dataclass
class _Ends:
    operational: Ints
    lawful: Ints | None  # day of the calendar
    refused: Bools


class _Table:
    """The calendar's tables as arrays, and its arithmetic over arrays. Indices beyond the calendar are cut off."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        layout = calendar.layout
        self.start_us: Final = _us(layout.start_at)
        self.length: Final = layout.length // MICROSECOND
        self.first_day: Final = np.datetime64(calendar.first_day, "D")
        self.opens, self.widths = _array(layout.opens), _array(layout.widths)
        self.before, self.day_start = _array(layout.before), _array(layout.day_start)
        self.ends: Final = self.before + self.widths
        self.total: Final = int(self.ends[-1])
        first = calendar.first_day.toordinal()
        self.days: Final = np.array([day.toordinal() - first for day in layout.days], np.int64)
        self.ranks: Final = np.array(layout.ranks, np.int64)

    def position(self, at: Ints) -> Ints:
        index = np.searchsorted(self.opens, at, "right") - 1
        inside: Ints = self.before[index] + np.minimum(at - self.opens[index], self.widths[index])
        return inside

    def earlier_window(self, position: Ints) -> Ints:
        index = np.minimum(np.searchsorted(self.ends, position, "left"), len(self.ends) - 1)
        at: Ints = self.opens[index] + (position - self.before[index])
        return at

    def normalise(self, at: Ints, refused: Bools) -> Ints:
        index = np.searchsorted(self.opens, at, "right") - 1
        working = at - self.opens[index] < self.widths[index]
        following = index + 1
        refused |= ~working & (following >= len(self.opens))
        return np.where(working, at, self.opens[np.minimum(following, len(self.opens) - 1)])

    def rank_at(self, day: Ints, refused: Bools) -> Ints:
        refused |= (day < 0) | (day >= len(self.ranks) - 1)
        return self.ranks[np.clip(day, 0, len(self.ranks) - 1)]

    def day_of_rank(self, rank: Ints, refused: Bools) -> Ints:
        refused |= rank >= len(self.days)
        return self.days[np.minimum(rank, len(self.days) - 1)]

    def near_time_on(self, day: Ints, time_of_day: Ints, refused: Bools) -> Ints:
        rank = np.minimum(self.rank_at(day, refused), len(self.days) - 1)
        start, end = self.day_start[rank], self.day_start[rank + 1]
        at = np.clip(day * DAY_US + time_of_day, 0, self.length)
        index = np.searchsorted(self.opens, at, "right") - 1
        working = at - self.opens[index] < self.widths[index]
        position = np.minimum(self.position(at), end)
        opening = self.opens[np.minimum(np.searchsorted(self.before, start, "right") - 1, len(self.opens) - 1)]
        on_day = np.where(working & (position < end), at, self.earlier_window(position))
        return np.where(position <= start, opening, on_day)


def _wall_clock(table: _Table, rows: _Rows, unit_us: int) -> _Ends:
    ends = rows.anchored + rows.amount * unit_us
    for from_at, until_at in rows.pauses:
        ends = np.where(ends > from_at, ends + (until_at - from_at), ends)
    return _Ends(ends, None, (ends < 0) | (ends > table.length))


def _working_time(table: _Table, rows: _Rows, unit_us: int) -> _Ends:
    refused = np.zeros(len(rows.amount), np.bool_)
    position = table.position(rows.anchored) + rows.amount * unit_us
    return _Ends(_run_on_windows(table, position, rows, refused), None, refused)


def _working_days(table: _Table, rows: _Rows) -> _Ends:
    refused = np.zeros(len(rows.amount), np.bool_)
    operational = _run_on_windows(table, _after_working_days(table, rows, refused), rows, refused)
    counted = np.where(rows.next_opening, table.normalise(rows.anchored, refused), rows.anchored)
    first = table.rank_at(counted // DAY_US + 1, np.zeros_like(refused))
    last = _last_rank_past_pauses(table, first, first + rows.amount - 1, rows)
    lawful = np.maximum(table.day_of_rank(last, refused), (operational - 1) // DAY_US)
    lawful = _day_past_pauses(table, lawful, rows, refused)
    return _Ends(operational, lawful, refused)


def _calendar_days(table: _Table, rows: _Rows, counted_day: Callable[[_Table, Ints, Ints], Ints]) -> _Ends:
    refused = np.zeros(len(rows.amount), np.bool_)
    counted = np.where(rows.next_opening, table.normalise(rows.anchored, refused), rows.anchored)
    day, time_of_day = counted // DAY_US, counted % DAY_US
    run = counted_day(table, day, rows.amount) * DAY_US + time_of_day
    refused |= run > table.length
    for from_at, until_at in rows.pauses:
        begins = np.maximum(from_at, counted)
        run = np.where((run > begins) & (until_at > begins), run + (until_at - begins), run)
    refused |= run > table.length
    last_day = table.day_of_rank(table.rank_at(run // DAY_US, refused), refused)
    operational = _time_on_last_day(table, last_day, run, time_of_day, refused)
    operational = _instant_past_pauses(table, operational, rows, refused)
    lawful = _day_past_pauses(table, last_day, rows, refused)
    return _Ends(operational, np.maximum(lawful, (operational - 1) // DAY_US), refused)


def _time_on_last_day(table: _Table, lawful: Ints, run: Ints, time_of_day: Ints, refused: Bools) -> Ints:
    moved_on = table.near_time_on(lawful, time_of_day, refused)
    same_time = table.near_time_on(lawful, run % DAY_US, refused)
    before = np.maximum(lawful - 1, 0)
    follows_day_off = (lawful > 0) & (table.ranks[before + 1] == table.ranks[before])
    on_day = np.where(follows_day_off, np.maximum(same_time, moved_on), same_time)
    return np.where(run // DAY_US == lawful, on_day, moved_on)


def _instant_past_pauses(table: _Table, at: Ints, rows: _Rows, refused: Bools) -> Ints:
    moved = np.zeros_like(refused)
    for from_at, until_at in rows.pauses:
        inside = np.where(moved, from_at <= at, from_at < at) & (at < until_at)
        refused |= inside & (until_at > table.length)
        beyond = np.zeros_like(refused)
        opening = table.normalise(np.minimum(until_at, table.length), beyond)
        refused |= inside & beyond
        at = np.where(inside, opening, at)
        moved |= inside
    return at


def _days(table: _Table, rows: _Rows) -> _Ends:
    return _calendar_days(table, rows, lambda _, day, amount: day + amount)


def _months(table: _Table, rows: _Rows) -> _Ends:
    def counted_day(table: _Table, day: Ints, amount: Ints) -> Ints:
        dates = table.first_day + day
        months = dates.astype("datetime64[M]")
        day_of_month = dates - months.astype("datetime64[D]")
        last_months = months + amount
        first_of_last = last_months.astype("datetime64[D]")
        length = (last_months + 1).astype("datetime64[D]") - first_of_last
        last: Ints = (first_of_last + np.minimum(day_of_month, length - 1) - table.first_day).astype(np.int64)
        return last

    return _calendar_days(table, rows, counted_day)


def _after_working_days(table: _Table, rows: _Rows, refused: Bools) -> Ints:
    """The position of the end of the working days, as `WorkingCalendar.add_days` counts them."""
    moved = table.normalise(rows.anchored, refused)
    rank = table.rank_at(moved // DAY_US, refused)
    into_day = table.position(moved) - table.day_start[np.minimum(rank, len(table.days))]
    target = rank + rows.amount - (into_day == 0)
    refused |= target >= len(table.days)
    target = np.minimum(target, len(table.days) - 1)
    start, end = table.day_start[target], table.day_start[target + 1]
    position: Ints = np.where(into_day == 0, end, np.minimum(start + into_day, end))
    return position


def _run_on_windows(table: _Table, position: Ints, rows: _Rows, refused: Bools) -> Ints:
    for from_at, until_at in rows.pauses:
        begins, ends = _positions(table, from_at, until_at)
        position = np.where(position > begins, position + (ends - begins), position)
    refused |= position > table.total
    return table.earlier_window(np.minimum(position, table.total))


def _positions(table: _Table, from_at: Ints, until_at: Ints) -> tuple[Ints, Ints]:
    return table.position(np.minimum(from_at, table.length)), table.position(np.minimum(until_at, table.length))


def _last_rank_past_pauses(table: _Table, first: Ints, last: Ints, rows: _Rows) -> Ints:
    begins, ends = np.full_like(last, -1), np.full_like(last, -1)
    for from_at, until_at in rows.pauses:
        a, b = _positions(table, from_at, until_at)
        joined = a <= ends
        last = np.where(joined, last, _past_stretch(table, first, last, begins, ends))
        begins, ends = np.where(joined, begins, a), b
    return _past_stretch(table, first, last, begins, ends)


def _past_stretch(table: _Table, first: Ints, last: Ints, begins: Ints, ends: Ints) -> Ints:
    low = np.maximum(np.searchsorted(table.day_start, begins, "left"), first)
    high = np.searchsorted(table.day_start, ends, "right") - 1
    return np.where((low <= last) & (low < high), last + (high - low), last)


def _day_past_pauses(table: _Table, day: Ints, rows: _Rows, refused: Bools) -> Ints:
    for from_at, until_at in rows.pauses:
        end = (day + 1) * DAY_US
        inside = (from_at < end) & (end <= until_at)
        beyond = np.zeros_like(refused)
        moved = table.day_of_rank(table.rank_at(until_at // DAY_US, beyond), beyond)
        refused |= inside & beyond
        day = np.where(inside, moved, day)
    return day


_RULES: Final[dict[Unit, Callable[[_Table, _Rows], _Ends]]] = {
    **{unit: partial(_wall_clock, unit_us=length // MICROSECOND) for unit, length in WALL_CLOCK.items()},
    **{unit: partial(_working_time, unit_us=length // MICROSECOND) for unit, length in WORKING_TIME.items()},
    Unit.WORKING_DAYS: _working_days,
    Unit.DAYS: _days,
    Unit.MONTHS: _months,
}


def _rows_of(clocks: ClockColumns, rows: NDArray[np.intp], table: _Table) -> _Rows:
    return _Rows(
        amount=clocks.amount[rows],
        anchored=clocks.anchored_us[rows] - table.start_us,
        next_opening=clocks.next_opening[rows],
        pauses=[
            (from_us[rows] - table.start_us, until_us[rows] - table.start_us) for from_us, until_us in clocks.pauses
        ],
    )


def _fill(ends: DueColumns, rows: NDArray[np.intp], computed: _Ends, table: _Table) -> None:
    ends.refused[rows] = computed.refused
    reached = ~computed.refused
    rows = rows[reached]
    ends.operational_at[rows] = (computed.operational[reached] + table.start_us).view("datetime64[us]")
    if computed.lawful is not None:
        ends.lawful_day[rows] = table.first_day + computed.lawful[reached]


def _one_by_one(clocks: ClockColumns, calendar: WorkingCalendar, ends: DueColumns) -> None:
    for row in np.flatnonzero(~clocks.open_ended).tolist():
        try:
            end = _clock_of(clocks, row).due(calendar)
        except CalendarRangeError:
            ends.refused[row] = True
            continue
        if end is not None:
            ends.operational_at[row] = np.datetime64(_us(end.operational_at), "us")
            if end.lawful_day is not None:
                ends.lawful_day[row] = np.datetime64(end.lawful_day, "D")


def _clock_of(clocks: ClockColumns, row: int) -> Clock:
    stretches = [(int(from_us[row]), int(until_us[row])) for from_us, until_us in clocks.pauses]
    return Clock(
        budget=Budget(amount=int(clocks.amount[row]), unit=UNITS[clocks.unit[row]]),
        anchored_at=_at(int(clocks.anchored_us[row])),
        suspensions=tuple(
            Suspension(from_at=_at(from_us), until_at=_at(until_us), reason="suspended")
            for from_us, until_us in stretches
            if from_us < FAR_US
        ),
        after_hours=AfterHours.NEXT_OPENING if clocks.next_opening[row] else AfterHours.RECEIPT,
    )


def _array(times: Sequence[timedelta]) -> Ints:
    return np.array([time // MICROSECOND for time in times], np.int64)


def _us(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _at(us: int) -> datetime:
    return EPOCH + us * MICROSECOND
