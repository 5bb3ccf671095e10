"""How a dossier ends: when all of it is over, with its joint result, its verdict, and who used the time."""

from __future__ import annotations

from datetime import datetime

from cases.dossier.blame import blame
from cases.dossier.cascade import is_open_over
from cases.dossier.draft import DossierDraft
from cases.dossier.ends import joint_ends
from cases.dossier.model import Dossier
from cases.dossier.ticks import breach
from events.language.dossier_events import DossierBreachSetAside, DossierClosed, JointResult


def close_if_over(draft: DossierDraft) -> None:
    """Close when every application is over, and no result stands on one that is lost: somebody must decide that first."""
    dossier = draft.state
    if dossier.opened_at is None or not all(part.is_over for part in dossier.parts.values()) or is_open_over(dossier):
        return
    closed_at = max([draft.at, *(part.ended_at for part in dossier.parts.values() if part.ended_at is not None)])
    if dossier.joint_ended_at is None:
        _settle(draft, closed_at)
    shares = blame(dossier, closed_at)
    draft.emit(
        DossierClosed.model_validate(
            {
                "outcome": _outcome(dossier),
                "closed_at": closed_at,
                "results": [
                    JointResult(name=part.name, status=part.status, result_code=part.result_number)
                    for part in dossier.parts.values()
                ],
                "promise_kept": _promise_kept(draft.state),
                "appointment_kept": _appointment_kept(dossier, closed_at),
                "elapsed_seconds": sum(share.seconds for share in shares),
                "time_shares": shares,
            }
        )
    )


def _settle(draft: DossierDraft, closed_at: datetime) -> None:
    """The verdict on the joint promise counts from the end, whenever we heard of it: as for a case's clock."""
    dossier, ends = draft.state, joint_ends(draft.state)
    if ends is None:
        return
    if dossier.counts_as_breached and closed_at <= ends.end_at:
        draft.emit(DossierBreachSetAside(due_at=ends.end_at, cause="delayed_by_system"))
    elif not dossier.breached and closed_at > ends.end_at:
        breach(draft, ends.end_at)


def _promise_kept(dossier: Dossier) -> bool:
    return not dossier.counts_as_breached if dossier.promise_kept is None else dossier.promise_kept


def _appointment_kept(dossier: Dossier, closed_at: datetime) -> bool | None:
    ends = joint_ends(dossier)
    if dossier.joint_ended_at is not None:
        return dossier.appointment_kept
    if dossier.withdrawn or ends is None or ends.lawful_end_at is None:
        return None
    return closed_at <= ends.appointment_at


def _outcome(dossier: Dossier) -> str:
    if dossier.withdrawn:
        return "withdrawn"
    there = [part.has_result for part in dossier.parts.values()]
    return "granted" if all(there) else "partly_granted" if any(there) else "refused"
