"""What a case was promised and what became of it: both ends, the state, and whether appointment and limit were kept. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime

from cases.model import CASE_CLOCKS, Case, ClockState, ClockStatus
from cases.timetable import timetable_of
from events.language.commands import Message
from sla.calendar import compiled
from sla.errors import CalendarRangeError


class Promised(Message):
    """One promise as it stands on record. Instants in UTC."""

    appointment_at: AwareDatetime | None
    """As told now; None while the clock is suspended, or where the calendar ends before."""
    first_appointment_at: AwareDatetime | None
    """As first told, of the clock that now runs."""
    lawful_end_at: AwareDatetime | None
    """24:00 of the last day; None for a limit in hours, and as for `appointment_at`."""
    state: str
    """running, past_appointment, met, breached, cancelled; of a breach that was set aside: as without it."""
    set_aside: bool
    """A breach is on record that does not count."""
    met_at: AwareDatetime | None
    appointment_kept: bool | None
    """None: not decided yet, or the limit has one end."""


class Promises(Message):
    """What the law gives the case, and what its lane promises beside that."""

    statutory: Promised | None
    green: Promised | None


def promises_of(case: Case) -> Promises:
    """Both promises of a case; None: it never had one."""
    statutory, green = (case.current_clock(kind) for kind in CASE_CLOCKS)
    # Made of values that were checked before: every turn of every case makes one.
    return Promises.model_construct(
        statutory=None if statutory is None else promised(case, statutory),
        green=None if green is None else promised(case, green),
    )


def promised(case: Case, state: ClockState) -> Promised:
    """One promise as it stands."""
    table = timetable_of(state, case.definitions)
    status = _verdict(case, state)
    return Promised.model_construct(
        appointment_at=table.appointment_at,
        first_appointment_at=state.first_appointment_at or _first_told(case, state),
        lawful_end_at=table.lawful_end_at,
        state=status.value,
        set_aside=state.set_aside or state.set_asides > 0 or (state.status is not status and state.stopped),
        met_at=state.ended_at if status is ClockStatus.MET else None,
        appointment_kept=_appointment_kept(case, state, status),
    )


def _verdict(case: Case, state: ClockState) -> ClockStatus:
    """The status as the law sees it: a breach that was set aside counts as met, also one recorded too early on a closed case."""
    if state.status is not ClockStatus.BREACHED:
        return state.status
    overdue = state.counts_as_breached and not _ended_before_lawful_end(case, state)
    return ClockStatus.BREACHED if overdue else ClockStatus.MET


def _ended_before_lawful_end(case: Case, state: ClockState) -> bool:
    ends_at = timetable_of(state, case.definitions).lawful_end_at if state.breached_early else None
    return ends_at is not None and state.ended_at is not None and state.ended_at <= ends_at


def counts_as_breached(case: Case, state: ClockState) -> bool:
    """Whether the clock is overdue in law, or was: what reports count."""
    return _verdict(case, state) is ClockStatus.BREACHED


def _appointment_kept(case: Case, state: ClockState, status: ClockStatus) -> bool | None:
    if state.appointment_kept is not None or not state.stopped or status is not ClockStatus.MET:
        return state.appointment_kept
    # An older event does not say: what was done by the appointment of the clock was.
    table = timetable_of(state, case.definitions)
    if not table.two_ends or table.appointment_at is None or state.ended_at is None:
        return None
    return state.ended_at <= table.appointment_at


def _first_told(case: Case, state: ClockState) -> datetime | None:
    """Of a clock that an older version started: where it would end had it never been suspended."""
    table = timetable_of(state, case.definitions)
    if not state.clock.suspensions:
        return table.appointment_at
    bare = state.clock.model_copy(update={"suspensions": ()})
    try:
        end = bare.due(compiled(case.definitions.calendar_of(state.calendar)))
    except CalendarRangeError:
        return None
    return None if end is None else end.operational_at.astimezone(UTC)
