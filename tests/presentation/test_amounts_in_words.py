"""Amounts of time in words: of the clock, and of working time in days as long as the calendar's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presentation.amounts import budget_said, elapsed_said, span_said, working_said
from presentation.instants import end_said, instant_said
from sla.calendar import compiled
from sla.units import Budget, Unit
from tests.presentation.letters.situations import the_catalog
from wording.text import in_language

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = compiled(the_catalog().calendar("vn-public"))
TUESDAY = datetime(2026, 3, 3, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("seconds", "en", "vi"),
    [
        (60, "1 minute", "1 phút"),
        (24_000, "6 hours 40 minutes", "6 giờ 40 phút"),
        (3600, "1 hour", "1 giờ"),
        (2_285_792, "26 days 10 hours", "26 ngày 10 giờ"),
    ],
)
def test_time_by_the_clock(seconds: float, en: str, vi: str) -> None:
    said = span_said(seconds)
    assert said is not None
    assert (said, in_language(said, "vi")) == (en, vi)


def test_less_than_a_minute_is_nothing_to_tell() -> None:
    """Whoever writes says so in words of the sentence, never as `0`."""
    assert span_said(59.9) is None
    assert working_said(TUESDAY, TUESDAY + timedelta(hours=7), CALENDAR) is None


@pytest.mark.parametrize(
    ("from_hour", "later", "vi"),
    [
        (0.0, timedelta(hours=10), "3 giờ làm việc"),
        (0.0, timedelta(hours=9, minutes=20), "2 giờ 20 phút làm việc"),
        (0.0, timedelta(hours=17), "1 ngày làm việc"),
        (0.0, timedelta(days=1, hours=10), "1 ngày làm việc 3 giờ"),
        (15.0, timedelta(hours=24), "1 ngày làm việc"),
        (15.0, timedelta(days=6), "4 ngày làm việc"),
        (0.0, timedelta(days=2, hours=12, minutes=10), "2 ngày làm việc 4 giờ"),
    ],
)
def test_working_time_in_days_and_hours(from_hour: float, later: timedelta, vi: str) -> None:
    from_at = TUESDAY + timedelta(hours=from_hour)
    said = working_said(from_at, from_at + later, CALENDAR)
    assert said is not None
    assert in_language(said, "vi") == vi


@given(st.integers(0, 60 * 24 * 60), st.integers(0, 30 * 24 * 60))
def test_whole_working_days_and_the_rest_are_the_working_time(start: int, later: int) -> None:
    """A day more would be too late, and what is left over is less than the longest day."""
    from_at = TUESDAY + timedelta(minutes=start)
    until_at = from_at + timedelta(minutes=later)
    said = working_said(from_at, until_at, CALENDAR)
    worked = CALENDAR.between(from_at, until_at)
    assert (said is None) == (worked < timedelta(minutes=1))
    if said is not None and "working day" in said:
        days = int(said.split()[0])
        assert CALENDAR.add_days(from_at, days) <= until_at < CALENDAR.add_days(from_at, days + 1)


def test_a_limit_is_told_in_its_own_measure() -> None:
    """Of a limit in days or hours by the clock, of one in working days in working time."""
    later = TUESDAY + timedelta(days=4)
    assert elapsed_said(TUESDAY, later, Unit.DAYS, CALENDAR) == "4 days"
    assert elapsed_said(TUESDAY, later, Unit.HOURS, CALENDAR) == "4 days"
    assert elapsed_said(TUESDAY, later, Unit.WORKING_DAYS, CALENDAR) == "4 working days"


def test_a_limit_of_many_minutes_is_hours_and_minutes() -> None:
    assert in_language(budget_said(Budget(amount=400, unit=Unit.WORKING_MINUTES)), "vi") == "6 giờ 40 phút làm việc"
    assert budget_said(Budget(amount=90, unit=Unit.MINUTES)) == "1 hour 30 minutes"
    assert in_language(budget_said(Budget(amount=480, unit=Unit.WORKING_MINUTES)), "vi") == "8 giờ làm việc"
    assert budget_said(Budget(amount=1, unit=Unit.WORKING_DAYS)) == "1 working day"


def test_the_end_of_a_day_is_24_00_of_it() -> None:
    assert in_language(end_said(TUESDAY, ZONE), "vi") == "02/03/2026 24:00"
    assert in_language(instant_said(TUESDAY + timedelta(hours=9), ZONE), "vi") == "03/03/2026 09:00"
