"""Moving what was told: one new appointment with an apology, and extensions of the limit that the sector's law allows."""

from __future__ import annotations

from datetime import datetime

from cases.draft import Draft
from cases.model import Case, ClockState, ClockStatus
from cases.persons import not_seconded
from cases.timetable import appointment_at
from catalog.model import AppointmentRule
from events.language.case_events import AppointmentMoved, ClockExtended
from events.language.commands import ExtendLimit, MoveAppointment
from events.language.refusals import Refusal, refuse
from sla.deadline import due
from sla.units import AMOUNT_MAX, Budget


def move(draft: Draft, command: MoveAppointment) -> Refusal | None:
    """A new appointment with an apology: so often at most, and so long before the old one (Decree 61/2018 art. 19(9)).

    It moves what the applicant was told, never the limit: whoever needs more time in law needs an extension.
    """
    rule = draft.state.definitions.procedure.appointment
    if draft.state.appointments_moved >= rule.reappointments_max:
        return refuse("appointment_moved", times=str(draft.state.appointments_moved))
    state = _running(draft.state)
    if state is None or state.status is ClockStatus.PAST_APPOINTMENT:
        return refuse("no_clock", clock="statutory") if state is None else _late(draft, state, rule)
    former_at = appointment_at(state, draft.state.definitions)
    if former_at is None or not _is_in_time(draft, rule.notice, former_at):
        return _late(draft, state, rule)
    refusal = _unlawful_length(state, command.by, rule.move_max or state.clock.budget)
    if refusal is not None:
        return refusal
    moved = command.by if state.appointment_by is None else _sum(state.appointment_by, command.by)
    limit = state.clock.extended(moved).due(draft.calendar)
    if limit is None:
        return refuse("no_clock", clock="statutory")
    draft.emit(
        AppointmentMoved(
            clock_id=state.id,
            by=command.by,
            reason=command.reason,
            former_appointment_at=former_at,
            appointment_at=draft.utc(limit.operational_at),
            departments=draft.state.working_departments,
        )
    )
    return None


def _late(draft: Draft, state: ClockState, rule: AppointmentRule) -> Refusal:
    told_at = appointment_at(state, draft.state.definitions)
    shown = "-" if told_at is None else told_at.astimezone(draft.calendar.zone).isoformat(timespec="minutes")
    return refuse("appointment_late", due=shown, notice=str(rule.notice))


def _is_in_time(draft: Draft, notice: Budget, told_at: datetime) -> bool:
    # A notice is given on a working day: one that is written on a Sunday counts from Monday's opening.
    is_working_day = draft.calendar.is_working_day(draft.calendar.local_day(draft.at))
    given_at = draft.at if is_working_day else draft.calendar.normalise(draft.at)
    return due(notice, given_at, draft.calendar).operational_at <= told_at


def _unlawful_length(state: ClockState, by: Budget, most: Budget) -> Refusal | None:
    unit = state.clock.budget.unit
    if by.unit is not unit:
        return refuse("unit_other", "by.unit", unit=unit, given=by.unit)
    if most.unit is unit and by.amount > most.amount:
        return refuse("appointment_too_far", "by", by=str(by), most=str(most))
    return None


def _sum(one: Budget, other: Budget) -> Budget:
    return Budget(amount=one.amount + other.amount, unit=one.unit)


def extend(draft: Draft, command: ExtendLimit) -> Refusal | None:
    """An extension with reason and a second person's approval, within what the procedure's law allows in all."""
    most = draft.state.definitions.procedure.appointment.extension_max
    extended = draft.state.extended_by + command.by.amount
    if most is None or command.by.unit is not most.unit or extended > most.amount:
        return refuse("extension_refused", "by", by=str(command.by), most="0" if most is None else str(most))
    refusal = not_seconded(command.actor, command.approved_by)
    if refusal is not None:
        return refusal
    state = _running(draft.state)
    if state is None:
        return refuse("no_clock", clock="statutory")
    return _extend(draft, state, command)


def _running(case: Case) -> ClockState | None:
    state = case.current_clock("statutory")
    # A breach is on record for ever: an end that has passed is not moved any more.
    return state if state is not None and state.is_undecided and not state.is_paused else None


def _extend(draft: Draft, state: ClockState, command: ExtendLimit) -> Refusal | None:
    unit, by = state.clock.budget.unit, command.by
    if by.unit is not unit:
        return refuse("unit_other", "by.unit", unit=unit, given=by.unit)
    room = AMOUNT_MAX - state.clock.budget.amount
    if by.amount > room:
        return refuse("extension_refused", "by", by=str(by), most=f"{room} {unit}")
    former_at = appointment_at(state, draft.state.definitions)
    longer = state.clock.extended(by)
    limit = (longer if state.appointment_by is None else longer.extended(state.appointment_by)).due(draft.calendar)
    if former_at is None or limit is None:
        return refuse("no_clock", clock="statutory")
    draft.emit(
        ClockExtended(
            clock_id=state.id,
            by=by,
            cause="extension",
            reason=command.reason,
            legal_basis=command.legal_basis,
            approved_by=command.approved_by,
            former_due_at=former_at,
            due_at=draft.utc(limit.operational_at),
            departments=draft.state.working_departments,
        )
    )
    return None
