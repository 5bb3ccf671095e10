"""One turn of a dossier: the commands that wait and the instants that passed, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cases.conflicts import conflict_outcome
from cases.dossier.decide import dossier_draft_of
from cases.dossier.draft import DossierDraft
from cases.dossier.model import Dossier
from cases.dossier.ticks import next_due
from cases.dossier.views import dossier_escalations_of, dossier_view_of
from cases.escalations import fired_among
from cases.turn import CommandOutcome, EscalationItem, Turn
from events.language.case_events import EventRecord, canonical_json
from events.language.commands import Tick
from events.language.dossier_commands import DossierCommand, SubmitDossier
from events.language.refusals import Refusal

WRITTEN_MAX_BYTES = 512 * 1024
"""A turn that has written so much is over: in a large dossier one end may block hundreds, and many ends come together."""


def take_dossier_turn(
    dossier: Dossier, commands: Sequence[DossierCommand], now: datetime, conflicting: Sequence[DossierCommand] = ()
) -> Turn | None:
    """Decide what waits; None: nothing is to be recorded. The order of time is that of `cases.turns.take_turn`."""
    bench = _Bench(dossier, now, [conflict_outcome(command) for command in conflicting])
    for command in sorted(commands, key=_order):
        bench.pass_time_until(min(command.received_at, now), itself=False)
        if bench.is_full:
            # What is left waits for the next turn, which comes at once: it is neither settled nor passed.
            break
        bench.take(command)
    bench.pass_time_until(now, itself=True)
    return bench.turn()


class _Bench:
    def __init__(self, dossier: Dossier, now: datetime, outcomes: list[CommandOutcome]) -> None:
        self.before = dossier
        self.dossier = dossier
        self.now = now
        self.outcomes = outcomes
        self.records: list[EventRecord] = []
        self.written_bytes = 0

    @property
    def is_full(self) -> bool:
        return self.written_bytes > WRITTEN_MAX_BYTES

    def pass_time_until(self, until: datetime, *, itself: bool) -> None:
        while (due_at := next_due(self.dossier)) is not None and (due_at < until or (itself and due_at == until)):
            drafted = dossier_draft_of(self.dossier, Tick(due_at=due_at), self.now)
            if isinstance(drafted, Refusal) or not drafted.records or self.is_full:
                return
            self._add(drafted)

    def take(self, command: DossierCommand) -> None:
        drafted = dossier_draft_of(self.dossier, command, self.now)
        refusal = drafted if isinstance(drafted, Refusal) else None
        self.outcomes.append(CommandOutcome(command_id=command.command_id, refusal=refusal, digest=command.digest))
        if not isinstance(drafted, Refusal):
            self._add(drafted)

    def turn(self) -> Turn | None:
        if not self.records and not self.outcomes:
            return None
        return Turn(
            case_id=self.before.dossier_id,
            expected_sequence=self.before.sequence + 1,
            records=tuple(self.records),
            outcomes=tuple(self.outcomes),
            view=dossier_view_of(self.dossier) if self.records else None,
            escalations=self._escalations() if self.records else None,
        )

    def _escalations(self) -> tuple[EscalationItem, ...] | None:
        now = dossier_escalations_of(self.dossier, fired_among(self.records))
        return None if now == dossier_escalations_of(self.before, {}) else now

    def _add(self, drafted: DossierDraft) -> None:
        self.records.extend(drafted.records)
        self.dossier = drafted.dossier
        self.written_bytes += sum(len(canonical_json(record).encode()) for record in drafted.records)


def _order(command: DossierCommand) -> tuple[bool, datetime]:
    return not isinstance(command, SubmitDossier), command.received_at.astimezone(UTC)
