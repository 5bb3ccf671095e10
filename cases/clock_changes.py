"""What the events of clocks make of a case. Total, as `evolve`, which has the rest; no rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.model import Case, CaseStatus, ClockState, ClockStatus, StepState
from cases.spans import suspended
from events.language import case_events as ev
from sla.clock import Clock, Suspension
from sla.units import Budget

Change = dict[str, Any]


def with_step(case: Case, step_id: str, **change: Any) -> dict[str, StepState]:
    """The steps, one of them with other values."""
    return {**case.steps, step_id: case.steps[step_id].changed(change)}


def with_clock(case: Case, clock_id: str, **change: Any) -> dict[str, ClockState]:
    """The clocks, one of them with other values."""
    return {**case.clocks, clock_id: case.clocks[clock_id].changed(change)}


def _clock_started(case: Case, event: ev.ClockStarted, _: datetime) -> Change:
    state = ClockState(
        id=event.clock_id,
        kind=event.kind,
        step_id=event.step_id,
        clock=Clock(
            budget=event.budget,
            anchored_at=event.anchored_at,
            after_hours=event.after_hours,
            suspensions=event.suspensions,
        ),
        appointment_by=event.appointment_by,
        first_appointment_at=event.first_appointment_at,
        # A calendar that the case does not have cannot be followed: nothing is counted on another in its place.
        calendar=None if event.calendar is None else case.definitions.calendars[event.calendar].id,
    )
    change: Change = {"clocks": {**case.clocks, event.clock_id: state}}
    if event.step_id is not None and event.step_id in case.steps:
        change["steps"] = with_step(case, event.step_id, clock_id=event.clock_id)
    return change


def _paused(case: Case, event: ev.ClockPaused, _: datetime) -> Change:
    clocks = dict(case.clocks)
    for clock_id in event.clock_ids:
        state = clocks[clock_id]
        clock = state.clock.suspend(event.from_at, event.reason, event.legal_basis)
        clocks[clock_id] = state.changed({"clock": clock})
    change: Change = {"clocks": clocks}
    if event.cause in ("suspension", "stop"):
        change |= {
            "status": CaseStatus.SUSPENDED if event.cause == "suspension" else CaseStatus.STOPPED,
            "suspension_reason": event.reason,
            "suspension_ends_at": event.ends_at,
            "suspension_review_at": event.review_at,
            "suspended_since_at": event.from_at,
            "spans": suspended(case.spans, event.from_at, None),
        }
        if event.cause == "stop":
            change["stopped_from"] = case.status
    elif event.cause == "payment":
        change |= {
            "status": CaseStatus.AWAITING_PAYMENT,
            "suspension_review_at": event.review_at,
            "suspended_since_at": event.from_at,
        }
    return change


def _resumed(case: Case, event: ev.ClockResumed, _: datetime) -> Change:
    clocks = dict(case.clocks)
    for clock_id in event.clock_ids:
        state = clocks[clock_id]
        until_at = event.work_until_at if clock_id in event.work_ids else None
        clocks[clock_id] = state.changed({"clock": state.clock.resume(until_at or event.until_at)})
    change: Change = {"clocks": clocks}
    if event.cause in ("suspension", "stop"):
        change |= {
            "status": case.stopped_from or CaseStatus.IN_PROGRESS,
            "suspension_reason": None,
            "suspension_ends_at": None,
            "suspension_review_at": None,
            "suspended_since_at": None,
            "stopped_from": None,
        }
    elif event.cause == "payment":
        change |= {"status": CaseStatus.IN_PROGRESS, "suspension_review_at": None, "suspended_since_at": None}
    return change


def _suspended(case: Case, event: ev.ClockSuspended, _: datetime) -> Change:
    entry = Suspension(
        from_at=event.from_at, until_at=event.until_at, reason=event.reason, legal_basis=event.legal_basis
    )
    clocks = dict(case.clocks)
    for clock_id in event.clock_ids:
        state = clocks[clock_id]
        # Before the open one, if there is one: the last suspension tells whether a clock stands still now.
        suspensions = (entry, *state.clock.suspensions)
        clocks[clock_id] = state.changed({"clock": state.clock.model_copy(update={"suspensions": suspensions})})
    return {"clocks": clocks, "spans": suspended(case.spans, event.from_at, event.until_at)}


def _extended(case: Case, event: ev.ClockExtended, _: datetime) -> Change:
    change: Change = {
        "clocks": with_clock(case, event.clock_id, clock=case.clocks[event.clock_id].clock.extended(event.by))
    }
    if event.cause == "new_appointment":
        change["appointments_moved"] = case.appointments_moved + 1
    else:
        change["extended_by"] = case.extended_by + event.by.amount
    return change


def _appointment_moved(case: Case, event: ev.AppointmentMoved, _: datetime) -> Change:
    former = case.clocks[event.clock_id].appointment_by
    by = event.by if former is None else Budget(amount=former.amount + event.by.amount, unit=event.by.unit)
    return {
        "clocks": with_clock(case, event.clock_id, appointment_by=by),
        "appointments_moved": case.appointments_moved + 1,
    }


def _appointment_passed(case: Case, event: ev.AppointmentPassed, _: datetime) -> Change:
    passed: Change = {"appointment_passed_at": event.appointment_at, "appointment_kept": False}
    if case.clocks[event.clock_id].status is ClockStatus.RUNNING:
        passed["status"] = ClockStatus.PAST_APPOINTMENT
    return {"clocks": with_clock(case, event.clock_id, **passed)}


def _ended(at: datetime, kept: bool | None) -> Change:
    # What an older event does not say is not made up: it stays as it was.
    return {"stopped": True, "ended_at": at} | ({} if kept is None else {"appointment_kept": kept})


def _met(case: Case, event: ev.ClockMet, _: datetime) -> Change:
    ended = _ended(event.ended_at, event.appointment_kept)
    return {"clocks": with_clock(case, event.clock_id, status=ClockStatus.MET, **ended)}


def _breached(case: Case, event: ev.ClockBreached, _: datetime) -> Change:
    early = event.two_ends is None
    breach: Change = {"status": ClockStatus.BREACHED, "breached_at": event.due_at, "breached_early": early}
    return {"clocks": with_clock(case, event.clock_id, **breach)}


def _breach_confirmed(case: Case, event: ev.BreachConfirmed, _: datetime) -> Change:
    return {"clocks": with_clock(case, event.clock_id, breached_at=event.lawful_end_at, breached_early=False)}


def _stopped(case: Case, event: ev.ClockStopped, _: datetime) -> Change:
    return {"clocks": with_clock(case, event.clock_id, **_ended(event.ended_at, event.appointment_kept))}


def _cancelled(case: Case, event: ev.ClockCancelled, _: datetime) -> Change:
    ended = _ended(event.ended_at, None)
    return {"clocks": with_clock(case, event.clock_id, status=ClockStatus.CANCELLED, **ended)}


def _set_aside(case: Case, event: ev.BreachSetAside, _: datetime) -> Change:
    state = case.clocks[event.clock_id]
    if event.cause != "lawful_end":
        ended = _ended(event.received_at, event.appointment_kept)
        return {"clocks": with_clock(case, event.clock_id, set_aside=True, **ended)}
    again: Change = {
        "status": ClockStatus.RUNNING,
        "set_asides": state.set_asides + 1,
        "breached_at": None,
        "breached_early": False,
        "fired": tuple(rung for rung in state.fired if rung not in event.rungs),
        "acknowledged": False,
        "level": 0,
    }
    return {"clocks": with_clock(case, event.clock_id, **again)}


def _review_due(_: Case, event: ev.SuspensionReviewDue, __: datetime) -> Change:
    return {"suspension_review_at": event.next_at}


def _exhausted(case: Case, event: ev.CalendarExhausted, _: datetime) -> Change:
    beyond = {"told_beyond": event.calendar.digest}
    named = {clock_id: case.clocks[clock_id].changed(beyond) for clock_id in event.clock_ids}
    return {"clocks": {**case.clocks, **named}}


def _rung(case: Case, event: ev.RungFired, _: datetime) -> Change:
    state = case.clocks[event.clock_id]
    level = max(state.level, event.level) if event.kind == "escalation" else state.level
    return {"clocks": with_clock(case, event.clock_id, fired=(*state.fired, event.rung), level=level)}


CLOCK_CHANGES: dict[type, Callable[[Case, Any, datetime], Change]] = {
    ev.ClockStarted: _clock_started,
    ev.ClockPaused: _paused,
    ev.ClockResumed: _resumed,
    ev.AppointmentPassed: _appointment_passed,
    ev.AppointmentMoved: _appointment_moved,
    ev.ClockMet: _met,
    ev.ClockBreached: _breached,
    ev.BreachConfirmed: _breach_confirmed,
    ev.ClockStopped: _stopped,
    ev.ClockCancelled: _cancelled,
    ev.BreachSetAside: _set_aside,
    ev.SuspensionReviewDue: _review_due,
    ev.CalendarExhausted: _exhausted,
    ev.RungFired: _rung,
    ev.ClockSuspended: _suspended,
    ev.ClockExtended: _extended,
}
"""By the type of the event."""
