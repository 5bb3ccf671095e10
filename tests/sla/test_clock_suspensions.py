"""Clocks with suspensions strewn at random, against a walk that counts every minute."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.calendar import WorkingCalendar
from sla.clock import Clock, Suspension
from sla.deadline import AfterHours, counted_from, due
from sla.errors import NaiveInstant, NotSuspended, ShareRefused, SuspensionReversed
from sla.units import WALL_CLOCK, WORKING_TIME, Budget, Unit
from tests.sla.calendars import at, public
from tests.sla.oracle import ONE_DAY, MinuteLine, end_of_run
from tests.sla.tier import LONG, examples

MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
ZERO = timedelta(0)
WORKING = {*WORKING_TIME, Unit.WORKING_DAYS}
AMOUNTS = {
    Unit.HOURS: 200,
    Unit.MINUTES: 9_000,
    Unit.WORKING_HOURS: 100,
    Unit.WORKING_MINUTES: 4_000,
    Unit.WORKING_DAYS: 20,
    Unit.DAYS: 30,
    Unit.MONTHS: 2,
}


@cache
def year() -> MinuteLine:
    """Every minute from before Tet 2026 to July: make-up days, runs of holidays, ordinary weeks."""
    return MinuteLine(public().definition, date(2026, 1, 1), date(2026, 7, 31))


def suspended_at(clock: Clock, at: datetime) -> bool:
    return any(entry.from_at <= at and (entry.until_at is None or at < entry.until_at) for entry in clock.suspensions)


def after_due(clock: Clock, delay: Budget, calendar: WorkingCalendar) -> datetime | None:
    """The delay after the operational end."""
    end = clock.due(calendar)
    return None if end is None else clock.later(end.operational_at, delay, calendar)


def a_clock(chance: random.Random, unit: Unit) -> Clock:
    """A clock of the unit, anchored between January and March, with up to five suspensions that may overlap."""
    minutes = chance.randrange(75 * 1440)
    if chance.random() < 0.5:
        minutes -= minutes % 30
    anchored_at = year().at(minutes)
    suspensions = []
    for _ in range(chance.choice([0, 1, 1, 2, 3, 5])):
        from_at = anchored_at + chance.randrange(-1_440, 20_000) * MINUTE
        if chance.random() < 0.4:  # from and until the hours at which offices open and close, or midnight
            local = from_at.astimezone(public().zone)
            from_at = local.replace(hour=chance.choice([0, 7, 17]), minute=0).astimezone(UTC)
            length = chance.choice([7 * 60, 10 * 60, 14 * 60, 1440, 2 * 1440, 5 * 1440])
        else:
            length = chance.choice([0, 1, 45, 200, 600, 1_500, 7_000])
        suspensions.append(Suspension(from_at=from_at, until_at=from_at + length * MINUTE, reason="documents"))
    return Clock(
        budget=Budget(amount=chance.randint(1, AMOUNTS[unit]), unit=unit),
        anchored_at=anchored_at,
        suspensions=tuple(suspensions),
        after_hours=chance.choice(list(AfterHours)),
    )


@dataclass(frozen=True)
class Walk:
    """A clock walked minute by minute."""

    clock: Clock
    line: MinuteLine

    @property
    def stretches(self) -> list[tuple[datetime, datetime]]:
        found = []
        for entry in self.clock.suspensions:
            assert entry.until_at is not None
            found.append((entry.from_at, entry.until_at))
        return found

    def running(self) -> bytearray:
        return self.line.running(self.stretches, by_wall_clock=self.clock.budget.unit not in WORKING)

    def consumed(self, until: datetime) -> timedelta:
        start = self.line.minute(self.clock.anchored_at)
        return sum(self.running()[start : self.line.minute(until)]) * MINUTE

    def end_of(self, amount: timedelta, start: datetime | None = None) -> datetime:
        first = self.line.minute(start or self.clock.anchored_at)
        return self.line.at(end_of_run(self.running(), first, amount // MINUTE))

    def local_day(self, instant: datetime) -> date:
        return self.line.local_days[self.line.minute(instant)]

    def lawful_working_day(self, received: date, operational_at: datetime) -> date:
        """Count the days of which any working minute ran, up to the budget's number."""
        running = self.running()
        day, counted = received, 0
        while counted < self.clock.budget.amount:
            day += ONE_DAY
            low = self.line.first_minute[day]
            counted += any(running[low : low + 1440])
        return self.moved_on(max(day, self.local_day(operational_at - MINUTE)))

    def moved_on(self, day: date) -> date:
        """Move the last day on while its last minute is suspended: to the day on which time runs again."""
        suspended = self.line.suspended(self.stretches)
        while True:
            last_minute = self.line.first_minute[day] + 1439
            if not suspended[last_minute]:
                return day
            resumes = suspended.index(0, last_minute)
            day = self.line.walker.day_or_next_working(self.line.local_days[resumes])

    def same_time_on(self, day: date, run_at: datetime, received_at: datetime) -> datetime:
        """The wall-clock time at which the days have run, on the last day; that of receipt where days off moved it."""
        walker = self.line.walker
        times = [] if self.local_day(run_at) != day else [run_at.astimezone(self.line.zone)]
        if not times or not walker.works_on(day - ONE_DAY):
            times.append(received_at)
        wanted = max(datetime.combine(day, local.time()) for local in times)
        nearest = walker.windows(day)[0][0]
        for opens, closes in walker.windows(day):
            if opens <= wanted:
                nearest = min(wanted, closes)
        return nearest.replace(tzinfo=self.line.zone).astimezone(UTC)

    def out_of_suspension(self, end_at: datetime) -> datetime:
        """The end itself, or, inside suspended time, the first working minute after it."""
        suspended = self.line.suspended(self.stretches)
        minute = self.line.minute(end_at)
        if suspended[minute - 1] and suspended[minute]:
            while suspended[minute] or not self.line.working[minute]:
                minute += 1
        return self.line.at(minute)


