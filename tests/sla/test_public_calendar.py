"""The shipped calendar against the well-kept holidays library: every difference is known, and named here."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest

from sla.calendar import CalendarDefinition, compiled, with_flags
from tests.sla.calendars import public_definition

# Day, and whether we work on it: decreed by the Prime Minister but missing in holidays 0.109, or not yet law.
KNOWN_DIFFERENCES = {
    2025: {},
    2026: {
        date(2026, 1, 2): False,  # swapped with Saturday 10 January; the library misses the swap
        date(2026, 1, 10): True,
        date(2026, 11, 24): True,  # Vietnam Culture Day: behind the flag culture_day until the amended law is confirmed
    },
    2027: {date(2027, 11, 24): True},
}


def differences(definition: CalendarDefinition, year: int) -> dict[date, bool]:
    """The days on which the calendar and the library disagree, and whether the calendar works on them."""
    library = holidays.country_holidays("VN", years=year)
    calendar = compiled(definition)
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    return {
        day: calendar.is_working_day(day) for day in days if calendar.is_working_day(day) != library.is_working_day(day)
    }


@pytest.mark.parametrize("year", sorted(KNOWN_DIFFERENCES))
def test_the_calendar_differs_from_the_library_only_as_known(year: int) -> None:
    """A difference that is not listed is a mistake of ours or news from the library: look before listing it."""
    assert differences(public_definition(), year) == KNOWN_DIFFERENCES[year]


def test_with_the_flag_only_the_decreed_swap_differs() -> None:
    """With Vietnam Culture Day taken off, what is left is the swap that the library misses."""
    flagged = with_flags(public_definition(), ["culture_day"])
    assert differences(flagged, 2026) == {date(2026, 1, 2): False, date(2026, 1, 10): True}
    assert differences(flagged, 2027) == {}


def test_the_sessions_are_eight_hours_on_five_days_and_the_make_up_saturdays() -> None:
    """07:00-11:30 and 13:30-17:00; three years are covered; each make-up day and flag names its source."""
    definition = public_definition()
    calendar = compiled(definition)
    assert (definition.first_day, definition.last_day) == (date(2025, 1, 1), date(2027, 12, 31))
    for day in (date(2026, 3, 2), date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)):
        start, end = calendar.hours_of_rank(calendar.rank_at(day))
        assert calendar.is_working_day(day)
        assert end - start == timedelta(hours=8)
    assert [entry.day.weekday() for entry in definition.working_days] == [5, 5, 5]
    assert all(entry.source for entry in definition.working_days)
    assert all(entry.source for entry in definition.flagged_days_off)
    assert not definition.verified  # 2027 is an estimate, and the sessions are practice, not law
