"""Adding, subtracting and measuring working time: inverses of each other, and equal to a walk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.calendar import AmountRefused, CalendarRangeError, WorkingCalendar, compiled
from tests.sla.calendars import a_definition, at, night_shift, public, ten_years
from tests.sla.oracle import DayWalker, MinuteLine, OffTheCalendarError, end_of_run
from tests.sla.tier import examples

MICROSECOND = timedelta(microseconds=1)
ZERO = timedelta(0)
# Ten years less half a year at both ends, so that no sum of the strategies leaves the calendar.
SECONDS_MAX = 3_300 * 86_400
amounts = st.one_of(
    st.timedeltas(min_value=ZERO, max_value=timedelta(hours=400)),
    st.integers(0, 800).map(lambda half_hours: timedelta(minutes=30 * half_hours)),
    st.sampled_from([ZERO, MICROSECOND, timedelta(hours=8), timedelta(days=5)]),
)
names = st.sampled_from(["five-days", "six-days", "uneven", "amsterdam"])


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Instants of 2020 to 2029: anywhere to the microsecond, or on a quarter of an hour, where windows begin and end."""
    base = datetime(2020, 6, 15, tzinfo=UTC)
    if draw(st.booleans()):
        return base + timedelta(minutes=15 * draw(st.integers(0, SECONDS_MAX // 900)))
    return base + timedelta(seconds=draw(st.integers(0, SECONDS_MAX)), microseconds=draw(st.integers(0, 999_999)))


@st.composite
def working_instants(draw: st.DrawFn, calendar: WorkingCalendar) -> datetime:
    return calendar.normalise(draw(instants()))


@examples(150)
@given(names, st.data(), amounts)
def test_subtract_undoes_add_on_working_instants(name: str, data: st.DataObject, amount: timedelta) -> None:
    """From a working instant, forth and back is where one started; and what lies between is what was added."""
    calendar = ten_years()[name]
    start = data.draw(working_instants(calendar))
    end = calendar.add(start, amount)
    assert calendar.subtract(end, amount) == start
    assert calendar.between(start, end) == amount
    assert calendar.between(end, start) == -amount
    assert calendar.add(start, -amount) == calendar.subtract(start, amount)


@examples(150)
@given(names, st.data(), amounts, amounts)
def test_add_undoes_subtract_on_ends(name: str, data: st.DataObject, first: timedelta, amount: timedelta) -> None:
    """From an instant that ``add`` gives, back and forth is where one started."""
    calendar = ten_years()[name]
    end = calendar.add(data.draw(working_instants(calendar)), first + MICROSECOND)
    start = calendar.subtract(end, amount)
    assert calendar.add(start, amount) == end
    assert calendar.between(start, end) == amount


@examples(150)
@given(names, instants(), instants(), instants())
def test_between_is_additive_and_recovers_the_end(name: str, one: datetime, two: datetime, three: datetime) -> None:
    """Parts sum to the whole; adding what lies between leads to the same working time as the end."""
    calendar = ten_years()[name]
    assert calendar.between(one, two) + calendar.between(two, three) == calendar.between(one, three)
    start, end = sorted((one, two))
    worked = calendar.between(start, end)
    assert ZERO <= worked <= end - start
    reached = calendar.add(start, worked)
    assert reached <= end
    assert calendar.between(reached, end) == ZERO


@examples(150)
@given(names, instants(), instants(), amounts, amounts)
def test_add_is_monotone(name: str, one: datetime, two: datetime, more: timedelta, less: timedelta) -> None:
    """Later or more never ends earlier; sums of parts are the sum."""
    calendar = ten_years()[name]
    start, later = sorted((one, two))
    less, more = sorted((more, less))
    assert calendar.add(start, less) <= calendar.add(start, more)
    assert calendar.add(start, more) <= calendar.add(later, more)
    assert calendar.subtract(start, more) <= calendar.subtract(start, less)
    if less and more:
        assert calendar.add(calendar.add(start, less), more) == calendar.add(start, less + more)


@examples(100)
@given(names, instants(), instants(), st.integers(1, 90), st.integers(1, 90))
def test_ends_in_days_are_monotone(name: str, one: datetime, two: datetime, some: int, other: int) -> None:
    """A later receipt or more days never ends earlier, and every end is a working instant or the end of a window."""
    calendar = ten_years()[name]
    start, later = sorted((one, two))
    less, more = sorted((some, other))
    assert calendar.add_days(start, less) <= calendar.add_days(start, more)
    assert calendar.add_days(start, more) <= calendar.add_days(later, more)
    end = calendar.add_days(start, more)
    assert calendar.is_working_instant(end - MICROSECOND)


@examples(50)
@given(instants(), st.integers(1, 90))
def test_days_are_eight_hours_each_where_all_days_are_alike(start: datetime, days: int) -> None:
    """On a uniform calendar N working days are N times the day's working time."""
    calendar = ten_years()["five-days"]
    assert calendar.add_days(start, days) == calendar.add(start, days * timedelta(hours=8))


@examples(75)
@given(st.sampled_from(["five-days", "six-days", "uneven"]), instants(), instants(), amounts)
def test_arithmetic_equals_a_walk_through_the_windows(
    name: str, one: datetime, two: datetime, amount: timedelta
) -> None:
    """Window after window, day after day, comes to the same instant and the same sum."""
    calendar = ten_years()[name]
    walker = DayWalker(calendar.definition)
    start, end = (instant.astimezone(calendar.zone).replace(tzinfo=None) for instant in sorted((one, two)))
    end = min(end, start + timedelta(days=200))
    back = calendar.zone
    assert calendar.between(start.replace(tzinfo=back), end.replace(tzinfo=back)) == walker.between(start, end)
    assert calendar.normalise(start.replace(tzinfo=back)) == walker.next_opening(start).replace(tzinfo=back)
    if amount:
        assert calendar.add(start.replace(tzinfo=back), amount) == walker.add(start, amount).replace(tzinfo=back)


# ---- clocks that change


@cache
def night_line(season: str) -> MinuteLine:
    """Every minute of the six weeks around a change of the clock."""
    first = {"spring": date(2026, 3, 9), "autumn": date(2026, 10, 5)}[season]
    return MinuteLine(night_shift().definition, first, first + timedelta(days=41))


@pytest.mark.parametrize("season", ["spring", "autumn"])
def test_every_minute_around_a_change_of_the_clock(season: str) -> None:
    """An instant is working time when the wall clock shows working time, whatever the clock does."""
    calendar, line = night_shift(), night_line(season)
    minutes = range(line.size)
    wrong = [minute for minute in minutes if calendar.is_working_instant(line.at(minute)) != line.working[minute]]
    assert not wrong, (len(wrong), [line.at(minute) for minute in wrong[:5]])


def test_a_skipped_hour_is_not_worked_and_a_repeated_one_twice() -> None:
    """On 29 March 02:00 to 03:00 is skipped; on 25 October it comes twice, less the break from 02:30 to 02:45."""
    calendar = night_shift()
    day = timedelta(days=1)
    for local_day, worked in ((date(2026, 3, 22), 345), (date(2026, 3, 29), 300), (date(2026, 10, 25), 390)):
        start_at, end_at = calendar.end_of_day(local_day - day), calendar.end_of_day(local_day)
        assert calendar.between(start_at, end_at) == timedelta(minutes=worked), local_day


@examples(100)
@given(st.sampled_from(["spring", "autumn"]), st.integers(0, 40_000), st.integers(1, 2_000), st.integers(0, 20_000))
def test_clock_changes_equal_a_walk_through_the_minutes(season: str, start: int, minutes: int, later: int) -> None:
    """Adding and measuring over a change of the clock equals counting the minutes one by one."""
    calendar, line = night_shift(), night_line(season)
    amount, start_at = timedelta(minutes=minutes), line.at(start)
    counted = timedelta(minutes=sum(line.working[start : start + later]))
    assert calendar.between(start_at, line.at(start + later)) == counted
    working_at = line.at(line.working.index(1, start))
    # Compared in UTC: Python never calls an instant of the repeated hour equal to one of another zone (PEP 495).
    assert calendar.normalise(start_at).astimezone(UTC) == working_at
    end_at = calendar.add(start_at, amount).astimezone(UTC)
    assert end_at == line.at(end_of_run(line.working, start, minutes))
    back_at = calendar.subtract(calendar.add(working_at, amount), amount)
    assert back_at.astimezone(UTC) == working_at


def test_the_repeated_hour_is_two_hours() -> None:
    """02:15 before and after the clocks go back are two instants, an hour apart, wherever they were remembered."""
    calendar = night_shift()
    first = datetime(2026, 10, 25, 2, 15, tzinfo=calendar.zone)
    second = first.replace(fold=1)
    for _ in range(2):
        assert calendar.between(first, second) == timedelta(minutes=45)
        assert calendar.between(first.astimezone(UTC), second.astimezone(UTC)) == timedelta(minutes=45)
    office = public()
    for _ in range(2):  # the same instants on a calendar of one offset, which remembers positions
        monday = datetime(2026, 10, 25, 2, 15, tzinfo=calendar.zone) + timedelta(days=1)
        assert office.between(first, monday) == office.between(first.astimezone(UTC), monday.astimezone(UTC))
        assert office.between(second, monday) == office.between(second.astimezone(UTC), monday.astimezone(UTC))


@pytest.mark.parametrize("offset", [-11, 0, 7, 14])
def test_an_instant_is_the_same_with_any_offset(offset: int) -> None:
    """Only the instant counts; answers come in the calendar's zone."""
    calendar = public()
    start = at("2026-03-02 09:00")
    elsewhere = start.astimezone(timezone(timedelta(hours=offset)))
    for asked in (start, elsewhere):
        end = calendar.add(asked, timedelta(hours=20))
        assert end == at("2026-03-04 15:00")
        assert end.tzinfo is calendar.zone
        assert calendar.between(asked, end) == timedelta(hours=20)
        assert calendar.normalise(asked).tzinfo is calendar.zone


# ---- boundaries


def test_a_sum_on_a_boundary_is_the_end_of_the_earlier_window() -> None:
    """Eight hours from 07:00 end at 17:00, not at next morning's opening; back from there it is 07:00."""
    calendar = public()
    opening = at("2026-03-02 07:00")
    assert calendar.add(opening, timedelta(hours=8)) == at("2026-03-02 17:00")
    assert calendar.subtract(at("2026-03-02 17:00"), timedelta(hours=8)) == opening
    assert calendar.add(opening, timedelta(hours=4.5)) == at("2026-03-02 11:30")
    assert calendar.subtract(at("2026-03-02 15:00"), timedelta(hours=1.5)) == at("2026-03-02 13:30")
    assert calendar.add_days(opening, 3) == at("2026-03-04 17:00")
    assert calendar.add_days(at("2026-03-02 12:00"), 1) == at("2026-03-03 11:30")
    night = at("2026-03-02 23:00")
    assert calendar.add(night, ZERO) == night
    assert calendar.subtract(night, ZERO) == night


def test_a_short_day_ends_the_limit_at_its_closing() -> None:
    """Seven hours into Friday, one working day later, is the closing of a Saturday of four hours."""
    calendar = ten_years()["six-days"]
    friday = next(
        day
        for day in (date(2021, 6, 4) + timedelta(days=7 * n) for n in range(50))
        if calendar.is_working_day(day) and calendar.is_working_day(day + timedelta(days=1))
    )
    end = calendar.add_days(at(f"{friday} 16:00"), 1)
    assert end == calendar.closing_at(friday + timedelta(days=1))


def test_answers_outside_the_calendar_are_refused() -> None:
    """An instant, a day or an answer that the years do not cover is refused with the field."""
    calendar = compiled(a_definition())
    last = at("2026-12-31 16:00")
    assert calendar.add(last, timedelta(hours=1)) == at("2026-12-31 17:00")
    assert calendar.between(last, at("2027-01-01 00:00")) == timedelta(hours=1)
    refused: list[Callable[[], object]] = [
        lambda: calendar.add(last, timedelta(hours=1, microseconds=1)),
        lambda: calendar.add_days(last, 1),
        lambda: calendar.subtract(at("2026-01-01 08:00"), timedelta(hours=1, microseconds=1)),
        lambda: calendar.between(last, at("2027-01-01 00:00:00.000001")),
        lambda: calendar.between(at("2025-12-31 23:59"), last),
        lambda: calendar.normalise(at("2026-12-31 17:00")),
        lambda: calendar.is_working_instant(at("2030-01-01 00:00")),
        lambda: calendar.next_working_day(date(2027, 1, 1)),
        lambda: calendar.is_working_day(date(2025, 12, 31)),
    ]
    for ask in refused:
        with pytest.raises(CalendarRangeError) as error:
            ask()
        assert error.value.code == "calendar_range"
        assert error.value.field in {"at", "day"}
        assert "2026-01-01 to 2026-12-31" in error.value.reason
    with pytest.raises(AmountRefused) as amount:
        calendar.add_days(last, 0)
    assert (amount.value.code, amount.value.field) == ("amount_not_positive", "amount")


def test_walks_off_the_calendar_fail_in_the_oracle_too() -> None:
    """The oracle itself refuses to walk where the calendar ends, so that it never agrees by running on."""
    walker = DayWalker(a_definition())
    with pytest.raises(OffTheCalendarError):
        walker.add(datetime.fromisoformat("2026-12-31T16:00"), timedelta(hours=2))
