"""Dossiers for tests: procedures with chosen limits, a declaration, and a life that runs through commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cases.dossier.decide import decide_dossier
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import Dossier, Part, blank_dossier
from cases.dossier.ticks import next_due
from catalog.dossier import DossierDefinitions, LinkedProcedure
from events.language.case_events import CaseEvent, EventRecord
from events.language.commands import Actor, ActorKind, Tick
from events.language.dossier_commands import (
    ApplyCascade,
    Declaration,
    DossierCommand,
    LinkedApplication,
    RecordEnd,
    RecordResult,
    RevokeResult,
    SubmitDossier,
    WithdrawDossier,
)
from events.language.dossier_messages import Need, ResultReference
from events.language.identity import dossier_id_of
from events.language.refusals import Refusal
from sla.units import Budget, Unit
from tests.builders import MONDAY, a_calendar, a_ladder, text

SYSTEM = Actor(kind=ActorKind.SYSTEM, id="dossiers")
OFFICER = Actor(kind=ActorKind.SUPERVISOR, id="lead")
DOSSIER_ID = dossier_id_of("/portal", "D-1")
AGENCIES = ("culture", "police", "finance", "construction")


def days(amount: int) -> Budget:
    return Budget(amount=amount, unit=Unit.WORKING_DAYS)


def definitions(limits: Mapping[str, Budget]) -> DossierDefinitions:
    """One procedure for each application, of its name and its limit."""
    procedures = {
        name: LinkedProcedure(
            id=name,
            version="1",
            definition_digest="0",
            name=text(name),
            agency=AGENCIES[place % len(AGENCIES)],
            limit=limit,
        )
        for place, (name, limit) in enumerate(limits.items())
    }
    return DossierDefinitions(calendar=a_calendar(), ladder=a_ladder("case"), procedures=procedures)


def an_application(name: str, *needs: str | Need) -> LinkedApplication:
    found = tuple(need if isinstance(need, Need) else Need(name=need) for need in needs)
    return LinkedApplication(name=name, procedure=name, needs=found)


def a_declaration(applications: Iterable[LinkedApplication], **change: Any) -> Declaration:
    given: dict[str, Any] = {
        "dossier_id": "D-1",
        "source": "/portal",
        "subject_ref": "subject-1",
        "lead": "culture",
        "applications": tuple(applications),
    }
    return Declaration.model_validate(given | change)


def a_submission(applications: Iterable[LinkedApplication], at: datetime = MONDAY, **change: Any) -> SubmitDossier:
    declaration = a_declaration(applications, **change)
    return SubmitDossier(command_id="open", received_at=at, actor=SYSTEM, declaration=declaration)


def an_end(name: str, case_id: str, at: datetime) -> RecordEnd:
    """A case of the dossier is granted."""
    return RecordEnd(
        command_id=f"end:{case_id}",
        received_at=at,
        actor=SYSTEM,
        name=name,
        case_id=case_id,
        outcome="issued",
        result_code=f"{name}-KQ(1)",
    )


class Life:
    """A dossier that lives through commands."""

    def __init__(self, limits: Mapping[str, Budget]) -> None:
        self.dossier: Dossier = blank_dossier(DOSSIER_ID, definitions(limits))
        self.records: list[EventRecord] = []
        self._number = 0

    def attempt(self, command: DossierCommand | Tick, now: datetime | None = None) -> list[CaseEvent] | Refusal:
        at = command.due_at if isinstance(command, Tick) else command.received_at
        decided = decide_dossier(self.dossier, command, now or at)
        if isinstance(decided, Refusal):
            return decided
        for record in decided:
            self.dossier = evolve_dossier(self.dossier, record)
            self.records.append(record)
        return [record.event for record in decided]

    def do(self, command: DossierCommand | Tick, now: datetime | None = None) -> list[CaseEvent]:
        decided = self.attempt(command, now)
        assert not isinstance(decided, Refusal), decided
        return decided

    def live_until(self, until: datetime) -> list[CaseEvent]:
        """Let every instant up to this one pass."""
        events: list[CaseEvent] = []
        while (due_at := next_due(self.dossier)) is not None and due_at <= until:
            events.extend(self.do(Tick(due_at=due_at)))
        return events

    def open(self, *applications: LinkedApplication, at: datetime = MONDAY, **change: Any) -> list[CaseEvent]:
        return self.do(a_submission(applications, at, **change))

    def end(self, name: str, at: datetime, outcome: str = "issued", **change: Any) -> list[CaseEvent]:
        return self.do(self.ending(name, at, outcome, **change))

    def ending(self, name: str, at: datetime, outcome: str = "issued", **change: Any) -> RecordEnd:
        part = self.part(name)
        given: dict[str, Any] = {
            "command_id": f"end:{part.case_id}",
            "received_at": at,
            "actor": SYSTEM,
            "name": name,
            "round": part.round,
            "case_id": part.case_id or "case-0",
            "outcome": outcome,
            "result_code": f"{name}-KQ(1)" if outcome == "issued" else None,
        }
        return RecordEnd.model_validate(given | change)

    def revoke(self, name: str, at: datetime) -> list[CaseEvent]:
        return self.do(
            RevokeResult(
                command_id=self._id(), received_at=at, actor=OFFICER, name=name, reason="forged", legal_basis="art. 15"
            )
        )

    def cascade(self, name: str, at: datetime) -> list[CaseEvent]:
        return self.do(
            ApplyCascade(command_id=self._id(), received_at=at, actor=OFFICER, name=name, reason="as previewed")
        )

    def record_result(self, name: str, result: ResultReference, at: datetime) -> list[CaseEvent]:
        return self.do(RecordResult(command_id=self._id(), received_at=at, actor=OFFICER, name=name, result=result))

    def withdraw(self, at: datetime) -> list[CaseEvent]:
        return self.do(WithdrawDossier(command_id=self._id(), received_at=at, actor=OFFICER))

    def part(self, name: str) -> Part:
        return self.dossier.parts[name]

    def of_type(self, name: str) -> list[Any]:
        return [record.event for record in self.records if record.event.type == name]

    def _id(self) -> str:
        self._number += 1
        return f"command-{self._number}"


def in_province(day: int, hour: int = 9) -> datetime:
    """An instant of March 2026, UTC, from the province's clock."""
    return datetime(2026, 3, day, hour, tzinfo=UTC) - timedelta(hours=7)


def midnight_after(day: int) -> datetime:
    """24:00 of a day of March 2026 in the province, UTC: where a limit in days ends."""
    return in_province(day + 1, 0)
