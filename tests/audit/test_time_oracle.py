"""The oracle of time agrees with the room of time, which it knows nothing of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.oracle import consumed_seconds, running_stretches, walker_of
from sla.calendar import CalendarDefinition, DayException, Window, compiled
from sla.clock import Clock, Suspension
from sla.units import Budget, Unit
from tests.builders import MONDAY, a_calendar

BERLIN = a_calendar(
    id="berlin",
    zone="Europe/Berlin",
    days_off=(date(2026, 5, 1),),
    working_days=(DayException(day=date(2026, 5, 2)),),
)
NIGHTS = CalendarDefinition.model_validate(
    a_calendar().model_dump()
    | {
        "id": "nights",
        "weekly": {"tue": (Window(opens=time(0), closes=time(1)), Window(opens=time(22), closes=time(0)))},
    }
)
CALENDARS = st.sampled_from([a_calendar(), BERLIN, NIGHTS])
INSTANTS = st.integers(0, 200 * 24 * 3600).map(lambda seconds: MONDAY + timedelta(seconds=seconds))


@settings(max_examples=300, deadline=None)
@given(CALENDARS, INSTANTS, INSTANTS)
def test_opening_hours_between_two_instants(calendar: CalendarDefinition, start_at: datetime, end_at: datetime) -> None:
    """Walked day by day, and looked up in a table."""
    start_at, end_at = sorted((start_at, end_at))
    expected = compiled(calendar).between(start_at, end_at).total_seconds()
    assert walker_of(calendar).open_seconds(start_at, end_at) == expected
    assert walker_of(calendar).is_open(start_at) is compiled(calendar).is_working_instant(start_at)


@settings(max_examples=300, deadline=None)
@given(
    CALENDARS,
    st.sampled_from(tuple(Unit)),
    INSTANTS,
    st.lists(st.tuples(INSTANTS, st.none() | INSTANTS), max_size=4),
    INSTANTS,
)
def test_consumed_time(
    calendar: CalendarDefinition,
    unit: Unit,
    anchored_at: datetime,
    suspensions: list[tuple[datetime, datetime | None]],
    now: datetime,
) -> None:
    """Suspensions in any order, overlapping, open, before the anchor: each moment counts once or not at all."""
    clock = Clock(budget=Budget(amount=1, unit=unit), anchored_at=anchored_at)
    for from_at, until_at in suspensions:
        entry = Suspension(from_at=from_at, until_at=until_at and max(from_at, until_at), reason="r")
        clock = clock.model_copy(update={"suspensions": (*clock.suspensions, entry)})
    expected = clock.consumed(now, compiled(calendar)).total_seconds()
    assert abs(consumed_seconds(clock, now, calendar) - expected) < 1e-6


def test_running_stretches_leave_the_suspensions_out() -> None:
    """Two that overlap are one."""
    at = [MONDAY + timedelta(hours=n) for n in range(7)]
    clock = Clock(budget=Budget(amount=1, unit=Unit.HOURS), anchored_at=at[0])
    clock = clock.suspend(at[1], "r").resume(at[3]).suspend(at[2], "r").resume(at[4])
    merged = [(s, e) for s, e in running_stretches(clock, at[6])]
    assert sum(((e - s).total_seconds() for s, e in merged), 0.0) == 3 * 3600
    assert (merged[0][0], merged[-1][1]) == (at[0], at[6])
    assert list(running_stretches(clock, at[0])) == []
