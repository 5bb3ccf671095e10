"""An old case or dossier under the program of today: what its ledger gets from now on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cases.decide import CASES
from cases.dossier.decide import DOSSIERS
from cases.dossier.evolve import evolve_dossier
from cases.dossier.ticks import next_due as dossier_next_due
from cases.evolve import evolve
from cases.model import ClockState
from cases.timetable import next_due
from events.language.case_events import CaseEvent, EventRecord
from events.language.commands import Command
from events.language.dossier_commands import DossierCommand
from tests.upgrade.fixtures import the_ledger


def local(moment: str) -> datetime:
    """An instant of March 2026 by the clocks of the province: `13 17:00` is Friday at closing time."""
    return datetime.strptime(f"2026-03-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - timedelta(hours=7)


class GoingOn:
    """A case that was open when the program was upgraded; each turn is one of the worker of today."""

    def __init__(self, name: str) -> None:
        self.kept = the_ledger(name)
        self.case = self.kept.case()
        self.records: list[EventRecord] = list(self.kept.records)

    @property
    def stopped_at(self) -> datetime:
        """When the old program took its last turn."""
        return self.kept.records[-1].decided_at

    def take(self, *commands: Command, now: datetime | None = None, refused: bool = False) -> list[CaseEvent]:
        """The events of one turn; unless told so, nothing is refused."""
        turn = CASES.take_turn(self.case, commands, now or max(command.received_at for command in commands))
        if turn is None:
            return []
        assert refused == any(outcome.refusal for outcome in turn.outcomes), turn.outcomes
        for record in turn.records:
            self.case = evolve(self.case, record)
            self.records.append(record)
        return [record.event for record in turn.records]

    def live_until(self, until: datetime) -> list[CaseEvent]:
        """Let every instant up to this one pass, each when it falls due; what is due already, at once."""
        events: list[CaseEvent] = []
        while (due_at := next_due(self.case)) is not None and due_at <= until:
            happened = self.take(now=max(due_at, self.records[-1].decided_at))
            assert happened, f"nothing happens at {due_at}"
            events += happened
        return events

    def clock(self, clock_id: str) -> ClockState:
        return self.case.clocks[clock_id]

    def new(self, name: str) -> list[Any]:
        """Events of a type that the program of today wrote."""
        return [record.event for record in self.records[len(self.kept.bodies) :] if record.event.type == name]

    def of_type(self, name: str) -> list[Any]:
        """All events of a type, the old ones too."""
        return [record.event for record in self.records if record.event.type == name]


class DossierGoingOn:
    """A dossier that was open when the program was upgraded."""

    def __init__(self, name: str) -> None:
        self.kept = the_ledger(name)
        self.dossier = self.kept.dossier()
        self.records: list[EventRecord] = list(self.kept.records)

    @property
    def stopped_at(self) -> datetime:
        """When the old program took its last turn."""
        return self.kept.records[-1].decided_at

    def take(self, *commands: DossierCommand, now: datetime | None = None) -> list[CaseEvent]:
        """The events of one turn; nothing is refused."""
        turn = DOSSIERS.take_turn(self.dossier, commands, now or max(command.received_at for command in commands))
        if turn is None:
            return []
        assert not any(outcome.refusal for outcome in turn.outcomes), turn.outcomes
        for record in turn.records:
            self.dossier = evolve_dossier(self.dossier, record)
            self.records.append(record)
        return [record.event for record in turn.records]

    def live_until(self, until: datetime) -> list[CaseEvent]:
        """Let every instant up to this one pass, each when it falls due; what is due already, at once."""
        events: list[CaseEvent] = []
        while (due_at := dossier_next_due(self.dossier)) is not None and due_at <= until:
            happened = self.take(now=max(due_at, self.records[-1].decided_at))
            assert happened, f"nothing happens at {due_at}"
            events += happened
        return events

    def new(self, name: str) -> list[Any]:
        """Events of a type that the program of today wrote."""
        return [record.event for record in self.records[len(self.kept.bodies) :] if record.event.type == name]
