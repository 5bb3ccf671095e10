"""Calendars that contradict themselves are refused, with the field, the reason and a remedy."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from sla.calendar import CalendarDefinition, SlaError, UnknownFlag, WorkingCalendar, compiled, with_flags
from sla.units import Budget
from tests.sla.calendars import a_definition, at, public, public_definition


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"weekly": {"mon": ["07:00-11:30", "11:00-17:00"]}}, "overlapping_windows", "weekly.mon"),
        ({"weekly": {"mon": ["07:00-11:30", "07:00-17:00"]}}, "overlapping_windows", "weekly.mon"),
        ({"weekly": {"tue": ["13:30-17:00", "07:00-11:30"]}}, "unsorted_windows", "weekly.tue"),
        ({"weekly": {"mon": ["07:00-00:00", "08:00-09:00"]}}, "overlapping_windows", "weekly.mon"),
        ({"weekly": {"mon": ["17:00-07:00"]}}, "calendar_invalid", "closes"),
        ({"weekly": {"mon": ["07:00-07:00"]}}, "calendar_invalid", "closes"),
        ({"weekly": {"mon": ["07:00"]}}, "calendar_invalid", "window"),
        ({"weekly": {"mon": ["07:00:30-08:00"]}}, "calendar_invalid", "opens"),
        ({"weekly": {"mon": [{"opens": "07:00+07:00", "closes": "08:00"}]}}, "calendar_invalid", "opens"),
        ({"weekly": {"mon": []}}, "calendar_invalid", "weekly"),
        ({"weekly": {}}, "calendar_invalid", "weekly"),
        ({"weekly": {"mon": [f"{hour:02}:00-{hour:02}:30" for hour in range(13)]}}, "calendar_invalid", "weekly.mon"),
        ({"zone": "Asia/Bac_Ninh"}, "unknown_zone", "zone"),
        ({"zone": "../../etc/passwd"}, "unknown_zone", "zone"),
        ({"last_day": date(2025, 12, 31)}, "calendar_invalid", "last_day"),
        ({"last_day": date(2126, 1, 1)}, "calendar_invalid", "last_day"),
        ({"first_day": date(1, 1, 1), "last_day": date(1, 12, 31)}, "calendar_invalid", "last_day"),
        ({"days_off": [date(2026, 4, 30), date(2026, 4, 30)]}, "calendar_invalid", "days_off"),
        ({"days_off": [date(2027, 4, 30)]}, "calendar_invalid", "days_off"),
        ({"working_days": [{"day": date(2025, 8, 23)}]}, "calendar_invalid", "working_days"),
        ({"working_days": [{"day": date(2026, 8, 22), "takes": "sat"}]}, "calendar_invalid", "working_days"),
        (
            {"days_off": [date(2026, 8, 22)], "working_days": [{"day": date(2026, 8, 22)}]},
            "calendar_invalid",
            "working_days",
        ),
        (
            {
                "flagged_days_off": [{"flag": "fair", "days": [date(2026, 8, 22)]}],
                "working_days": [{"day": date(2026, 8, 22)}],
            },
            "calendar_invalid",
            "working_days",
        ),
        ({"flagged_days_off": [{"flag": "fair", "days": [date(2030, 1, 1)]}]}, "calendar_invalid", "flagged_days_off"),
    ],
)
def test_contradictions_are_refused(change: dict[str, Any], code: str, field: str) -> None:
    """Each fault has its code and field."""
    with pytest.raises(ValidationError) as refused:
        a_definition(**change)
    error = refused.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, SlaError)
    assert (error.code, error.field) == (code, field)
    assert error.reason
    assert error.remedy


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"weekly": {"sunday": ["07:00-11:00"]}}, ("weekly", "sunday", "[key]")),
        ({"weekly": {"mon": ["7 o'clock-11:00"]}}, ("weekly", "mon", 0, "opens")),
        ({"version": ""}, ("version",)),
        ({"first_day": "soon"}, ("first_day",)),
        ({"holidays": []}, ("holidays",)),
        ({"flagged_days_off": [{"flag": "fair", "days": []}]}, ("flagged_days_off", 0, "days")),
    ],
)
def test_bad_fields_are_refused_where_they_stand(change: dict[str, Any], where: tuple[str | int, ...]) -> None:
    """What is not a calendar at all is refused at its place."""
    with pytest.raises(ValidationError) as refused:
        a_definition(**change)
    assert refused.value.errors()[0]["loc"] == where


@pytest.mark.parametrize("amount", [0, -1, 1.5, "3", 1_000_001])
def test_budgets_are_positive_whole_numbers(amount: object) -> None:
    """Zero, less, a part or a text is no amount."""
    with pytest.raises(ValidationError) as refused:
        Budget.model_validate({"amount": amount, "unit": "working_days"})
    assert refused.value.errors()[0]["loc"] == ("amount",)


def test_a_flag_takes_its_days_off_only_where_set() -> None:
    """24 November is a working day until the flag is set; a flag that is not the calendar's is refused."""
    day = date(2026, 11, 24)
    definition = public_definition()
    assert compiled(definition).is_working_day(day)
    assert compiled(with_flags(definition, [])).is_working_day(day)
    flagged = with_flags(definition, ["culture_day"])
    assert not compiled(flagged).is_working_day(day)
    assert not compiled(flagged).is_working_day(date(2027, 11, 24))
    assert not flagged.flagged_days_off
    assert len({definition.digest, with_flags(definition, []).digest, flagged.digest}) == 3
    with pytest.raises(UnknownFlag) as refused:
        with_flags(definition, ["culture_week"])
    assert (refused.value.code, refused.value.field) == ("unknown_flag", "flags")


def test_a_calendar_travels_compactly_and_keeps_its_digest() -> None:
    """The definition inside a case is small, reads back equal, and is compiled once."""
    definition = public_definition()
    text = definition.model_dump_json(exclude_defaults=True)
    back = CalendarDefinition.model_validate_json(text)
    assert len(text) < 2_500
    assert back == definition
    assert back.digest == definition.digest
    assert compiled(back) is compiled(definition)
    changed = CalendarDefinition.model_validate(definition.compact() | {"version": "2"})
    assert changed.digest != definition.digest


def test_the_order_of_weekdays_does_not_change_the_digest() -> None:
    """The same rules have the same digest however they were written."""
    weekly = public_definition().weekly
    turned = dict(reversed(weekly.items()))
    assert a_definition(weekly=weekly).digest == a_definition(weekly=turned).digest


def test_a_calendar_asked_for_very_many_instants_answers_right() -> None:
    """What a calendar remembers of earlier questions never changes an answer, however many there were."""
    calendar = WorkingCalendar(public().definition)
    start = at("2026-03-02 07:00")
    for second in (*range(20_000), *range(500)):
        worked = min(timedelta(seconds=second), timedelta(hours=4.5))
        assert calendar.between(start, start + timedelta(seconds=second)) == worked
