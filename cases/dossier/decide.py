"""`decide_dossier`: what a command makes of a dossier, or why not. Pure and total, as for cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

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
from cases.dossier.ticks import JOINT, escalation_id_of, fire_due, next_due
from cases.dossier.views import dossier_escalations_of, dossier_view_of
from cases.meant import meant
from cases.stream import StreamRules
from cases.ticks import ALARMS
from cases.turn import DossierView, EscalationItem
from catalog.dossier import DossierDefinitions
from events.language.case_events import EscalationAcknowledged, EventRecord
from events.language.commands import AcknowledgeEscalation, Actor, Command, Tick
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


def _go_on(draft: DossierDraft) -> None:
    """What follows from every change: what can be released is, the promise is new, and the end is the end."""
    release_ready(draft)
    close_if_over(draft)
    if draft.dossier.is_open:
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
    part = draft.dossier.parts[command.name]
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
    part, number = draft.dossier.parts[command.name], command.number
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
    dossier = draft.dossier
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
    part, result, replaced = draft.dossier.parts[command.name], command.result, command.replaces
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
    dossier = draft.dossier
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
    dossier = draft.dossier
    # A warning is read, not acknowledged, as is a passed appointment: that would silence what is still to come.
    rungs = [rung for rung in dossier.definitions.ladder.rungs if rung.id in dossier.fired and rung.kind in ALARMS]
    if command.escalation_id not in {escalation_id_of(dossier, rung) for rung in rungs}:
        return refuse("escalation_unknown", "escalation_id", escalation=command.escalation_id)
    if command.escalation_id in dossier.acknowledged:
        return refuse("already_acknowledged", "escalation_id", escalation=command.escalation_id)
    draft.emit(
        EscalationAcknowledged(escalation_id=command.escalation_id, clock_id=JOINT, by=command.actor, note=command.note)
    )
    return None


class DossierRules(StreamRules[Dossier, DossierDefinitions, DossierDraft]):
    """The rules of a linked dossier."""

    opening = SubmitDossier
    written_max_bytes = WRITTEN_MAX_BYTES

    def blank(self, stream_id: str, definitions: DossierDefinitions) -> Dossier:
        """The dossier before its first event."""
        return blank_dossier(stream_id, definitions)

    def evolve(self, state: Dossier, record: EventRecord) -> Dossier:
        """The dossier after one more event."""
        return evolve_dossier(state, record)

    def draft(self, state: Dossier, *, at: datetime, now: datetime, command_id: str, actor: Actor) -> DossierDraft:
        """An empty draft."""
        return DossierDraft(state, at=at.astimezone(UTC), now=now, command_id=command_id, actor=actor)

    def next_due(self, state: Dossier) -> datetime | None:
        """The earliest instant at which something falls due by itself."""
        return next_due(state)

    def fire(self, draft: DossierDraft, _: Tick) -> None:
        """Let everything happen that is due up to the draft's instant, which is the tick's."""
        fire_due(draft)

    def unknown(self) -> Refusal:
        """The answer of a dossier that is not there."""
        return refuse("dossier_unknown")

    def stranger(self, state: Dossier, command: Command) -> Refusal | None:
        """Why whoever sent the command has no say in the dossier."""
        return dossier_stranger(state, command)

    def apply(self, draft: DossierDraft, command: Any) -> Refusal | None:
        """What the command makes happen, or why it may not."""
        return _refused_by_state(draft.dossier, command) or _apply(draft, command)

    def follow(self, draft: DossierDraft) -> None:
        """What can be released is, the promise is new, and the end is the end."""
        if draft.dossier.is_open and not _only_corrects(draft):
            _go_on(draft)

    def meant(self, state: Dossier, command: Command) -> Command:
        """The command with the application that it means."""
        return meant(command, "name", state.parts)

    def view(self, state: Dossier) -> DossierView:
        """The dossier's row."""
        return dossier_view_of(state)

    def escalations(self, state: Dossier, fired_at: Mapping[str, datetime]) -> tuple[EscalationItem, ...]:
        """The escalations that may be acknowledged, or were."""
        return dossier_escalations_of(state, fired_at)


DOSSIERS: Final = DossierRules()
decide_dossier = DOSSIERS.decide
