"""`evolve`: what an event makes of a case. Total: it never fails on an event that `decide` produced, and holds no rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.clock_changes import CLOCK_CHANGES, Change, with_clock, with_step
from cases.model import Case, CaseStatus, StepState, StepStatus, holder
from cases.spans import CLOSED, handed_over
from events.language import case_events as ev
from events.language.commands import DOCUMENTS_MAX


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
    return {
        "application": application,
        "status": CaseStatus.IN_PROGRESS,
        "opened_at": at,
        "steps": steps,
        "documents_given": len(application.documents),
    }


def _classified(_: Case, event: ev.ApplicationClassified, __: datetime) -> Change:
    return {"lane": event.lane}


def _accepted(_: Case, event: ev.ApplicationAccepted, at: datetime) -> Change:
    return {"dossier_code": event.dossier_code, "received_at": at}


def _unchanged(_: Case, __: Any, ___: datetime) -> Change:
    return {}


def _lane_changed(_: Case, event: ev.LaneChanged, __: datetime) -> Change:
    return {"lane": event.to_lane}


def _calendar_applied(case: Case, event: ev.CalendarApplied, _: datetime) -> Change:
    return {"definitions": case.definitions.with_calendar(event.calendar)}


def _migrated(case: Case, event: ev.ProcedureMigrated, _: datetime) -> Change:
    begun = {step.id: step for step in case.steps.values() if step.status is not StepStatus.WAITING}
    steps = {
        step.id: StepState(
            id=step.id, name_vi=step.name.vi, name_en=step.name.en, department=step.department, needs=step.needs
        )
        for step in event.procedure.steps
    }
    for step_id, step in begun.items():
        needs = steps[step_id].needs if step_id in steps else ()
        steps[step_id] = step.changed({"needs": needs})
    return {"definitions": case.definitions.model_copy(update={"procedure": event.procedure}), "steps": steps}


def _assigned(case: Case, event: ev.StepAssigned, _: datetime) -> Change:
    change = {
        "status": StepStatus.ASSIGNED,
        "round": event.round,
        "assigned_at": event.assigned_at,
        "department": event.department,
        "officer": event.officer,
    }
    if event.step_id in case.steps:
        return {"steps": with_step(case, event.step_id, **change)}
    step = StepState(
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
    return {"steps": {**case.steps, event.step_id: step}}


def _decided(case: Case, event: ev.StepDecided, _: datetime) -> Change:
    return {"steps": with_step(case, event.step_id, status=StepStatus.DONE)}


def _step_cancelled(case: Case, event: ev.StepCancelled, _: datetime) -> Change:
    match event.cause:
        case "case_closed":
            return {"steps": with_step(case, event.step_id, status=StepStatus.CANCELLED)}
        case "restart":  # the step is done anew; an opinion is asked for anew by whoever still wants it
            again = case.steps[event.step_id].kind == "processing"
            status = StepStatus.WAITING if again else StepStatus.CANCELLED
            return {"steps": with_step(case, event.step_id, status=status)}
        case "reassigned":  # the event that follows gives it to somebody else; where it stands does not change
            return {}


def _lapsed(case: Case, event: ev.ConsultationLapsed, _: datetime) -> Change:
    return {"steps": with_step(case, event.step_id, lapsed=True)}


def _supplement_requested(case: Case, event: ev.SupplementRequested, _: datetime) -> Change:
    return {
        "status": CaseStatus.AWAITING_SUPPLEMENT,
        "supplement_rounds": event.round,
        "supplement_step": event.step_id,
        "documents_awaited": event.documents,
        "steps": with_step(case, event.step_id, status=StepStatus.AWAITING_SUPPLEMENT),
    }


def _supplement_received(case: Case, event: ev.SupplementReceived, at: datetime) -> Change:
    change: Change = {
        "supplements": None if case.supplements is None else (*case.supplements, *event.documents)[-DOCUMENTS_MAX:],
        "documents_given": case.documents_given + len(event.documents),
    }
    if event.missing:
        return change | {"documents_awaited": event.missing}
    return change | {
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
        "steps": with_step(case, event.step_id, status=StepStatus.AWAITING_EXPLANATION),
    }


def _explanation_received(_: Case, __: ev.ExplanationReceived, ___: datetime) -> Change:
    return {"status": CaseStatus.IN_PROGRESS, "explanation_step": None}


def _payment_requested(case: Case, _: ev.PaymentRequested, __: datetime) -> Change:
    return {"payments_asked": case.payments_asked + 1}


def _payment_confirmed(case: Case, _: ev.PaymentConfirmed, __: datetime) -> Change:
    return {"payments_confirmed": case.payments_confirmed + 1}


def _restarted(case: Case, event: ev.StepsRestarted, _: datetime) -> Change:
    steps = dict(case.steps)
    for step_id in event.step_ids:
        steps[step_id] = steps[step_id].changed({"status": StepStatus.WAITING})
    return {"steps": steps}


def _reassigned(case: Case, event: ev.StepReassigned, _: datetime) -> Change:
    return {"steps": with_step(case, event.step_id, department=event.to_department, officer=event.officer)}


def _acknowledged(case: Case, event: ev.EscalationAcknowledged, _: datetime) -> Change:
    return {
        "clocks": with_clock(case, event.clock_id, acknowledged=True),
        "acknowledged": (*case.acknowledged, event.escalation_id),
    }


def _closed(__: Case, event: ev.CaseClosed, _: datetime) -> Change:
    return {
        "status": CaseStatus.CLOSED,
        "outcome": event.outcome,
        "closed_at": event.closed_at,
        "result_code": event.result_code,
    }


_CHANGES: dict[type, Callable[[Case, Any, datetime], Change]] = CLOCK_CHANGES | {
    ev.ApplicationSubmitted: _submitted,
    ev.ApplicationClassified: _classified,
    ev.ApplicationAccepted: _accepted,
    ev.GreenPromiseDeclined: _unchanged,
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
    ev.StepsRestarted: _restarted,
    ev.StepReassigned: _reassigned,
    ev.EscalationAcknowledged: _acknowledged,
    ev.PaymentRequested: _payment_requested,
    ev.PaymentConfirmed: _payment_confirmed,
    ev.LaneChanged: _lane_changed,
    ev.CalendarApplied: _calendar_applied,
    ev.ProcedureMigrated: _migrated,
    ev.ApplicationWithdrawn: _unchanged,
    ev.CaseClosed: _closed,
}
"""Every event of the language has its change; a test compares the two lists."""
