"""The read model of a dossier: a fold of its stream, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from cases.dossier.ends import joint_ends, verdict_of
from cases.dossier.model import Dossier, PartStatus
from cases.dossier.ticks import JOINT, next_due
from cases.lateness import Lateness, pauses_after
from cases.model import ClockStatus
from cases.ticks import ALARMS, escalation_id_of, told_department
from cases.turn import DossierView, EscalationItem
from sla.ladder import Rung


def dossier_view_of(dossier: Dossier) -> DossierView:
    """The dossier's row. Only for a dossier that was opened."""
    declaration, opened_at = dossier.declaration, dossier.opened_at
    if declaration is None or opened_at is None:
        raise ValueError("a dossier that was never opened has no row")
    parts = dossier.parts.values()
    return DossierView(
        case_id=dossier.dossier_id,
        sequence=dossier.sequence,
        source=declaration.source,
        dossier_id=declaration.dossier_id,
        template=declaration.template,
        lead=declaration.lead,
        status="closed" if dossier.is_closed else "in_progress",
        outcome=dossier.outcome,
        opened_at=opened_at,
        closed_at=dossier.closed_at,
        holder=dossier.holder,
        joint_due_at=dossier.joint_due_at,
        joint_lawful_day=dossier.joint_lawful_day,
        joint_state=verdict_of(dossier).state,
        promised_at=dossier.promised_at,
        applications=len(dossier.parts),
        released=sum(part.status is PartStatus.RELEASED for part in parts),
        granted=sum(part.status is PartStatus.GRANTED for part in parts),
        blocked=sum(part.status is PartStatus.BLOCKED for part in parts),
        next_due_at=next_due(dossier),
    )


def dossier_escalations_of(dossier: Dossier, fired_at: Mapping[str, datetime]) -> tuple[EscalationItem, ...]:
    """All escalations of the joint clock that may be acknowledged, or were; as `cases.escalations.escalations_of`."""
    return tuple(_escalations(dossier, fired_at))


def _escalations(dossier: Dossier, fired_at: Mapping[str, datetime]) -> Iterator[EscalationItem]:
    declaration, clock = dossier.declaration, dossier.clock
    if declaration is None or clock is None:
        return
    late = _lateness(dossier)
    is_open = dossier.is_open and dossier.joint_ended_at is None and not dossier.acknowledged
    for rung in _alarms(dossier):
        escalation_id = escalation_id_of(JOINT, dossier.set_asides, rung)
        yield EscalationItem(
            case_id=dossier.dossier_id,
            escalation_id=escalation_id,
            linked=True,
            dossier_code=None,
            dossier_id=declaration.dossier_id,
            procedure=declaration.template,
            agency=dossier.lead,
            clock_id=JOINT,
            clock_kind=JOINT,
            step_id=None,
            name_vi=None,
            name_en=None,
            department=dossier.holder or dossier.lead,
            holder=dossier.holder if is_open else None,
            audience=rung.audience,
            audience_department=told_department(rung, dossier.holder, dossier.lead, dossier.definitions.departments),
            kind=rung.kind,
            level=rung.level,
            fired_at=fired_at.get(escalation_id) or dossier.breached_at or clock.anchored_at,
            is_open=is_open,
            acknowledged=escalation_id in dossier.acknowledged,
            limit_at=late and late.limit_at,
            late=late,
        )


def _alarms(dossier: Dossier) -> Iterator[Rung]:
    return (r for r in dossier.definitions.ladder.rungs if r.kind in ALARMS and r.id in dossier.fired)


def _lateness(dossier: Dossier) -> Lateness | None:
    ends = joint_ends(dossier)
    if dossier.clock is None or verdict_of(dossier).state is not ClockStatus.BREACHED:
        return None
    is_own = dossier.breached_at is not None and not dossier.was_breached_early
    limit_at = dossier.breached_at if is_own or ends is None else ends.end_at
    if limit_at is None:
        return None
    return Lateness(
        limit_at=limit_at.astimezone(UTC),
        calendar=dossier.definitions.calendar.id,
        pauses=pauses_after(dossier.clock, limit_at),
        ended_at=dossier.joint_ended_at,
    )
