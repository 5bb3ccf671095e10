"""Ends over columns equal the ends of the clocks one by one."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from sla.bulk import columns_of, due_columns
from sla.calendar import CalendarRangeError, WorkingCalendar
from sla.clock import Clock, Suspension
from sla.deadline import AfterHours
from sla.units import Budget, Unit
from tests.sla.calendars import ten_years
from tests.sla.tier import LONG

Row = tuple[datetime | None, date | None, bool]


def a_clock(chance: random.Random, calendar: WorkingCalendar) -> Clock:
    """Any clock at all: every unit, anchored anywhere or just outside, suspended or not, some of them openly."""
    seconds = chance.randrange(-3 * 86_400, ((calendar.last_day - calendar.first_day).days + 3) * 86_400)
    start = datetime.combine(calendar.first_day, datetime.min.time(), tzinfo=UTC)
    anchored_at = start + timedelta(seconds=seconds - seconds % chance.choice([1, 1800]))
    suspensions = []
    for _ in range(chance.choice([0, 0, 1, 2, 4])):
        from_at = anchored_at + timedelta(minutes=chance.randrange(-3_000, 40_000))
        if chance.random() < 0.4:
            from_at = from_at.astimezone(calendar.zone).replace(hour=chance.choice([0, 7, 17]), minute=0, second=0)
        until_at = from_at.astimezone(UTC) + timedelta(minutes=chance.choice([0, 45, 600, 840, 1_440, 2_880, 20_000]))
        is_open = chance.random() < 0.02
        suspensions.append(Suspension(from_at=from_at, until_at=None if is_open else until_at, reason="documents"))
    return Clock(
        budget=Budget(amount=chance.choice([1, 2, 3, 5, 10, 20, 40, 60]), unit=chance.choice(list(Unit))),
        anchored_at=anchored_at,
        suspensions=tuple(suspensions),
        after_hours=chance.choice(list(AfterHours)),
    )


def one_by_one(clock: Clock, calendar: WorkingCalendar) -> Row:
    try:
        end = clock.due(calendar)
    except CalendarRangeError:
        return None, None, True
    # In UTC: an instant in the hour that a zone repeats equals none of another zone (PEP 495).
    return (None, None, False) if end is None else (end.operational_at.astimezone(UTC), end.lawful_day, False)


@pytest.mark.parametrize("name", sorted(ten_years()))
def test_columns_equal_the_clocks_one_by_one(name: str) -> None:
    """Every end, lawful day and refusal of clocks of all kinds is the same by column as by clock."""
    calendar = ten_years()[name]
    chance = random.Random(f"bulk {name}")
    clocks = [a_clock(chance, calendar) for _ in range(50_000 if LONG else 1_500)]
    ends = due_columns(columns_of(clocks), calendar)
    wrong = []
    for clock, at, day, refused in zip(
        clocks, ends.operational_at.tolist(), ends.lawful_day.tolist(), ends.refused.tolist(), strict=True
    ):
        found = (at and at.replace(tzinfo=UTC), day, refused)
        if found != one_by_one(clock, calendar):
            wrong.append((clock.model_dump_json(), found, one_by_one(clock, calendar)))
    assert not wrong, (len(wrong), wrong[:3])
    assert ends.refused.any()
    assert not np.isnat(ends.operational_at).all()


def test_no_clocks_have_no_ends() -> None:
    """Nothing to recompute is nothing recomputed."""
    ends = due_columns(columns_of([]), ten_years()["vn-public"])
    assert len(ends.operational_at) == len(ends.lawful_day) == len(ends.refused) == 0
