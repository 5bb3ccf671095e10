"""Explanations: the agency asks the applicant a question, and no documents; an act of its own (Decree 96/2026 art. 6)."""

from __future__ import annotations

from cases.clocks import arm, finish, pause, resume, running
from cases.draft import Draft
from cases.model import CaseStatus, StepState
from cases.release import assign
from cases.supplements import notice_due
from cases.suspensions import applicant_has_it
from catalog.model import explanation_rule
from events.language.case_events import ExplanationReceived, ExplanationRequested
from events.language.commands import DecideStep, ReceiveExplanation
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal, refuse


def request(draft: Draft, step: StepState, command: DecideStep) -> Refusal | None:
    """Ask the applicant a question. The waiting time is outside the clocks, unless the procedure's rule says they run."""
    case = draft.state
    rule = explanation_rule(case.definitions.procedure)
    refusal = applicant_has_it(case, "outcome")
    if refusal is not None:
        return refusal
    if command.question is None:
        return refuse("field_missing", "question", name="question")
    if rule.steps and step.id not in rule.steps:
        return refuse("act_not_here", "step_id", step=step.id, steps=", ".join(rule.steps))
    if case.explanation_rounds >= rule.rounds_max:
        return refuse("explanation_rounds", "outcome", rounds=str(case.explanation_rounds))
    notice_due_at = notice_due(draft, rule.notice_limit)
    draft.emit(
        ExplanationRequested(
            step_id=step.id,
            department=step.department,
            round=case.explanation_rounds + 1,
            question=command.question,
            legal_basis=command.legal_basis,
            requested_at=draft.at,
            late=notice_due_at is not None and draft.at > notice_due_at,
            notice_due_at=notice_due_at,
            reason=command.reason,
            data=command.data or None,
        )
    )
    if rule.clock == "PAUSE":
        pause(draft, running(draft.state), "explanation", command.question, command.legal_basis)
    if rule.applicant_limit is not None:
        arm(draft, "explanation", rule.applicant_limit, draft.now)
    return None


def receive(draft: Draft, command: ReceiveExplanation) -> Refusal | None:
    """The applicant answered: the clocks go on where they stood, and the asking step is assigned again."""
    case = draft.state
    if case.status is not CaseStatus.AWAITING_EXPLANATION or case.explanation_step is None:
        return refuse("no_explanation_awaited")
    asking = case.steps[case.explanation_step]
    draft.emit(
        ExplanationReceived(
            round=case.explanation_rounds,
            received_at=draft.at,
            reference=command.reference,
            departments=case.working_departments,
        )
    )
    own_limit = draft.state.current_clock("explanation")
    finish(draft, own_limit.id if own_limit else None)
    resume(draft, "explanation", code=ReasonCode.EXPLANATION_RECEIVED)
    assign(draft, draft.state.steps[asking.id])
    return None
