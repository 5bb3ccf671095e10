"""What a day is to the offices: the same from a field as from the prose of what was published before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import yaml
from pydantic import ValidationError

from catalog.loader import DATA_FOLDER
from sla.calendar import CalendarDefinition
from sla.days import DayKind, OfficeDays

FOLDER = DATA_FOLDER / "calendars"


def published(name: str) -> CalendarDefinition:
    return CalendarDefinition.model_validate(yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")))


def test_the_field_says_what_the_prose_said() -> None:
    """Every day of both versions is the same, with the same hours; only the newer one has the field."""
    older, newer = published("vn-public.yaml"), published("vn-public.2026.1.1.yaml")
    assert {entry.instead_of for entry in older.working_days} == {None}
    assert None not in {entry.instead_of for entry in newer.working_days}
    span = (older.last_day - older.first_day).days + 1
    days = [older.first_day + timedelta(days=count) for count in range(span)]
    before, after = OfficeDays(older), OfficeDays(newer)
    assert [(before.kind(day), before.windows(day)) for day in days] == [
        (after.kind(day), after.windows(day)) for day in days
    ]
    swapped = [day for day in days if after.kind(day) is DayKind.SWAP]
    assert swapped == [date(2025, 5, 2), date(2026, 1, 2), date(2026, 8, 31)]


def test_a_day_is_worked_only_for_a_day_off() -> None:
    content = published("vn-public.2026.1.1.yaml").model_dump(mode="json")
    content["working_days"][0]["instead_of"] = "2025-05-05"
    with pytest.raises(ValidationError, match="2025-05-05, which is no day off"):
        CalendarDefinition.model_validate(content)
