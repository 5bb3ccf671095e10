"""Supplements: the agency asks the applicant to complete the dossier, and the documents come."""

from __future__ import annotations

from datetime import UTC, datetime

from cases.clocks import arm, arm_case_clocks, cancel, finish, pause, resume, running
from cases.draft import Draft
from cases.model import CASE_CLOCKS, Case, CaseStatus, StepState
from cases.release import assign, release
from cases.suspensions import applicant_has_it
from catalog.model import ClockPolicy
from events.language.case_events import StepCancelled, StepsRestarted, SupplementReceived, SupplementRequested
from events.language.commands import ActorKind, DecideStep, ReceiveSupplement
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal, refuse
from sla.deadline import due
from sla.errors import CalendarRangeError
from sla.units import Budget


def request(draft: Draft, step: StepState, command: DecideStep) -> Refusal | None:
    """Ask the applicant for documents: RESTART cancels the case's clocks, PAUSE holds them."""
    procedure = draft.state.definitions.procedure
    rule = procedure.supplement
    refusal = applicant_has_it(draft.state, "outcome")
    if refusal is not None:
        return refusal
    if command.reason is None:
        return refuse("field_missing", "reason", name="reason")
    if draft.state.supplement_rounds >= rule.rounds_max:
        return refuse("supplement_rounds", "outcome", rounds=str(draft.state.supplement_rounds))
    notice_due_at = notice_due(draft, rule.notice_limit)
    draft.emit(
        SupplementRequested(
            step_id=step.id,
            department=step.department,
            round=draft.state.supplement_rounds + 1,
            documents=command.documents,
            reason=command.reason,
            requested_at=draft.at,
            late=notice_due_at is not None and draft.at > notice_due_at,
            notice_due_at=notice_due_at,
            legal_basis=command.legal_basis,
            data=command.data or None,
        )
    )
    if procedure.clock_policy is ClockPolicy.RESTART:
        for kind in CASE_CLOCKS:
            state = draft.state.current_clock(kind)
            cancel(draft, state.id if state else None, "restart")
        cancel(draft, step.clock_id, "restart")
    pause(draft, running(draft.state), "supplement", command.reason, command.legal_basis)
    if rule.applicant_limit is not None:
        # From the turn on: the applicant is told then, and never pays for our delay.
        arm(draft, "supplement", rule.applicant_limit, draft.now)
    return None


def notice_due(draft: Draft, limit: Budget | None) -> datetime | None:
    """By when the applicant was to be asked; its lawful end is the end of the day. None: no limit is known."""
    # Decree 61/2018 art. 19(4): the request itself has a limit, counted from receipt.
    if limit is None or draft.state.received_at is None:
        return None
    try:
        end = due(limit, draft.state.received_at, draft.calendar)
    except CalendarRangeError:
        return None
    return (end.lawful_end_at or end.operational_at).astimezone(UTC)


def receive(draft: Draft, command: ReceiveSupplement) -> Refusal | None:
    """Documents came. When nothing is missing the clocks go on, or start anew, and the asking step is assigned again."""
    case = draft.state
    if case.status is not CaseStatus.AWAITING_SUPPLEMENT or case.supplement_step is None:
        return refuse("no_supplement_awaited")
    missing = _missing(case, command)
    if missing == case.documents_awaited and missing:
        return refuse("supplement_incomplete", "documents", documents=", ".join(missing))
    asking = case.steps[case.supplement_step]
    draft.emit(
        SupplementReceived(
            round=case.supplement_rounds,
            received_at=draft.at,
            documents=command.documents,
            missing=missing,
            declared_complete=_is_declared_complete(command),
            departments=case.working_departments,
        )
    )
    if not missing:
        _go_on(draft, asking)
    return None


def _missing(case: Case, command: ReceiveSupplement) -> tuple[str, ...]:
    if _is_declared_complete(command):
        return ()
    kinds = {document.kind for document in command.documents}
    return tuple(kind for kind in case.documents_awaited if kind not in kinds)


def _is_declared_complete(command: ReceiveSupplement) -> bool:
    # Whether a dossier is complete is the officer's to say, never the applicant's.
    return command.declared_complete and command.actor.kind is not ActorKind.APPLICANT


def _go_on(draft: Draft, asking: StepState) -> None:
    procedure = draft.state.definitions.procedure
    own_limit = draft.state.current_clock("supplement")
    finish(draft, own_limit.id if own_limit else None)
    resume(draft, "supplement", code=ReasonCode.DOCUMENTS_RECEIVED)
    statutory = draft.state.current_clock("statutory")
    # By what was done when they were asked for: the procedure may have been migrated to the other policy since.
    anew = procedure.clock_policy is ClockPolicy.RESTART if statutory is None else statutory.stopped
    if anew:
        arm_case_clocks(draft)
    if anew and procedure.restart_steps:
        _restart_steps(draft, asking)
        return
    assign(draft, draft.state.steps[asking.id])


def _restart_steps(draft: Draft, asking: StepState) -> None:
    for step in draft.state.open_steps:
        if step.id != asking.id:
            cancel(draft, step.clock_id, "restart")
            draft.emit(StepCancelled(step_id=step.id, department=step.department, cause="restart"))
    processing = tuple(step.id for step in draft.state.steps.values() if step.kind == "processing")
    draft.emit(StepsRestarted(step_ids=processing))
    release(draft)
