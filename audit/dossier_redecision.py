"""Deciding a dossier again from its ledger.

As for cases. What an older version recorded names nobody who acted, and was decided by its rules: it is folded, not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import groupby

from audit.redeciding import Answer, Draft, Makers, fields_of, first_of, redecide, says
from audit.violation import Violation
from cases.dossier.decide import DOSSIERS
from cases.dossier.model import Dossier
from catalog.dossier import DossierDefinitions
from events.language import dossier_events as ev
from events.language.case_events import EscalationAcknowledged, EventRecord
from events.language.commands import AcknowledgeEscalation
from events.language.dossier_commands import (
    ApplyCascade,
    RecordEnd,
    RecordResult,
    RevokeResult,
    SubmitDossier,
    WithdrawDossier,
)


def dossier_redecided(definitions: DossierDefinitions, records: Sequence[EventRecord]) -> Iterator[Violation]:
    """What the rules of today would have decided otherwise than the stream says."""
    yield from redecide(DOSSIERS, _newer_answers(definitions, records), _MAKERS)


def _newer_answers(definitions: DossierDefinitions, records: Sequence[EventRecord]) -> Iterator[Answer[Dossier]]:
    dossier = DOSSIERS.blank(records[0].case_id if records else "", definitions)
    for _, group in groupby(records, key=lambda record: record.command_id):
        answer = Answer(dossier, list(group))
        if answer.records[0].actor is not None:
            yield answer
        dossier = reduce(DOSSIERS.evolve, answer.records, dossier)


def _end(event: ev.ApplicationEnded, _: Answer[Dossier]) -> Draft:
    return RecordEnd, event.model_dump(exclude={"type", "ended_at"})


def _revocation(_: ev.DossierReopened | ev.ResultRevoked, answer: Answer[Dossier]) -> Draft:
    # Of a closed dossier its re-opening comes first.
    event = first_of(ev.ResultRevoked, answer.records)
    if event is None:
        raise ValueError("a dossier was opened again for nothing")
    number = event.result_code if event.from_elsewhere else None
    return RevokeResult, fields_of(event, "name", "reason", "legal_basis") | {"number": number}


_MAKERS: Makers = {
    ev.DossierOpened: says(SubmitDossier, "declaration"),
    ev.ApplicationEnded: _end,
    ev.DossierReopened: _revocation,
    ev.ResultRevoked: _revocation,
    ev.ResultRecorded: says(RecordResult, "name", "result", "replaces"),
    ev.CascadeApplied: says(ApplyCascade, "name", "reason"),
    ev.DossierWithdrawn: says(WithdrawDossier, "reason", "reason_ref"),
    EscalationAcknowledged: says(AcknowledgeEscalation, "escalation_id", "note"),
}
"""By the first event of a command's answer: the command itself."""
