"""Deciding a dossier again from its ledger: each accepted command is put together from its events and decided anew. Pure.

As for cases. What an older version recorded names nobody who acted, and was decided by its rules: it is folded, not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from audit.violation import Violation
from cases.dossier.decide import decide_dossier
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import blank_dossier
from catalog.dossier import DossierDefinitions
from events.language import dossier_events as ev
from events.language.case_events import EscalationAcknowledged, EventRecord, canonical_json
from events.language.commands import AcknowledgeEscalation, Tick
from events.language.dossier_commands import (
    ApplyCascade,
    DossierCommand,
    RecordEnd,
    RecordResult,
    RevokeResult,
    SubmitDossier,
    WithdrawDossier,
)
from events.language.identity import TICK_PREFIX
from events.language.refusals import Refusal


def dossier_redecided(definitions: DossierDefinitions, records: Sequence[EventRecord]) -> Iterator[Violation]:
    """What the rules of today would have decided otherwise than the stream says."""
    dossier = blank_dossier(records[0].case_id if records else "", definitions)
    for _, group in groupby(records, key=lambda record: record.command_id):
        turn = list(group)
        first = turn[0]
        if first.actor is not None:
            command = command_of(turn)
            if command is None:
                yield Violation("I2", first.case_id, first.sequence, f"no command begins with {first.event.type}")
            else:
                decided = decide_dossier(dossier, command, first.decided_at)
                yield from _compared(turn, decided)
        for record in turn:
            dossier = evolve_dossier(dossier, record)


def _compared(turn: Sequence[EventRecord], decided: list[EventRecord] | Refusal) -> Iterator[Violation]:
    first = turn[0]
    if isinstance(decided, Refusal):
        yield Violation("I2", first.case_id, first.sequence, f"would be refused today: {decided.code}")
        return
    for record, again in zip(turn, decided, strict=False):
        if canonical_json(record) != canonical_json(again):
            message = f"today's rules say {again.event.type}, the ledger {record.event.type}"
            if record.event.type == again.event.type:
                message = f"today's rules give {again.event.type} another content"
            yield Violation("I2", record.case_id, record.sequence, message)
            return
    if len(decided) != len(turn):
        message = f"today's rules yield {len(decided)} events, the ledger holds {len(turn)}"
        yield Violation("I2", first.case_id, first.sequence, message)


def command_of(turn: Sequence[EventRecord]) -> DossierCommand | Tick | None:
    """The command that these events answer; None: no command begins like this."""
    first = turn[0]
    if first.command_id.startswith(TICK_PREFIX):
        return Tick(due_at=first.at)
    make = _MAKERS.get(type(first.event))
    if make is None:
        return None
    basics = {"command_id": first.command_id, "received_at": first.at, "actor": first.actor}
    command: DossierCommand = make(turn, basics)
    return command


def _end(turn: Sequence[EventRecord], basics: dict[str, Any]) -> RecordEnd:
    said = turn[0].event.model_dump(exclude={"type", "ended_at"})
    return RecordEnd.model_validate(basics | said)


def _revocation(turn: Sequence[EventRecord], basics: dict[str, Any]) -> RevokeResult:
    # Of a closed dossier its re-opening comes first.
    event = next(record.event for record in turn if isinstance(record.event, ev.ResultRevoked))
    said = event.model_dump(include={"name", "reason", "legal_basis"})
    return RevokeResult.model_validate(basics | said | {"number": event.result_code if event.from_elsewhere else None})


def _said(kind: type[Any], *fields: str) -> Callable[[Sequence[EventRecord], dict[str, Any]], Any]:
    def make(turn: Sequence[EventRecord], basics: dict[str, Any]) -> Any:
        return kind.model_validate(basics | turn[0].event.model_dump(include=set(fields)))

    return make


_MAKERS: dict[type, Callable[[Sequence[EventRecord], dict[str, Any]], Any]] = {
    ev.DossierOpened: _said(SubmitDossier, "declaration"),
    ev.ApplicationEnded: _end,
    ev.DossierReopened: _revocation,
    ev.ResultRevoked: _revocation,
    ev.ResultRecorded: _said(RecordResult, "name", "result", "replaces"),
    ev.CascadeApplied: _said(ApplyCascade, "name", "reason"),
    ev.DossierWithdrawn: _said(WithdrawDossier, "reason", "reason_ref"),
    EscalationAcknowledged: _said(AcknowledgeEscalation, "escalation_id", "note"),
}
"""By the first event of a command's answer: the command itself."""
