"""The read models of a case as a fold of its ledger: one row of the cases list, and its rows of the worklist."""

from __future__ import annotations

from datetime import date, datetime

from cases.lateness import Lateness, lateness_of
from cases.model import Case, ClockState, StepStatus, holder
from cases.promised import counts_as_breached, promises_of
from cases.timetable import appointment_at, next_due, timetable_of
from cases.turn import CaseView, WorkItem


def view_of(case: Case) -> CaseView:
    """The case's row. Only for a case that was submitted."""
    if case.application is None or case.opened_at is None:
        raise ValueError("a case that was never submitted has no row")
    definitions = case.definitions
    statutory, green = case.current_clock("statutory"), case.current_clock("green")
    promises = promises_of(case)
    return CaseView(
        case_id=case.case_id,
        sequence=case.sequence,
        dossier_code=case.dossier_code,
        source=case.application.source,
        application_id=case.application.application_id,
        procedure=definitions.procedure.id,
        procedure_version=definitions.procedure.version,
        agency=definitions.procedure.agency,
        status=case.status,
        outcome=case.outcome,
        lane=case.lane,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        holder=None if case.is_closed else holder(case.status, case.steps),
        statutory_due_at=_due_at(case, statutory),
        statutory_lawful_day=_lawful_day(case, statutory),
        statutory_state=promises.statutory and promises.statutory.state,
        promises=promises,
        green_due_at=_due_at(case, green),
        green_lawful_day=_lawful_day(case, green),
        green_state=promises.green and promises.green.state,
        next_due_at=next_due(case),
        result_code=case.result_code,
        breaches=sum(counts_as_breached(case, state) for state in case.clocks.values()),
        escalations_open=sum(s.level > 0 and not s.acknowledged and not s.stopped for s in case.clocks.values()),
    )


def work_of(case: Case) -> tuple[WorkItem, ...]:
    """The steps that wait for a department's answer."""
    if case.is_closed:
        return ()
    return tuple(
        WorkItem(
            case_id=case.case_id,
            step_id=step.id,
            department=step.department,
            kind=step.kind,
            round=step.round,
            name_vi=step.name_vi,
            name_en=step.name_en,
            lane=case.lane,
            procedure=case.definitions.procedure.id,
            dossier_code=case.dossier_code,
            assigned_at=step.assigned_at,
            due_at=_due_at(case, case.clocks.get(step.clock_id or "")),
            overdue=_stands_at(case, step.clock_id, "breached"),
            level=_level(case, step.clock_id),
            officer=step.officer,
            asked_by=step.asked_by,
            asked_by_department=_department(case, step.asked_by),
            question=step.question,
            late=_late(case, step.clock_id),
        )
        for step in case.steps.values()
        if step.status is StepStatus.ASSIGNED and step.assigned_at is not None
    )


def _due_at(case: Case, state: ClockState | None) -> datetime | None:
    return None if state is None else appointment_at(state, case.definitions)


def _lawful_day(case: Case, state: ClockState | None) -> date | None:
    end = None if state is None else timetable_of(state, case.definitions).due
    return None if end is None else end.lawful_day


def _stands_at(case: Case, clock_id: str | None, status: str) -> bool:
    state = case.clocks.get(clock_id or "")
    return state is not None and state.status == status


def _department(case: Case, step_id: str | None) -> str | None:
    step = case.steps.get(step_id or "")
    return None if step is None else step.department


def _late(case: Case, clock_id: str | None) -> Lateness | None:
    state = case.clocks.get(clock_id or "")
    return None if state is None else lateness_of(case, state)


def _level(case: Case, clock_id: str | None) -> int:
    state = case.clocks.get(clock_id or "")
    return 0 if state is None else state.level
