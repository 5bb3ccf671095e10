"""How late what is late is: the time since its limit passed, in working time. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime

from cases.model import Case, ClockState
from cases.promised import counts_as_breached
from cases.timetable import end_at
from events.language.commands import Message
from sla.calendar import WorkingCalendar
from sla.clock import Clock
from sla.errors import CalendarRangeError
from sla.suspension import Suspension
from sla.units import Budget, Unit

_ANY = Budget(amount=1, unit=Unit.WORKING_HOURS)
"""Of a clock that is only asked how much working time has run."""


class Lateness(Message):
    """A limit that has passed, and from what its lateness is counted. Instants in UTC."""

    limit_at: AwareDatetime
    """The end that passed: the lawful one, where the clock has two."""
    calendar: str
    """The id of the calendar on which the clock runs."""
    pauses: tuple[Suspension, ...] = ()
    """Time after the limit in which the clock stood still: nobody is late by that."""
    ended_at: AwareDatetime | None = None
    """When what was late was done; None: it is not."""


def lateness_of(case: Case, state: ClockState) -> Lateness | None:
    """How late what a clock of the case measures is; None: no breach of it is on record that counts."""
    if not counts_as_breached(case, state):
        return None
    end = end_at(state, case.definitions)
    # An older rule recorded the appointment as the end; what an older run carried along does not say which it was.
    limit_at = end if state.breached_early or state.breached_at is None else state.breached_at
    if limit_at is None:
        return None
    return Lateness(
        limit_at=limit_at.astimezone(UTC),
        calendar=case.definitions.calendar_of(state.calendar).id,
        pauses=pauses_after(state.clock, limit_at),
        ended_at=state.ended_at if state.stopped else None,
    )


def pauses_after(clock: Clock, limit_at: datetime) -> tuple[Suspension, ...]:
    """The suspensions of a clock that reach beyond its limit."""
    return tuple(pause for pause in clock.suspensions if pause.until_at is None or pause.until_at > limit_at)


def late_seconds(late: Lateness | None, calendar: WorkingCalendar, now: datetime) -> float | None:
    """The working seconds since the limit, suspensions left out; of what was done, until then. 0.0: it is not late.

    None: the calendar does not reach so far. `calendar`: the one that `late` names.
    """
    if late is None:
        return 0.0
    until = now if late.ended_at is None else min(now, late.ended_at)
    run = Clock(budget=_ANY, anchored_at=late.limit_at, suspensions=late.pauses)
    try:
        return run.consumed(until, calendar).total_seconds()
    except CalendarRangeError:
        return None
