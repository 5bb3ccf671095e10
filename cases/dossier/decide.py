"""`decide_dossier`: what a command makes of a dossier, or why not. Pure and total, as for cases."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from cases.dossier.cascade import preview
from cases.dossier.closing import close_if_over
from cases.dossier.draft import DossierDraft
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import UNBEGUN, Dossier, PartStatus, blank_dossier
from cases.dossier.opening import open_dossier
from cases.dossier.promise import renew
from cases.dossier.release import release_ready
from cases.dossier.results import refusal_of_result
from cases.dossier.senders import dossier_stranger
from cases.dossier.ticks import JOINT, fire_due, next_due
from cases.dossier.views import dossier_escalations_of, dossier_view_of
from cases.meant import meant
from cases.stream import StreamRules
from cases.ticks import ALARMS, escalation_id_of
from events.language.case_events import EscalationAcknowledged
from events.language.commands import AcknowledgeEscalation, Command
from events.language.dossier_commands import (
    ApplyCascade,
    DossierCommand,
    RecordEnd,
    RecordResult,
    RevokeResult,
    SubmitDossier,
    WithdrawDossier,
)
from events.language.dossier_events import (
    ApplicationEnded,
    CascadeApplied,
    DossierBreachConfirmed,
    DossierBreachSetAside,
    DossierReopened,
    DossierWithdrawn,
    ResultRecorded,
    ResultRevoked,
)
from events.language.refusals import Refusal, refuse

WRITTEN_MAX_BYTES = 512 * 1024
"""Of one turn: in a large dossier one end may block hundreds, and many ends come together."""


def _only_corrects(draft: DossierDraft) -> bool:
    # It counts from the breach that it corrects, which lies in the past: nothing else is to be told as of then.
    return isinstance(draft.records[-1].event, DossierBreachSetAside | DossierBreachConfirmed)


def _refused_by_state(dossier: Dossier, command: Command) -> Refusal | None:
    if isinstance(command, SubmitDossier):
        return None if dossier.declaration is None else refuse("dossier_exists")
    if dossier.declaration is None:
        return refuse("dossier_unknown")
    if dossier.is_closed and not isinstance(command, RevokeResult):
        return refuse("dossier_closed", outcome=dossier.outcome or "")
    name = getattr(command, "name", None)
    if name is not None and name not in dossier.parts:
        shown = ", ".join(list(dossier.parts)[:20])
        return refuse("dossier_application_unknown", "name", application=name, names=shown)
    return None


def _follow(draft: DossierDraft) -> None:
    """What follows from every change: what can be released is, the promise is new, and the end is the end."""
    if not draft.state.is_open or _only_corrects(draft):
        return
    release_ready(draft)
    close_if_over(draft)
    if draft.state.is_open:
        renew(draft)


def _apply(draft: DossierDraft, command: DossierCommand) -> Refusal | None:
    match command:
        case SubmitDossier():
            return open_dossier(draft, command.declaration)
        case RecordEnd():
            return _end(draft, command)
        case RevokeResult():
            return _revoke(draft, command)
        case RecordResult():
            return _record_result(draft, command)
        case ApplyCascade():
            return _cascade(draft, command)
        case WithdrawDossier():
            draft.emit(DossierWithdrawn(by=command.actor, reason=command.reason, reason_ref=command.reason_ref))
            return None
        case AcknowledgeEscalation():
            return _acknowledge(draft, command)


def _end(draft: DossierDraft, command: RecordEnd) -> Refusal | None:
    part = draft.state.parts[command.name]
    if part.status is not PartStatus.RELEASED or part.round != command.round:
        return refuse("nothing_changes")
    draft.emit(
        ApplicationEnded(
            name=part.name,
            round=part.round,
            case_id=command.case_id,
            outcome=command.outcome,
            result_code=command.result_code,
            valid_until=command.valid_until,
            ended_at=max(draft.at, part.released_at or draft.at),
            reason=command.reason,
            reason_code=command.reason_code,
            refusal=command.refusal,
            time_shares=command.time_shares,
        )
    )
    return None


def _revoke(draft: DossierDraft, command: RevokeResult) -> Refusal | None:
    part, number = draft.state.parts[command.name], command.number
    own = part.result_number if part.has_result else None
    from_elsewhere = number is not None and number != own
    if number is None or number == own:
        if not part.has_result:
            return refuse("result_not_granted", "name", application=part.name, status=part.status)
    elif part.result_from_elsewhere(number) is None or part.has_lost(number):
        return refuse("result_not_held", "number", application=part.name, number=number)
    _reopen(draft, command)
    draft.emit(
        ResultRevoked(
            name=part.name,
            result_code=number if from_elsewhere else own,
            from_elsewhere=from_elsewhere,
            reason=command.reason,
            legal_basis=command.legal_basis,
            by=command.actor,
        )
    )
    return None


def _reopen(draft: DossierDraft, command: RevokeResult) -> None:
    """Decree 45/2020 art. 15: a result can be revoked after the dossier is closed; what stands on it is decided anew."""
    dossier = draft.state
    if dossier.closed_at is None:
        return
    draft.emit(
        DossierReopened(
            name=command.name,
            reason=command.reason,
            legal_basis=command.legal_basis,
            by=command.actor,
            former_outcome=dossier.outcome or "",
            former_closed_at=dossier.closed_at,
        )
    )


def _record_result(draft: DossierDraft, command: RecordResult) -> Refusal | None:
    part, result, replaced = draft.state.parts[command.name], command.result, command.replaces
    if replaced is not None:
        if part.result_from_elsewhere(replaced) is None:
            return refuse("result_not_held", "replaces", application=part.name, number=replaced)
        if part.status not in UNBEGUN and not part.has_lost(replaced):
            return refuse("result_not_needed", "replaces", application=part.name)
    elif part.has_result or part.status is PartStatus.RELEASED:
        return refuse("result_not_needed", "name", application=part.name)
    if (refusal := refusal_of_result(result, part.name, draft.day, "result")) is not None:
        return refusal
    draft.emit(ResultRecorded(name=part.name, result=result, replaces=replaced, by=command.actor))
    return None


def _cascade(draft: DossierDraft, command: ApplyCascade) -> Refusal | None:
    dossier = draft.state
    effects = preview(dossier, command.name)
    if all(effect.effect == "kept" for effect in effects):
        # Applied before, or nothing is to be done: the same command again changes nothing, and is no mistake.
        if command.name in dossier.cascades:
            return None
        if not effects:
            return refuse("cascade_nothing", "name", application=command.name)
    draft.emit(CascadeApplied(name=command.name, effects=effects, reason=command.reason, by=command.actor))
    return None


def _acknowledge(draft: DossierDraft, command: AcknowledgeEscalation) -> Refusal | None:
    dossier = draft.state
    # A warning is read, not acknowledged, as is a passed appointment: that would silence what is still to come.
    rungs = [rung for rung in dossier.definitions.ladder.rungs if rung.id in dossier.fired and rung.kind in ALARMS]
    if command.escalation_id not in {escalation_id_of(JOINT, dossier.set_asides, rung) for rung in rungs}:
        return refuse("escalation_unknown", "escalation_id", escalation=command.escalation_id)
    if command.escalation_id in dossier.acknowledged:
        return refuse("already_acknowledged", "escalation_id", escalation=command.escalation_id)
    draft.emit(
        EscalationAcknowledged(escalation_id=command.escalation_id, clock_id=JOINT, by=command.actor, note=command.note)
    )
    return None


DOSSIERS: Final = StreamRules(
    opening=SubmitDossier,
    blank=blank_dossier,
    evolve=evolve_dossier,
    draft=lambda dossier, *, at, **more: DossierDraft(dossier, at=at.astimezone(UTC), **more),
    next_due=next_due,
    fire=lambda draft, _: fire_due(draft),
    unknown=refuse("dossier_unknown"),
    stranger=dossier_stranger,
    apply=lambda draft, command: _refused_by_state(draft.state, command) or _apply(draft, command),
    view=dossier_view_of,
    meant=lambda dossier, command: meant(command, "name", dossier.parts),
    follow=_follow,
    escalations=dossier_escalations_of,
    written_max_bytes=WRITTEN_MAX_BYTES,
)
decide_dossier, fold_dossier = DOSSIERS.decide, DOSSIERS.fold