@pytest.mark.parametrize("unit", list(Unit))
def test_suspended_clocks_equal_a_walk_through_the_minutes(unit: Unit) -> None:
    """Ends, lawful days and the time consumed are what counting the minutes that ran comes to."""
    chance = random.Random(f"suspensions of {unit}")
    wrong = []
    for _ in range(3_000 if LONG else 60):
        clock = a_clock(chance, unit)
        now = clock.anchored_at + chance.randrange(-600, 40_000) * MINUTE
        expected, found = _walked(clock, now), _computed(clock, now)
        if expected != found:
            wrong.append((clock.model_dump_json(), expected, found))
    assert not wrong, (len(wrong), wrong[:3])


def _computed(clock: Clock, now: datetime) -> dict[str, object]:
    end = clock.due(public())
    assert end is not None
    return {
        "operational_at": end.operational_at,
        "lawful_day": end.lawful_day,
        "consumed": clock.consumed(now, public()),
    }


def _walked(clock: Clock, now: datetime) -> dict[str, object]:
    walk, unit = Walk(clock, year()), clock.budget.unit
    lawful_day = None
    received_at = counted_from(clock.anchored_at, public(), clock.after_hours)
    if (length := {**WALL_CLOCK, **WORKING_TIME}.get(unit)) is not None:
        operational_at = walk.end_of(clock.budget.amount * length)
    elif unit is Unit.WORKING_DAYS:
        unsuspended = Clock(budget=clock.budget, anchored_at=clock.anchored_at)
        without_pause = due(clock.budget, clock.anchored_at, public()).operational_at
        operational_at = walk.end_of(Walk(unsuspended, year()).consumed(without_pause))
        lawful_day = walk.lawful_working_day(received_at.date(), operational_at)
    else:
        last = public().counted_day(received_at.date(), clock.budget)
        run_at = walk.end_of(ONE_DAY * (last - received_at.date()).days, received_at.astimezone(UTC))
        last_day = year().walker.day_or_next_working(walk.local_day(run_at))
        operational_at = walk.out_of_suspension(walk.same_time_on(last_day, run_at, received_at))
        lawful_day = max(walk.moved_on(last_day), walk.local_day(operational_at - MINUTE))
    consumed = walk.consumed(now) if now > clock.anchored_at else ZERO
    return {"operational_at": operational_at, "lawful_day": lawful_day, "consumed": consumed}


@examples(60)
@given(st.integers(0, 2**32), st.sampled_from(list(Unit)))
def test_the_share_of_a_clock_is_consumed_at_its_instant(seed: int, unit: Unit) -> None:
    """At a rung's instant its share is used up and a microsecond before it is not; the whole share is the end."""
    calendar = public()
    clock = a_clock(random.Random(seed), unit)
    end = clock.due(calendar)
    assert end is not None
    total = clock.total(calendar)
    assert clock.instant_at(100, calendar) == end.operational_at
    assert clock.consumed(end.operational_at, calendar) == total
    assert clock.remaining(end.operational_at, calendar) == ZERO
    earlier = clock.anchored_at
    for percent in (1, 33, 50, 75, 90, 99, 100):
        instant = clock.instant_at(percent, calendar)
        assert instant is not None
        assert earlier <= instant <= end.operational_at
        assert clock.consumed(instant, calendar) * 100 >= total * percent
        if percent < 100:
            assert clock.consumed(instant - MICROSECOND, calendar) * 100 < total * percent
        earlier = instant


