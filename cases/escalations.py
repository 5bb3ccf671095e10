"""The escalations of a case as supervisors read them: a fold of its ledger, nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from cases.lateness import lateness_of
from cases.model import CASE_CLOCKS, Case, ClockState, StepState, holder
from cases.ticks import ALARMS, escalation_id_of, told_department
from cases.timetable import ladder_of
from cases.turn import EscalationItem
from events.language.case_events import EventRecord, RungFired
from events.language.dossier_events import DossierRungFired
from sla.ladder import Rung


def escalations_of(case: Case, fired_at: Mapping[str, datetime]) -> tuple[EscalationItem, ...]:
    """All escalations that may be acknowledged, or were; in the order of their clocks.

    A rung whose breach was set aside as recorded too early is none any more. `fired_at`: when each fired, as far as the
    events at hand say; of the others the store keeps it.
    """
    return tuple(_item(case, state, rung, fired_at) for state in case.clocks.values() for rung in _alarms(case, state))


def alarms_among(records: Iterable[EventRecord]) -> dict[int, str]:
    """The escalations that may be acknowledged, by their number in the stream; a reminder is read, not acknowledged."""
    return {
        record.sequence: record.event.escalation_id
        for record in records
        if isinstance(record.event, RungFired | DossierRungFired) and record.event.kind in ALARMS
    }


def last_told(items: Iterable[EscalationItem]) -> list[EscalationItem]:
    """Of each clock the escalation that was told last: acknowledging it stops the clock's whole chain."""
    latest: dict[str, EscalationItem] = {}
    for item in sorted(items, key=lambda item: (item.level, item.fired_at)):
        latest[item.clock_id] = item
    return list(latest.values())


def _alarms(case: Case, state: ClockState) -> Iterator[Rung]:
    if not state.fired:
        return
    ladder = ladder_of(case.definitions, state.kind)
    for rung in () if ladder is None else ladder.rungs:
        if rung.kind in ALARMS and rung.id in state.fired:
            yield rung


def _item(case: Case, state: ClockState, rung: Rung, fired_at: Mapping[str, datetime]) -> EscalationItem:
    procedure, departments = case.definitions.procedure, case.definitions.departments
    step = case.steps.get(state.step_id or "")
    department = procedure.agency if step is None else step.department
    escalation_id = escalation_id_of(state.id, state.set_asides, rung)
    late = lateness_of(case, state)
    is_open = not (state.acknowledged or state.stopped or case.is_closed)
    return EscalationItem(
        case_id=case.case_id,
        escalation_id=escalation_id,
        linked=False,
        dossier_code=case.dossier_code,
        dossier_id=None,
        procedure=procedure.id,
        agency=procedure.agency,
        clock_id=state.id,
        clock_kind=state.kind,
        step_id=state.step_id,
        name_vi=None if step is None else step.name_vi,
        name_en=None if step is None else step.name_en,
        department=department,
        holder=_holder(case, state, step) if is_open else None,
        audience=rung.audience,
        audience_department=told_department(rung, department, procedure.agency, departments),
        kind=rung.kind,
        level=rung.level,
        fired_at=fired_at.get(escalation_id) or state.breached_at or state.clock.anchored_at,
        is_open=is_open,
        acknowledged=escalation_id in case.acknowledged,
        limit_at=late and late.limit_at,
        late=late,
    )


def _holder(case: Case, state: ClockState, step: StepState | None) -> str:
    if state.kind in CASE_CLOCKS or step is None:
        return holder(case.status, case.steps)
    return step.department
