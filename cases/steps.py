"""What a department's answer on a step does, and what a supervisor may do with the step."""

from __future__ import annotations

from cases import explanations, supplements
from cases.clocks import arm, finish
from cases.closing import close
from cases.draft import Draft
from cases.model import APPLICANT_HAS_IT, WITH_APPLICANT, Case, StepState, StepStatus
from cases.release import release, say_assigned
from cases.suspensions import applicant_has_it, not_of_department, shown_steps, stands_still
from cases.timetable import end_at
from catalog.dossier import Silence
from catalog.model import refusal_rule
from events.language.case_events import (
    ConsultationRequested,
    StepCancelled,
    StepDecided,
    StepReassigned,
)
from events.language.commands import ConsultationRequest, DecideStep, Outcome, ReassignStep
from events.language.refusals import Refusal, refuse

OPINIONS_MAX = 200
"""So many opinions at most are asked in one case: what a turn has to look at stays small, as with a procedure's steps."""


def decide_step(draft: Draft, command: DecideStep) -> Refusal | None:
    """A department's answer."""
    refusal = not_of_department(draft.state, command.step_id, command.department)
    if refusal is not None:
        return refusal
    step = draft.state.steps[command.step_id]
    refusal = _not_answerable(draft.state, step)
    if refusal is not None:
        return refusal
    if step.kind == "consultation":
        return _give_opinion(draft, step, command)
    match command.outcome:
        case Outcome.APPROVE:
            return _approve(draft, step, command)
        case Outcome.REFUSE:
            return _refuse(draft, step, command)
        case Outcome.REQUEST_SUPPLEMENT:
            return supplements.request(draft, step, command)
        case Outcome.REQUEST_EXPLANATION:
            return explanations.request(draft, step, command)
        case Outcome.CONSULT:
            return _consult(draft, step, command)


def _not_answerable(case: Case, step: StepState) -> Refusal | None:
    refusal = None if case.status in APPLICANT_HAS_IT else stands_still(case)
    if refusal is None and step.status in WITH_APPLICANT:
        refusal = applicant_has_it(case, "step_id")
    if refusal is not None:
        return refusal
    if step.status is StepStatus.WAITING:
        return refuse("step_not_assigned", "step_id", step=step.id)
    if step.status is not StepStatus.ASSIGNED:
        return refuse("already_answered", "step_id", step=step.id, status=step.status)
    return None


def _say_decided(draft: Draft, step: StepState, command: DecideStep) -> None:
    state = draft.state.clocks.get(step.clock_id or "")
    due_at = None if state is None else end_at(state, draft.state.definitions)
    asker = draft.state.steps.get(step.asked_by or "")
    draft.emit(
        StepDecided(
            step_id=step.id,
            department=step.department,
            outcome=command.outcome,
            kind=step.kind,
            asked_by_department=asker and asker.department,
            decided_at=draft.at,
            late=due_at is not None and draft.at > due_at,
            reason=command.reason,
            legal_basis=command.legal_basis,
            data=dict(command.data),
        )
    )
    finish(draft, step.clock_id)


def _approve(draft: Draft, step: StepState, command: DecideStep) -> Refusal | None:
    waiting = [
        opinion.department
        for opinion in draft.state.steps.values()
        if opinion.asked_by == step.id and opinion.status is StepStatus.ASSIGNED and _is_awaited(opinion)
    ]
    if waiting:
        return refuse("consultation_open", "step_id", step=step.id, departments=", ".join(waiting))
    _say_decided(draft, step, command)
    release(draft)
    return None


def _is_awaited(opinion: StepState) -> bool:
    # Silence that is to be escalated never lets the step go on: the answer is awaited, however late.
    return not opinion.lapsed or opinion.silence is Silence.ESCALATE


def _refuse(draft: Draft, step: StepState, command: DecideStep) -> Refusal | None:
    # Decree 63/2010 art. 18(5): a refusal is in writing and states its reason.
    if command.reason is None:
        return refuse("field_missing", "reason", name="reason")
    stages = refusal_rule(draft.state.definitions.procedure).steps
    if stages and step.id not in stages:
        return refuse("act_not_here", "step_id", step=step.id, steps=", ".join(stages))
    _say_decided(draft, step, command)
    close(draft, "refused", command.reason)
    return None


