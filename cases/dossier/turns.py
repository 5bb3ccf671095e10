"""One turn of a dossier: the commands that wait and the instants that passed, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cases.conflicts import conflict_outcome
from cases.dossier.decide import dossier_draft_of
from cases.dossier.draft import DossierDraft
from cases.dossier.model import Dossier
from cases.dossier.ticks import next_due
from cases.dossier.views import dossier_view_of
from cases.turn import CommandOutcome, Turn
from events.language.case_events import EventRecord
from events.language.commands import Tick
from events.language.dossier_commands import DossierCommand, SubmitDossier
from events.language.refusals import Refusal


def take_dossier_turn(
    dossier: Dossier, commands: Sequence[DossierCommand], now: datetime, conflicting: Sequence[DossierCommand] = ()
) -> Turn | None:
    """Decide what waits; None: nothing is to be recorded. The order of time is that of `cases.turns.take_turn`."""
    records: list[EventRecord] = []
    outcomes: list[CommandOutcome] = [conflict_outcome(command) for command in conflicting]
    current = dossier

    def add(drafted: DossierDraft) -> None:
        nonlocal current
        records.extend(drafted.records)
        current = drafted.dossier

    def pass_time_until(until: datetime, *, itself: bool) -> None:
        while (due_at := next_due(current)) is not None and (due_at < until or (itself and due_at == until)):
            drafted = dossier_draft_of(current, Tick(due_at=due_at), now)
            if isinstance(drafted, Refusal) or not drafted.records:
                return
            add(drafted)

    for command in sorted(commands, key=_order):
        pass_time_until(min(command.received_at, now), itself=False)
        drafted = dossier_draft_of(current, command, now)
        if isinstance(drafted, Refusal):
            outcomes.append(CommandOutcome(command_id=command.command_id, refusal=drafted, digest=command.digest))
            continue
        outcomes.append(CommandOutcome(command_id=command.command_id, digest=command.digest))
        add(drafted)
    pass_time_until(now, itself=True)
    if not records and not outcomes:
        return None
    return Turn(
        case_id=dossier.dossier_id,
        expected_sequence=dossier.sequence + 1,
        records=tuple(records),
        outcomes=tuple(outcomes),
        view=dossier_view_of(current) if records else None,
    )


def _order(command: DossierCommand) -> tuple[bool, datetime]:
    return not isinstance(command, SubmitDossier), command.received_at.astimezone(UTC)
