"""What a case of a linked dossier says to it when it ends. Pure."""

from __future__ import annotations

from datetime import datetime

from events.language.case_events import CaseClosed
from events.language.commands import Actor, ActorKind, DossierReference
from events.language.dossier_commands import OwnedTime, RecordEnd
from events.language.refusals import Refusal

REASON_MAX = 2000


def end_of(
    linked: DossierReference, case_id: str, ending: CaseClosed | None, refusal: Refusal | None, now: datetime
) -> RecordEnd:
    """The command that tells of an end; without an ending, of an application that the rules never made a case."""
    given = {
        "command_id": end_command_id(case_id),
        "received_at": now if ending is None else ending.closed_at,
        "actor": Actor(kind=ActorKind.SYSTEM, id=case_id),
        "name": linked.name,
        "round": linked.round,
        "case_id": case_id,
    }
    if ending is None:
        reason = "it never became a case" if refusal is None else f"{refusal.code}: {refusal.message()}"
        return RecordEnd.model_validate({**given, "outcome": "returned", "reason": reason[:REASON_MAX]})
    shares = tuple(OwnedTime(owner=share.owner, seconds=share.seconds) for share in ending.time_shares)
    return RecordEnd.model_validate(
        {
            **given,
            "outcome": ending.outcome,
            "result_code": ending.result_code,
            "reason": ending.reason,
            "time_shares": shares,
        }
    )


def end_command_id(case_id: str) -> str:
    """The id of the command that tells of a case's end: one per case."""
    return f"end:{case_id}"