@examples(120)
@given(st.integers(0, 2**32), st.sampled_from(list(Unit)), st.integers(-1_000, 30_000), st.integers(0, 9_000))
def test_more_suspension_never_ends_a_clock_earlier(seed: int, unit: Unit, from_minute: int, minutes: int) -> None:
    """One suspension more moves no end forward; for the exact units it moves it by no more than its own time."""
    calendar = public()
    clock = a_clock(random.Random(seed), unit)
    from_at = clock.anchored_at + from_minute * MINUTE
    more = clock.suspend(from_at, "payment").resume(from_at + minutes * MINUTE)
    before, after = clock.due(calendar), more.due(calendar)
    assert before is not None
    assert after is not None
    assert after.operational_at >= before.operational_at
    if before.lawful_day is not None:
        assert after.lawful_day is not None
        assert after.lawful_day >= before.lawful_day
        assert after.lawful_end_at is not None
        assert after.operational_at <= after.lawful_end_at
        assert calendar.is_working_day(after.lawful_day)
    if unit in WALL_CLOCK or unit in WORKING:
        # Moved into another suspension it moves on over that as well: count the time that ran without this one.
        added = clock.consumed(after.operational_at, calendar) - clock.consumed(before.operational_at, calendar)
        until_at = from_at + minutes * MINUTE
        assert added <= (calendar.between(from_at, until_at) if unit in WORKING else until_at - from_at)
    # It may end at the very instant at which a suspension does: what days off moved on into it moves to its end.
    ends_at = after.operational_at
    assert not (suspended_at(more, ends_at - MICROSECOND) and suspended_at(more, ends_at))


@examples(60)
@given(st.integers(0, 2**32), st.sampled_from(list(Unit)), st.integers(-600, 30_000), st.integers(0, 30_000))
def test_time_used_never_runs_back(seed: int, unit: Unit, first: int, more: int) -> None:
    """Consumed time only grows, by no more than time passed; what remains is the rest of the whole."""
    calendar = public()
    clock = a_clock(random.Random(seed), unit)
    one_at = clock.anchored_at + first * MINUTE
    two_at = one_at + more * MINUTE
    growth = clock.consumed(two_at, calendar) - clock.consumed(one_at, calendar)
    assert ZERO <= growth <= two_at - one_at
    assert clock.remaining(two_at, calendar) + clock.consumed(two_at, calendar) == clock.total(calendar)


# ---- rules, one at a time


def working_days(amount: int, anchored: str) -> Clock:
    return Clock(budget=Budget(amount=amount, unit=Unit.WORKING_DAYS), anchored_at=at(anchored))


def test_there_is_no_end_while_suspended() -> None:
    """An open suspension takes the end away and holds what remains; resuming gives it back, later by the pause."""
    calendar = public()
    clock = working_days(3, "2026-03-02 09:00").suspend(at("2026-03-03 09:00"), "documents", "61/2018 art. 19(4)")
    assert clock.due(calendar) is None
    assert clock.instant_at(50, calendar) is None
    assert after_due(clock, Budget(amount=1, unit=Unit.HOURS), calendar) is None
    assert clock.remaining(at("2026-03-30 09:00"), calendar) == timedelta(hours=16)
    resumed = clock.resume(at("2026-03-06 09:00"))
    end = resumed.due(calendar)
    assert end is not None
    assert (end.operational_at, end.lawful_day) == (at("2026-03-10 09:00"), date(2026, 3, 10))
    assert resumed.suspensions[0].legal_basis == "61/2018 art. 19(4)"


def test_a_suspended_part_of_a_day_moves_the_appointment_only() -> None:
    """Two hours of pause move the operational instant by two hours; the lawful day stays."""
    clock = (
        working_days(3, "2026-03-02 09:00").suspend(at("2026-03-03 09:00"), "payment").resume(at("2026-03-03 11:00"))
    )
    end = clock.due(public())
    assert end is not None
    assert (end.operational_at, end.lawful_day) == (at("2026-03-05 11:00"), date(2026, 3, 5))


def test_overlapping_suspensions_count_once() -> None:
    """Waiting for documents and for payment on the same day costs that day once, in whatever order they are told."""
    day = (at("2026-03-03 07:00"), at("2026-03-04 07:00"))
    once = working_days(3, "2026-03-02 09:00").suspend(day[0], "documents").resume(day[1])
    twice = once.suspend(at("2026-03-03 10:00"), "payment").resume(at("2026-03-03 20:00"))
    turned = twice.model_copy(update={"suspensions": twice.suspensions[::-1]})
    assert once.due(public()) == twice.due(public()) == turned.due(public())
    end = once.due(public())
    assert end is not None
    assert end.lawful_day == date(2026, 3, 6)


def test_suspensions_outside_the_running_time_change_nothing() -> None:
    """Before the anchor and after the end there is nothing to suspend."""
    clock = working_days(3, "2026-03-02 09:00")
    before = clock.suspend(at("2026-02-02 09:00"), "early").resume(at("2026-03-02 09:00"))
    after = clock.suspend(at("2026-03-06 09:00"), "late").resume(at("2026-03-20 09:00"))
    assert clock.due(public()) == before.due(public()) == after.due(public())