def _give_opinion(draft: Draft, step: StepState, command: DecideStep) -> Refusal | None:
    if command.outcome not in (Outcome.APPROVE, Outcome.REFUSE):
        return refuse("opinion_only", "outcome", step=step.id)
    if command.outcome is Outcome.REFUSE and command.reason is None:
        return refuse("field_missing", "reason", name="reason")
    _say_decided(draft, step, command)
    return None


def _consult(draft: Draft, step: StepState, command: DecideStep) -> Refusal | None:
    if not command.consult:
        return refuse("field_missing", "consult", name="consult")
    opinions = sum(other.kind == "consultation" for other in draft.state.steps.values())
    if opinions + len(command.consult) > OPINIONS_MAX:
        return refuse("too_many_opinions", "consult", most=str(OPINIONS_MAX), asked=str(opinions))
    for request in command.consult:
        if request.department not in draft.state.definitions.departments:
            return refuse("department_unknown", "consult.department", department=request.department)
        refusal = _unlawful_silence(draft.state, request)
        if refusal is not None:
            return refusal
    draft.emit(
        ConsultationRequested(
            step_id=step.id,
            department=step.department,
            requests=command.consult,
            reason=command.reason,
            legal_basis=command.legal_basis,
            data=command.data or None,
        )
    )
    for request in command.consult:
        _ask(draft, step, request)
    return None


def _unlawful_silence(case: Case, request: ConsultationRequest) -> Refusal | None:
    if request.silence is not None and request.limit is None:
        return refuse("field_missing", "consult.limit", name="limit")
    excluded = request.department in case.definitions.silence_excluded
    if excluded and request.silence not in (None, Silence.ESCALATE):
        return refuse("silence_no_consent", "consult.silence", department=request.department, silence=request.silence)
    return None


def _silence_of(case: Case, request: ConsultationRequest) -> Silence | None:
    if request.silence is None and request.limit is not None:
        return Silence.ESCALATE if request.department in case.definitions.silence_excluded else None
    return request.silence


def _ask(draft: Draft, step: StepState, request: ConsultationRequest) -> None:
    opinion = StepState(
        id=_opinion_id(draft.state, step),
        name_vi=f"Cho ý kiến: {step.name_vi}",
        name_en=f"Opinion on: {step.name_en}",
        department=request.department,
        kind="consultation",
        asked_by=step.id,
        question=request.question,
        silence=_silence_of(draft.state, request),
    )
    clock_id = None
    if request.limit is not None:
        clock_id = arm(draft, "consultation", request.limit, draft.now, opinion.id, opinion.department)
    say_assigned(draft, opinion, clock_id)


def _opinion_id(case: Case, step: StepState) -> str:
    # The number goes on until the id is free: a declared route may have a step of that very name.
    number = 1 + sum(other.asked_by == step.id for other in case.steps.values())
    while (opinion_id := f"{step.id}.opinion-{number}") in case.steps:
        number += 1
    return opinion_id


def reassign(draft: Draft, command: ReassignStep) -> Refusal | None:
    """A supervisor gives an open step to another officer or department; its clock runs on, on the calendar it started on."""
    step = draft.state.steps.get(command.step_id)
    if step is None:
        return refuse("step_unknown", "step_id", step=command.step_id, steps=shown_steps(draft.state))
    if not step.is_open:
        return refuse("already_answered", "step_id", step=step.id, status=step.status)
    target = command.department or step.department
    if target != step.department and target not in draft.state.definitions.departments:
        return refuse("department_unknown", "department", department=target)
    if target == step.department and command.officer is None:
        return refuse("field_missing", "officer", name="officer")
    if target != step.department:
        draft.emit(StepCancelled(step_id=step.id, department=step.department, cause="reassigned"))
    draft.emit(
        StepReassigned(
            step_id=step.id,
            from_department=step.department,
            to_department=target,
            officer=command.officer,
            reason=command.reason,
            escalation_id=command.escalation_id,
        )
    )
    moved = draft.state.steps[step.id]
    if target != step.department and step.status is StepStatus.ASSIGNED:
        say_assigned(draft, moved, moved.clock_id)
    return None
