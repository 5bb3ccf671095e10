"""Releasing steps: a step is assigned as soon as all that it needs is done."""

from __future__ import annotations

from cases.clocks import arm, promised_budget
from cases.closing import close
from cases.draft import Draft
from cases.model import StepState, StepStatus
from cases.promises import step_budget
from cases.telling import documents_of, facts_of, left_out
from cases.timetable import appointment_at
from events.language.case_events import StepAssigned
from sla.errors import CalendarRangeError
from sla.units import Budget


def release(draft: Draft) -> None:
    """Assign every step whose prerequisites are done; close the case when all are done."""
    steps = draft.state.steps
    for step in list(steps.values()):
        if step.status is StepStatus.WAITING and all(steps[need].status is StepStatus.DONE for need in step.needs):
            assign(draft, step)
    if all(step.status is StepStatus.DONE for step in draft.state.steps.values() if step.kind == "processing"):
        close(draft, "issued")


def assign(draft: Draft, step: StepState) -> None:
    """Give the step to its department: arm its clock if none runs, and say so.

    The clock begins with the turn, never before: until then the department could not know.
    """
    clock_id = step.clock_id
    if clock_id is None or draft.state.clocks[clock_id].stopped:
        budget = _budget_of(draft, step)
        clock_id = None if budget is None else arm(draft, "step", budget, draft.now, step.id, step.department)
    say_assigned(draft, step, clock_id)


def say_assigned(draft: Draft, step: StepState, clock_id: str | None) -> None:
    """Tell the department that the step is its own now, with what it needs to know."""
    case = draft.state
    due_at = None if clock_id is None else appointment_at(case.clocks[clock_id], draft.state.definitions)
    asker = case.steps.get(step.asked_by or "")
    procedure, documents = case.definitions.procedure, documents_of(case)
    draft.emit(
        StepAssigned(
            step_id=step.id,
            name_vi=step.name_vi,
            name_en=step.name_en,
            kind=step.kind,
            department=step.department,
            round=step.round + 1,
            dossier_code=case.dossier_code,
            procedure=procedure.id,
            lane=case.lane,
            assigned_at=draft.now,
            due_at=due_at,
            question=step.question,
            asked_by=asker and asker.id,
            silence=step.silence,
            officer=step.officer,
            procedure_name_vi=procedure.name.vi,
            procedure_name_en=procedure.name.en,
            asked_by_department=asker and asker.department,
            limit=None if clock_id is None else case.clocks[clock_id].clock.budget,
            facts=facts_of(case),
            documents=documents,
            documents_left_out=left_out(case, documents),
        )
    )


def _budget_of(draft: Draft, step: StepState) -> Budget | None:
    case = draft.state
    if case.definitions.procedure.route == "declared":
        return case.application.step_limit if case.application is not None else None
    definition = next((d for d in case.definitions.procedure.steps if d.id == step.id), None)
    promised = promised_budget(case)
    if definition is None or not definition.clock or promised is None:
        return None
    anchored_at = case.received_at or draft.at
    try:
        return step_budget(definition, case.definitions, promised, anchored_at, draft.calendar)
    except CalendarRangeError:
        if not draft.is_opening:
            return definition.budget or promised
        raise