def test_a_suspension_that_begins_with_the_end_changes_nothing() -> None:
    """The budget is used up at its end: a pause from that very instant on comes too late, one a second before does not."""
    clock = Clock(budget=Budget(amount=4, unit=Unit.WORKING_HOURS), anchored_at=at("2026-03-02 13:00"))
    plain = clock.due(public())
    assert plain is not None
    assert plain.operational_at == at("2026-03-03 07:30")
    late = clock.suspend(at("2026-03-03 07:30"), "late").resume(at("2026-03-04 07:30"))
    assert late.due(public()) == plain
    just = clock.suspend(at("2026-03-03 07:29:59"), "just in time").resume(at("2026-03-04 07:29:59"))
    end = just.due(public())
    assert end is not None
    assert end.operational_at == at("2026-03-04 07:30")


def test_the_last_day_wholly_suspended_moves_on() -> None:
    """A limit whose last day ends in a suspension ends on the day on which time runs again."""
    clock = Clock(budget=Budget(amount=4, unit=Unit.DAYS), anchored_at=at("2026-03-04 09:00"))
    plain = clock.due(public())
    assert plain is not None
    assert plain.lawful_day == date(2026, 3, 9)  # Sunday moved on to Monday
    held = clock.suspend(at("2026-03-09 08:00"), "documents").resume(at("2026-03-11 10:00"))
    end = held.due(public())
    assert end is not None
    assert (end.lawful_day, end.operational_at) == (date(2026, 3, 11), at("2026-03-11 10:00"))


def test_a_delay_after_the_end_runs_in_its_own_unit_and_pauses_too() -> None:
    """Four working hours after an end at 17:00 are 11:00 next day, later by what is suspended meanwhile."""
    calendar = public()
    delay = Budget(amount=4, unit=Unit.WORKING_HOURS)
    clock = working_days(3, "2026-03-02 07:00")
    assert after_due(clock, delay, calendar) == at("2026-03-05 11:00")
    assert after_due(clock, Budget(amount=4, unit=Unit.HOURS), calendar) == at("2026-03-04 21:00")
    paused = clock.suspend(at("2026-03-05 08:00"), "payment").resume(at("2026-03-05 09:00"))
    assert after_due(paused, delay, calendar) == at("2026-03-05 13:30") + timedelta(minutes=30)


def test_open_suspensions_are_resumed_by_reason() -> None:
    """The documents came, the payment did not: the clock still stands."""
    clock = working_days(3, "2026-03-02 09:00").suspend(at("2026-03-03 09:00"), "documents")
    clock = clock.suspend(at("2026-03-03 10:00"), "payment").resume(at("2026-03-04 09:00"), reason="documents")
    assert clock.due(public()) is None
    end = clock.resume(at("2026-03-05 09:00")).due(public())
    assert end is not None
    assert end.operational_at == at("2026-03-09 09:00")


@pytest.mark.parametrize("percent", [-1, 0, 101])
def test_shares_beyond_the_clock_are_refused(percent: int) -> None:
    """A share is 1 to 100 percent."""
    with pytest.raises(ShareRefused) as refused:
        working_days(3, "2026-03-02 09:00").instant_at(percent, public())
    assert (refused.value.code, refused.value.field) == ("share_out_of_range", "percent")


def test_suspensions_that_make_no_sense_are_refused() -> None:
    """Ended before it begins, ended without having begun, without an offset: refused with the field."""
    clock = working_days(3, "2026-03-02 09:00")
    with pytest.raises(NotSuspended) as never:
        clock.resume(at("2026-03-03 09:00"))
    with pytest.raises(SuspensionReversed) as reversed_:
        clock.suspend(at("2026-03-03 09:00"), "documents").resume(at("2026-03-03 08:59"))
    assert (never.value.field, reversed_.value.field) == ("until_at", "until_at")
    assert (never.value.code, reversed_.value.code) == ("not_suspended", "suspension_reversed")
    naive = datetime.fromisoformat("2026-03-03T09:00")
    for ask in (
        lambda: clock.suspend(naive, "documents"),
        lambda: clock.consumed(naive, public()),
    ):
        with pytest.raises(NaiveInstant) as without_offset:
            ask()
        assert without_offset.value.code == "naive_instant"


def test_a_clock_travels_as_json() -> None:
    """A clock read back from JSON is the same clock."""
    clock = a_clock(random.Random(3), Unit.DAYS).suspend(at("2026-03-03 09:00"), "documents")
    assert Clock.model_validate_json(clock.model_dump_json()) == clock
    assert isinstance(public(), WorkingCalendar)
