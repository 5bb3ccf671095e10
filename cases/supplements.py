"""Supplements: the agency asks the applicant to complete the dossier, and the documents come."""

from __future__ import annotations

from datetime import UTC, datetime

from cases.clocks import arm, arm_case_clocks, cancel, finish, pause, resume, running
from cases.draft import Draft
from cases.model import CASE_CLOCKS, CaseStatus, StepState
from cases.release import assign, release
from catalog.model import ClockPolicy
from events.language.case_events import StepCancelled, StepsRestarted, SupplementReceived, SupplementRequested
from events.language.commands import DecideStep, ReceiveSupplement
from events.language.refusals import Refusal, refuse
from sla.deadline import due


def request(draft: Draft, step: StepState, command: DecideStep) -> Refusal | None:
    """Ask the applicant for documents: RESTART cancels the case's clocks, PAUSE holds them."""
    procedure = draft.case.definitions.procedure
    rule = procedure.supplement
    if draft.case.status is CaseStatus.AWAITING_SUPPLEMENT:
        return refuse("awaiting_supplement", "outcome")
    if command.reason is None:
        return refuse("field_missing", "reason", name="reason")
    if draft.case.supplement_rounds >= rule.rounds_max:
        return refuse("supplement_rounds", "outcome", rounds=str(draft.case.supplement_rounds))
    notice_due_at = _notice_due(draft)
    draft.emit(
        SupplementRequested(
            step_id=step.id,
            department=step.department,
            round=draft.case.supplement_rounds + 1,
            documents=command.documents,
            reason=command.reason,
            requested_at=draft.at,
            late=notice_due_at is not None and draft.at > notice_due_at,
            notice_due_at=notice_due_at,
        )
    )
    if procedure.clock_policy is ClockPolicy.RESTART:
        for kind in CASE_CLOCKS:
            state = draft.case.current_clock(kind)
            cancel(draft, state.id if state else None, "restart")
        cancel(draft, step.clock_id, "restart")
    pause(draft, running(draft.case), "supplement", command.reason, command.legal_basis)
    if rule.applicant_limit is not None:
        arm(draft, "supplement", rule.applicant_limit, draft.at)
    return None


def _notice_due(draft: Draft) -> datetime | None:
    # Decree 61/2018 art. 19(4): the request itself has a limit, counted from receipt; its lawful end is the end of the day.
    limit = draft.case.definitions.procedure.supplement.notice_limit
    if limit is None or draft.case.received_at is None:
        return None
    found = due(limit, draft.case.received_at, draft.calendar)
    return (found.lawful_end_at or found.operational_at).astimezone(UTC)


def receive(draft: Draft, command: ReceiveSupplement) -> Refusal | None:
    """The applicant's documents came: the clocks go on, or start anew, and the asking step is assigned again."""
    case = draft.case
    procedure = case.definitions.procedure
    if case.status is not CaseStatus.AWAITING_SUPPLEMENT or case.supplement_step is None:
        return refuse("no_supplement_awaited")
    asking = case.steps[case.supplement_step]
    draft.emit(SupplementReceived(round=case.supplement_rounds, received_at=draft.at, documents=command.documents))
    own_deadline = case.current_clock("supplement")
    finish(draft, own_deadline.id if own_deadline else None)
    resume(draft, "supplement", "documents received")
    if procedure.clock_policy is ClockPolicy.RESTART:
        arm_case_clocks(draft)
        if procedure.restart_steps:
            _restart_steps(draft, asking)
            return None
    assign(draft, draft.case.steps[asking.id])
    return None


def _restart_steps(draft: Draft, asking: StepState) -> None:
    for step in draft.case.open_steps:
        if step.id != asking.id:
            cancel(draft, step.clock_id, "restart")
            draft.emit(StepCancelled(step_id=step.id, department=step.department, cause="restart"))
    processing = tuple(step.id for step in draft.case.steps.values() if step.kind == "processing")
    draft.emit(StepsRestarted(step_ids=processing))
    release(draft)
