"""`evolve`: what an event makes of a case. Total: it never fails on an event that `decide` produced, and holds no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from cases.model import Case, CaseStatus, ClockState, ClockStatus, StepState, StepStatus, blank, holder
from cases.spans import CLOSED, handed_over, suspended
from catalog.model import Definitions
from events.language import case_events as ev
from sla.clock import Clock, Suspension
from sla.units import Budget

Change = dict[str, Any]


def fold(case_id: str, definitions: Definitions, records: Iterable[ev.EventRecord]) -> Case:
    """The case that a ledger yields."""
    case = blank(case_id, definitions)
    for record in records:
        case = evolve(case, record)
    return case


def evolve(case: Case, record: ev.EventRecord) -> Case:
    """The case after one more event."""
    change = _CHANGES[type(record.event)](case, record.event, record.at)
    change["sequence"] = record.sequence
    # Only another status or another step can put the case into other hands.
    if "status" in change or "steps" in change:
        status, steps = change.get("status", case.status), change.get("steps", case.steps)
        owner = CLOSED if status is CaseStatus.CLOSED else holder(status, steps)
        # Of an older event the delay was the next owner's; what was told then stays.
        turn_at = record.at if record.actor is None else record.decided_at
        change["spans"] = handed_over(change.get("spans", case.spans), owner, record.at, turn_at)
    return case.changed(change)


def _step(case: Case, step_id: str, **change: Any) -> dict[str, StepState]:
    return {**case.steps, step_id: case.steps[step_id].changed(change)}


def _clock(case: Case, clock_id: str, **change: Any) -> dict[str, ClockState]:
    return {**case.clocks, clock_id: case.clocks[clock_id].changed(change)}


def _submitted(case: Case, event: ev.ApplicationSubmitted, at: datetime) -> Change:
    application = event.application
    if case.definitions.procedure.route == "declared":
        previous = (None, *(step.id for step in application.route))
        steps = {
            step.id: StepState(
                id=step.id,
                name_vi=step.name,
                name_en=step.name,
                department=step.department,
                needs=() if before is None else (before,),
            )
            for step, before in zip(application.route, previous, strict=False)
        }
    else:
        steps = {
            step.id: StepState(
                id=step.id, name_vi=step.name.vi, name_en=step.name.en, department=step.department, needs=step.needs
            )
            for step in case.definitions.procedure.steps
        }
    return {"application": application, "status": CaseStatus.IN_PROGRESS, "opened_at": at, "steps": steps}


def _classified(_: Case, event: ev.ApplicationClassified, __: datetime) -> Change:
    return {"lane": event.lane}


def _accepted(_: Case, event: ev.ApplicationAccepted, at: datetime) -> Change:
    return {"dossier_code": event.dossier_code, "received_at": at}


def _unchanged(_: Case, __: Any, ___: datetime) -> Change:
    return {}


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
        change["steps"] = _step(case, event.step_id, clock_id=event.clock_id)
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
        "clocks": _clock(case, event.clock_id, clock=case.clocks[event.clock_id].clock.extended(event.by))
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
        "clocks": _clock(case, event.clock_id, appointment_by=by),
        "appointments_moved": case.appointments_moved + 1,
    }


def _appointment_passed(case: Case, event: ev.AppointmentPassed, _: datetime) -> Change:
    passed: Change = {"appointment_passed_at": event.appointment_at, "appointment_kept": False}
    if case.clocks[event.clock_id].status is ClockStatus.RUNNING:
        passed["status"] = ClockStatus.PAST_APPOINTMENT
    return {"clocks": _clock(case, event.clock_id, **passed)}


def _lane_changed(_: Case, event: ev.LaneChanged, __: datetime) -> Change:
    return {"lane": event.to_lane}


def _calendar_applied(case: Case, event: ev.CalendarApplied, _: datetime) -> Change:
    return {"definitions": case.definitions.with_calendar(event.calendar)}


def _migrated(case: Case, event: ev.ProcedureMigrated, _: datetime) -> Change:
    kept = {step.id: step for step in case.steps.values() if step.status is not StepStatus.WAITING}
    steps = {
        step.id: StepState(
            id=step.id, name_vi=step.name.vi, name_en=step.name.en, department=step.department, needs=step.needs
        )
        for step in event.procedure.steps
    }
    for step_id, step in kept.items():
        needs = steps[step_id].needs if step_id in steps else ()
        steps[step_id] = step.changed({"needs": needs})
    return {"definitions": case.definitions.model_copy(update={"procedure": event.procedure}), "steps": steps}


def _ended(at: datetime, kept: bool | None) -> Change:
    # What an older event does not say is not made up: it stays as it was.
    return {"stopped": True, "ended_at": at} | ({} if kept is None else {"appointment_kept": kept})


def _met(case: Case, event: ev.ClockMet, _: datetime) -> Change:
    ended = _ended(event.ended_at, event.appointment_kept)
    return {"clocks": _clock(case, event.clock_id, status=ClockStatus.MET, **ended)}


def _breached(case: Case, event: ev.ClockBreached, _: datetime) -> Change:
    early = event.two_ends is None
    breach: Change = {"status": ClockStatus.BREACHED, "breached_at": event.due_at, "breached_early": early}
    return {"clocks": _clock(case, event.clock_id, **breach)}


def _breach_confirmed(case: Case, event: ev.BreachConfirmed, _: datetime) -> Change:
    return {"clocks": _clock(case, event.clock_id, breached_at=event.lawful_end_at, breached_early=False)}


def _stopped(case: Case, event: ev.ClockStopped, _: datetime) -> Change:
    return {"clocks": _clock(case, event.clock_id, **_ended(event.ended_at, event.appointment_kept))}


def _cancelled(case: Case, event: ev.ClockCancelled, _: datetime) -> Change:
    ended = _ended(event.ended_at, None)
    return {"clocks": _clock(case, event.clock_id, status=ClockStatus.CANCELLED, **ended)}


def _set_aside(case: Case, event: ev.BreachSetAside, _: datetime) -> Change:
    state = case.clocks[event.clock_id]
    if event.cause != "lawful_end":
        ended = _ended(event.received_at, event.appointment_kept)
        return {"clocks": _clock(case, event.clock_id, set_aside=True, **ended)}
    again: Change = {
        "status": ClockStatus.RUNNING,
        "set_asides": state.set_asides + 1,
        "breached_at": None,
        "breached_early": False,
        "fired": tuple(rung for rung in state.fired if rung not in event.rungs),
        "acknowledged": False,
        "level": 0,
    }
    return {"clocks": _clock(case, event.clock_id, **again)}


def _assigned(case: Case, event: ev.StepAssigned, _: datetime) -> Change:
    change = {
        "status": StepStatus.ASSIGNED,
        "round": event.round,
        "assigned_at": event.assigned_at,
        "department": event.department,
        "officer": event.officer,
    }
    if event.step_id in case.steps:
        return {"steps": _step(case, event.step_id, **change)}
    asked = StepState(
        id=event.step_id,
        name_vi=event.name_vi,
        name_en=event.name_en,
        kind=event.kind,
        asked_by=event.asked_by,
        question=event.question,
        silence=event.silence,
        clock_id=next((c.id for c in case.clocks.values() if c.step_id == event.step_id and not c.stopped), None),
        **change,
    )
    return {"steps": {**case.steps, event.step_id: asked}}


def _decided(case: Case, event: ev.StepDecided, _: datetime) -> Change:
    return {"steps": _step(case, event.step_id, status=StepStatus.DONE)}


def _step_cancelled(case: Case, event: ev.StepCancelled, _: datetime) -> Change:
    match event.cause:
        case "case_closed":
            return {"steps": _step(case, event.step_id, status=StepStatus.CANCELLED)}
        case "restart":  # the step is done anew; an opinion is asked for anew by whoever still wants it
            again = case.steps[event.step_id].kind == "processing"
            status = StepStatus.WAITING if again else StepStatus.CANCELLED
            return {"steps": _step(case, event.step_id, status=status)}
        case "reassigned":  # the event that follows gives it to somebody else; where it stands does not change
            return {}


def _lapsed(case: Case, event: ev.ConsultationLapsed, _: datetime) -> Change:
    return {"steps": _step(case, event.step_id, lapsed=True)}


def _supplement_requested(case: Case, event: ev.SupplementRequested, _: datetime) -> Change:
    return {
        "status": CaseStatus.AWAITING_SUPPLEMENT,
        "supplement_rounds": event.round,
        "supplement_step": event.step_id,
        "documents_awaited": event.documents,
        "steps": _step(case, event.step_id, status=StepStatus.AWAITING_SUPPLEMENT),
    }


def _supplement_received(_: Case, event: ev.SupplementReceived, at: datetime) -> Change:
    if event.missing:
        return {"documents_awaited": event.missing}
    return {
        "status": CaseStatus.IN_PROGRESS,
        "supplement_step": None,
        "documents_awaited": (),
        "received_at": at,
    }


def _explanation_requested(case: Case, event: ev.ExplanationRequested, _: datetime) -> Change:
    return {
        "status": CaseStatus.AWAITING_EXPLANATION,
        "explanation_rounds": event.round,
        "explanation_step": event.step_id,
        "steps": _step(case, event.step_id, status=StepStatus.AWAITING_EXPLANATION),
    }


def _explanation_received(_: Case, __: ev.ExplanationReceived, ___: datetime) -> Change:
    return {"status": CaseStatus.IN_PROGRESS, "explanation_step": None}


def _payment_requested(case: Case, _: ev.PaymentRequested, __: datetime) -> Change:
    return {"payments_asked": case.payments_asked + 1}


def _payment_confirmed(case: Case, _: ev.PaymentConfirmed, __: datetime) -> Change:
    return {"payments_confirmed": case.payments_confirmed + 1}


def _review_due(_: Case, event: ev.SuspensionReviewDue, __: datetime) -> Change:
    return {"suspension_review_at": event.next_at}


def _exhausted(case: Case, event: ev.CalendarExhausted, _: datetime) -> Change:
    told = {"told_beyond": event.calendar.digest}
    named = {clock_id: case.clocks[clock_id].changed(told) for clock_id in event.clock_ids}
    return {"clocks": {**case.clocks, **named}}


def _restarted(case: Case, event: ev.StepsRestarted, _: datetime) -> Change:
    steps = dict(case.steps)
    for step_id in event.step_ids:
        steps[step_id] = steps[step_id].changed({"status": StepStatus.WAITING})
    return {"steps": steps}


def _reassigned(case: Case, event: ev.StepReassigned, _: datetime) -> Change:
    return {"steps": _step(case, event.step_id, department=event.to_department, officer=event.officer)}


def _rung(case: Case, event: ev.RungFired, _: datetime) -> Change:
    state = case.clocks[event.clock_id]
    level = max(state.level, event.level) if event.kind == "escalation" else state.level
    return {"clocks": _clock(case, event.clock_id, fired=(*state.fired, event.rung), level=level)}


def _acknowledged(case: Case, event: ev.EscalationAcknowledged, _: datetime) -> Change:
    return {
        "clocks": _clock(case, event.clock_id, acknowledged=True),
        "acknowledged": (*case.acknowledged, event.escalation_id),
    }


def _closed(__: Case, event: ev.CaseClosed, _: datetime) -> Change:
    return {
        "status": CaseStatus.CLOSED,
        "outcome": event.outcome,
        "closed_at": event.closed_at,
        "result_code": event.result_code,
    }


_CHANGES: dict[type, Callable[[Case, Any, datetime], Change]] = {
    ev.ApplicationSubmitted: _submitted,
    ev.ApplicationClassified: _classified,
    ev.ApplicationAccepted: _accepted,
    ev.GreenPromiseDeclined: _unchanged,
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
    ev.StepAssigned: _assigned,
    ev.StepDecided: _decided,
    ev.StepCancelled: _step_cancelled,
    ev.ConsultationRequested: _unchanged,
    ev.ConsultationLapsed: _lapsed,
    ev.SupplementRequested: _supplement_requested,
    ev.SupplementReceived: _supplement_received,
    ev.ExplanationRequested: _explanation_requested,
    ev.ExplanationReceived: _explanation_received,
    ev.CaseStopped: _unchanged,
    ev.CaseReturned: _unchanged,
    ev.SuspensionReviewDue: _review_due,
    ev.CalendarExhausted: _exhausted,
    ev.StepsRestarted: _restarted,
    ev.StepReassigned: _reassigned,
    ev.RungFired: _rung,
    ev.EscalationAcknowledged: _acknowledged,
    ev.ClockSuspended: _suspended,
    ev.PaymentRequested: _payment_requested,
    ev.PaymentConfirmed: _payment_confirmed,
    ev.ClockExtended: _extended,
    ev.LaneChanged: _lane_changed,
    ev.CalendarApplied: _calendar_applied,
    ev.ProcedureMigrated: _migrated,
    ev.ApplicationWithdrawn: _unchanged,
    ev.CaseClosed: _closed,
}
"""Every event of the language has its change; a test compares the two lists."""
