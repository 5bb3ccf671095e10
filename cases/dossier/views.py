"""The read model of a dossier: a fold of its stream, nothing else."""

from __future__ import annotations

from cases.dossier.ends import verdict_of
from cases.dossier.model import Dossier, PartStatus
from cases.dossier.ticks import next_due
from cases.turn import DossierView


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
