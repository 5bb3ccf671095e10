"""Moving the statutory end: one new appointment with an apology, and extensions that the sector's law allows."""

from __future__ import annotations

from typing import Literal

from cases.draft import Draft
from cases.model import Case, ClockState, ClockStatus
from cases.timetable import due_instant
from events.language.case_events import ClockExtended
from events.language.commands import ExtendLimit, MoveAppointment
from events.language.refusals import Refusal, refuse
from sla.deadline import due
from sla.units import AMOUNT_MAX, Budget


def move(draft: Draft, command: MoveAppointment) -> Refusal | None:
    """A new appointment: so often at most, and so long before the old one (Decree 61/2018 art. 19(9))."""
    rule = draft.case.definitions.procedure.appointment
    if draft.case.appointments_moved >= rule.reappointments_max:
        return refuse("appointment_moved", times=str(draft.case.appointments_moved))
    state = _running(draft.case)
    if state is None:
        return refuse("no_clock", clock="statutory")
    due_at = due_instant(state, draft.case.definitions)
    if due_at is None or due(rule.notice, draft.at, draft.calendar).operational_at > due_at:
        shown = "-" if due_at is None else due_at.astimezone(draft.calendar.zone).isoformat(timespec="minutes")
        return refuse("appointment_late", due=shown, notice=_words(rule.notice))
    return _extend(draft, state, command.by, "new_appointment", command.reason)


def extend(draft: Draft, command: ExtendLimit) -> Refusal | None:
    """An extension with reason and approval, within what the procedure's law allows in all."""
    most = draft.case.definitions.procedure.appointment.extension_max
    given = draft.case.extended_by + command.by.amount
    if most is None or command.by.unit is not most.unit or given > most.amount:
        return refuse("extension_refused", "by", by=_words(command.by), most="0" if most is None else _words(most))
    state = _running(draft.case)
    if state is None:
        return refuse("no_clock", clock="statutory")
    return _extend(
        draft, state, command.by, "extension", command.reason, command.legal_basis, approved_by=command.approved_by
    )


def _running(case: Case) -> ClockState | None:
    state = case.current_clock("statutory")
    # A breach is on record for ever: an end that has passed is not moved any more.
    return state if state is not None and state.status is ClockStatus.RUNNING and not state.is_paused else None


def _extend(
    draft: Draft,
    state: ClockState,
    by: Budget,
    cause: Literal["new_appointment", "extension"],
    reason: str,
    legal_basis: str | None = None,
    *,
    approved_by: str | None = None,
) -> Refusal | None:
    unit = state.clock.budget.unit
    if by.unit is not unit:
        return refuse("unit_other", "by.unit", unit=unit, given=by.unit)
    room = AMOUNT_MAX - state.clock.budget.amount
    if by.amount > room:
        return refuse("extension_refused", "by", by=_words(by), most=f"{room} {unit}")
    former_due_at = due_instant(state, draft.case.definitions)
    longer = state.clock.extended(by).due(draft.calendar)
    if former_due_at is None or longer is None:
        return refuse("no_clock", clock="statutory")
    draft.emit(
        ClockExtended(
            clock_id=state.id,
            by=by,
            cause=cause,
            reason=reason,
            legal_basis=legal_basis,
            approved_by=approved_by,
            former_due_at=former_due_at,
            due_at=draft.utc(longer.operational_at),
            departments=draft.case.working_departments,
        )
    )
    return None


def _words(budget: Budget) -> str:
    return f"{budget.amount} {budget.unit}"
