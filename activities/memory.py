"""A recorder in memory: the same rules as the one on PostgreSQL, for tests and simulations. Both pass one contract."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from cases.turn import (
    CaseView,
    CommandOutcome,
    DossierView,
    Notice,
    Recorded,
    Turn,
    WorkItem,
    acceptance_of,
    with_dossier_code,
)
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.language.chain import GENESIS
from events.language.identity import dossier_code_of
from store.attempt import Head, fault_of
from store.errors import MalformedTurn, StoreError


@dataclass(slots=True)
class MemoryRecorder:
    """Keeps what PostgreSQL would keep. One event loop only; a turn is written without a pause, so wholly or not at all."""

    ledger: dict[str, list[EventRecord]] = field(default_factory=dict)
    outcomes: dict[tuple[str, str], CommandOutcome] = field(default_factory=dict)
    """By case and command."""
    views: dict[str, CaseView | DossierView] = field(default_factory=dict)
    worklist: dict[str, tuple[WorkItem, ...]] = field(default_factory=dict)
    notices: list[tuple[str, Notice]] = field(default_factory=list)
    """With their case, in the order in which they would be sent."""
    definitions: dict[str, Definitions] = field(default_factory=dict)
    _ordinals: Counter[tuple[str, date]] = field(default_factory=Counter)

    async def record(self, turn: Turn) -> Recorded:
        """Write the turn, or return what stands in its place. Raises LedgerBehind, MalformedTurn."""
        standing = self.ledger.get(turn.case_id, [])
        fault = _fault_of(turn, len(standing))
        if fault is not None:
            raise fault
        ended = [self.outcomes.get((turn.case_id, outcome.command_id)) for outcome in turn.outcomes]
        known = tuple(outcome for outcome in ended if outcome is not None)
        if known or len(standing) + 1 != turn.expected_sequence:
            return Recorded(records=tuple(standing[turn.expected_sequence - 1 :]), outcomes=known)
        return self._written(self._coded(turn))

    def _coded(self, turn: Turn) -> Turn:
        acceptance = acceptance_of(turn)
        if acceptance is None:
            return turn
        key = (acceptance.agency_code, acceptance.received_on)
        self._ordinals[key] += 1
        return with_dossier_code(turn, dossier_code_of(*key, self._ordinals[key]))

    def _written(self, turn: Turn) -> Recorded:
        for outcome in turn.outcomes:
            self.outcomes[turn.case_id, outcome.command_id] = outcome
        self.notices += [(turn.case_id, notice) for notice in turn.notices]
        if turn.view is not None:
            self.ledger.setdefault(turn.case_id, []).extend(turn.records)
            self.views[turn.case_id] = turn.view
            self.worklist[turn.case_id] = turn.work
        if turn.opening is not None:
            self.definitions[turn.opening.digest] = turn.opening
        return Recorded(records=turn.records, outcomes=turn.outcomes)


def _fault_of(turn: Turn, last_sequence: int) -> StoreError | None:
    """Why the turn can never be recorded: the checks of the recorder on PostgreSQL, and what its unique keys refuse."""
    if len({outcome.command_id for outcome in turn.outcomes}) < len(turn.outcomes):
        return MalformedTurn(case_id=turn.case_id, reason="a command has two outcomes")
    return fault_of(turn, Head(last_sequence, GENESIS))
