"""A clock: a budget from an anchor, with its suspensions. A pure value; everything else about it is derived.

While suspended there is no deadline and nothing is overdue. A suspension moves the end by the suspended time in the
clock's own measure: the wall clock for `hours`, `days` and `months`, working time for the working units.
Overlapping suspensions count once. An end is never earlier because of a suspension, and never later than the suspended
time makes it:

- `working_days`: the lawful day does not count working days that were wholly suspended, and is never before the
  operational day. A suspension of a part of a day moves the operational instant only.
- `days`, `months`: the counted end moves by the suspended time, and then on from a day off.
- an end that falls into a suspension moves to where the suspension ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from sla.calendar import ZERO, WorkingCalendar
from sla.deadline import AfterHours, Due, counted_from, due, due_on
from sla.errors import NaiveInstant, NotSuspended, ShareRefused, SuspensionReversed
from sla.suspension import (
    Pause,
    Suspension,
    day_past_pauses,
    instant_past_pauses,
    last_rank_past_pauses,
    pauses,
)
from sla.units import WORKING_TIME, Budget, Unit

__all__ = ["Clock", "Suspension"]

WORKING_UNITS: Final = frozenset({*WORKING_TIME, Unit.WORKING_DAYS})
WHOLE: Final = 100
MICROSECOND: Final = timedelta(microseconds=1)


class Clock(BaseModel):
    """A budget that runs from an anchor. It knows no outcome: met and breached are the case's to say.

    All methods raise CalendarRangeError when an instant or an answer lies outside the calendar.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget: Budget
    anchored_at: AwareDatetime
    suspensions: tuple[Suspension, ...] = ()
    after_hours: AfterHours = AfterHours.RECEIPT

    # ---- suspensions

    @property
    def is_open_ended(self) -> bool:
        """Whether a suspension has no end yet, so that there is no deadline."""
        return any(entry.until_at is None for entry in self.suspensions)

    def suspend(self, from_at: datetime, reason: str, legal_basis: str | None = None) -> Clock:
        """The clock suspended from the instant on, until it is resumed."""
        _utc(from_at, "from_at")
        entry = Suspension(from_at=from_at, reason=reason, legal_basis=legal_basis)
        return self.model_copy(update={"suspensions": (*self.suspensions, entry)})

    def resume(self, until_at: datetime, reason: str | None = None) -> Clock:
        """The clock with its open suspensions ended (those with the reason, if one is named).

        Raises NotSuspended if none is open, SuspensionReversed if one begins after `until_at`.
        """
        until = _utc(until_at, "until_at")
        ended = 0
        entries = []
        for entry in self.suspensions:
            if entry.until_at is None and reason in {None, entry.reason}:
                if until < entry.from_at.astimezone(UTC):
                    raise SuspensionReversed.of(
                        "suspension_reversed",
                        field="until_at",
                        until=until_at.isoformat(),
                        begins=entry.from_at.isoformat(),
                    )
                ended += 1
                entries.append(entry.model_copy(update={"until_at": until_at}))
            else:
                entries.append(entry)
        if not ended:
            raise NotSuspended.of("not_suspended", field="until_at")
        return self.model_copy(update={"suspensions": tuple(entries)})

    def extended(self, by: Budget) -> Clock:
        """The clock with a larger budget. Raises ValueError where the unit is another."""
        if by.unit is not self.budget.unit:
            raise ValueError(f"a limit in {self.budget.unit} cannot be extended by {by.unit}")
        return self.model_copy(update={"budget": Budget(amount=self.budget.amount + by.amount, unit=by.unit)})

    # ---- ends

    def due(self, calendar: WorkingCalendar) -> Due | None:
        """When the budget ends, or None while a suspension is open."""
        if self.is_open_ended:
            return None
        return self._due(calendar)

    def instant_at(self, percent: int, calendar: WorkingCalendar) -> datetime | None:
        """The instant at which that many percent of the budget are consumed; None while suspended.

        100 is exactly the operational end. Rounded up to a microsecond: never early. Raises ShareRefused beyond 1..100.
        """
        return next(iter(self.instants_at((percent,), calendar)), None)

    def instants_at(self, percents: Sequence[int], calendar: WorkingCalendar) -> list[datetime]:
        """Return `instant_at` of each of the percents, for one look at the end; none while suspended."""
        for percent in percents:
            if not 1 <= percent <= WHOLE:
                raise ShareRefused.of("share_outside", field="percent", percent=percent)
        end = self.due(calendar)
        if end is None:
            return []
        if all(percent == WHOLE for percent in percents):
            return [end.operational_at] * len(percents)
        whole = self.consumed(end.operational_at, calendar) // MICROSECOND
        start = self.anchored_at.astimezone(UTC)
        stopped = pauses(self.suspensions, start)
        return [
            end.operational_at
            if percent == WHOLE
            else calendar.local(self._run(start, -(-whole * percent // WHOLE) * MICROSECOND, stopped, calendar))
            for percent in percents
        ]

    def later(self, from_at: datetime, delay: Budget, calendar: WorkingCalendar) -> datetime | None:
        """The instant that lies the delay after another, in the delay's own unit; None while suspended.

        Suspensions after the instant hold the delay up as well.
        """
        later = Clock(budget=delay, anchored_at=from_at, suspensions=self.suspensions).due(calendar)
        return later and later.operational_at

    # ---- use of the budget

    def consumed(self, now: datetime, calendar: WorkingCalendar) -> timedelta:
        """The time run so far, suspensions left out: working time for working units, else wall clock.

        Zero before the anchor; it goes on after the end.
        """
        at = _utc(now, "now")
        start = self.anchored_at.astimezone(UTC)
        if at <= start:
            return ZERO
        stopped = (
            self._measure(pause.from_at, min(pause.until_at, at), calendar)
            for pause in pauses(self.suspensions, start)
            if pause.from_at < at
        )
        return self._measure(start, at, calendar) - sum(stopped, ZERO)

    def total(self, calendar: WorkingCalendar) -> timedelta:
        """The whole budget as time in the clock's measure. An open suspension counts as not yet begun."""
        closed = tuple(entry for entry in self.suspensions if entry.until_at is not None)
        ended = self if len(closed) == len(self.suspensions) else self.model_copy(update={"suspensions": closed})
        return ended.consumed(ended._due(calendar).operational_at, calendar)

    def remaining(self, now: datetime, calendar: WorkingCalendar) -> timedelta:
        """The time left, held while suspended; negative by what the clock is over."""
        return self.total(calendar) - self.consumed(now, calendar)

    # ---- inside

    def _due(self, calendar: WorkingCalendar) -> Due:
        plain = due(self.budget, self.anchored_at, calendar, self.after_hours)
        stopped = pauses(self.suspensions, self.anchored_at)
        if not stopped:
            return plain
        unit = self.budget.unit
        if unit is Unit.DAYS or unit is Unit.MONTHS:
            return self._due_on_counted_day(stopped, calendar)
        start = self.anchored_at.astimezone(UTC)
        whole = self._measure(start, plain.operational_at.astimezone(UTC), calendar)
        operational_at = calendar.local(self._run(start, whole, stopped, calendar))
        if unit is Unit.WORKING_DAYS:
            return self._due_on_working_day(operational_at, stopped, calendar)
        return Due(operational_at, None, None)

    def _due_on_working_day(
        self, operational_at: datetime, stopped: tuple[Pause, ...], calendar: WorkingCalendar
    ) -> Due:
        """The end of working days that were in part suspended."""
        received = counted_from(self.anchored_at, calendar, self.after_hours).date()
        rank = last_rank_past_pauses(calendar.rank_after(received), self.budget.amount, stopped, calendar)
        last_day = max(calendar.working_day_of_rank(rank), _day_ended_by(operational_at))
        return due_on(operational_at, day_past_pauses(last_day, stopped, calendar), calendar)

    def _due_on_counted_day(self, stopped: tuple[Pause, ...], calendar: WorkingCalendar) -> Due:
        """The end of calendar days or months that were in part suspended."""
        counted = counted_from(self.anchored_at, calendar, self.after_hours)
        last = calendar.counted_day(counted.date(), self.budget)
        plain_at = counted.replace(year=last.year, month=last.month, day=last.day)
        start = counted.astimezone(UTC)
        run_at = calendar.local(self._run(start, plain_at.astimezone(UTC) - start, stopped, calendar))
        last_day = calendar.next_working_day(run_at.date())
        operational_at = calendar.near_time_on(last_day, counted)
        if run_at.date() == last_day:
            # On the first day after days off no earlier than what the days off were moved on to: a longer suspension
            # must not end a limit sooner than a shorter one.
            same_time_at = calendar.near_time_on(last_day, run_at)
            moved_on = calendar.follows_day_off(last_day)
            operational_at = max(same_time_at, operational_at) if moved_on else same_time_at
        moved_at = instant_past_pauses(operational_at, stopped, calendar)
        lawful_day = day_past_pauses(last_day, stopped, calendar)
        return due_on(moved_at, max(lawful_day, _day_ended_by(moved_at)), calendar)

    def _run(
        self, start: datetime, amount: timedelta, stopped: tuple[Pause, ...], calendar: WorkingCalendar
    ) -> datetime:
        """When the amount has run from the start, the pauses left out. Instants in UTC."""
        at = start
        for pause in stopped:
            if pause.until_at <= at:
                continue
            ends_at = self._later(at, amount, calendar)
            if ends_at <= pause.from_at:
                return ends_at
            amount -= self._measure(at, max(pause.from_at, at), calendar)
            at = pause.until_at
        return self._later(at, amount, calendar)

    def _later(self, at: datetime, amount: timedelta, calendar: WorkingCalendar) -> datetime:
        if self.budget.unit in WORKING_UNITS:
            return calendar.add(at, amount).astimezone(UTC)
        return at + amount

    def _measure(self, start: datetime, end: datetime, calendar: WorkingCalendar) -> timedelta:
        if self.budget.unit in WORKING_UNITS:
            return calendar.between(start, end)
        return end - start


def _day_ended_by(at: datetime) -> date:
    """The local day of an end. Midnight ends the day before: a window may close at 24:00."""
    return (at - MICROSECOND).date()


def _utc(at: datetime, field: str) -> datetime:
    if at.utcoffset() is None:
        raise NaiveInstant.of("no_offset", field=field, given=at.isoformat())
    return at.astimezone(UTC)
