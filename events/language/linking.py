"""What a case of a linked dossier says to it when it ends. Pure."""

from __future__ import annotations

from datetime import datetime

from events.language.case_events import CaseClosed
from events.language.commands import Actor, ActorKind, Assurance, DossierReference
from events.language.dossier_commands import OwnedTime, RecordEnd
from events.language.identity import END_PREFIX
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal


def end_of(
    linked: DossierReference, case_id: str, ending: CaseClosed | None, refusal: Refusal | None, now: datetime
) -> RecordEnd:
    """The command that tells of an end; without an ending, of an application that the rules never made a case."""
    common = {
        "command_id": end_command_id(case_id),
        "received_at": now if ending is None else ending.closed_at,
        "actor": Actor(kind=ActorKind.SYSTEM, id=case_id, assurance=Assurance.TOKEN),
        "name": linked.name,
        "round": linked.round,
        "case_id": case_id,
    }
    if ending is None:
        code = ReasonCode.NEVER_A_CASE if refusal is None else None
        return RecordEnd.model_validate({**common, "outcome": "returned", "reason_code": code, "refusal": refusal})
    shares = tuple(OwnedTime(owner=share.owner, seconds=share.seconds) for share in ending.time_shares)
    return RecordEnd.model_validate(
        {
            **common,
            "outcome": ending.outcome,
            "result_code": ending.result_code,
            "reason": ending.reason,
            "reason_code": ending.reason_code,
            "time_shares": shares,
        }
    )


def end_command_id(case_id: str) -> str:
    """The id of the command that tells of a case's end: one per case."""
    return f"{END_PREFIX}{case_id}"
