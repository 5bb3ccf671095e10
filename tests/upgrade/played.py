"""Lives played turn by turn through a real recorder, as a worker plays them: what they leave behind becomes a fixture."""

from __future__ import annotations

from datetime import datetime

from activities.record import TurnRecorder
from cases.decide import CASES
from cases.dossier.decide import DOSSIERS
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import Dossier, blank_dossier
from cases.dossier.ticks import next_due as dossier_next_due
from cases.evolve import evolve
from cases.model import Case, blank
from cases.timetable import next_due
from catalog.dossier import DossierDefinitions
from catalog.model import Definitions
from events.language.commands import Command, SubmitApplication
from events.language.dossier_commands import DossierCommand, RecordEnd
from events.language.identity import case_id_of, dossier_id_of
from events.language.refusals import Refusal
from tests.blocking import record_now
from tests.builders import APPLICANT, MONDAY, an_application

SOURCE = "/portal"


class PlayedCase:
    """One case; `name` is its application's number."""

    def __init__(self, recorder: TurnRecorder, name: str, definitions: Definitions) -> None:
        self.recorder, self.name, self.definitions = recorder, name, definitions
        self.case: Case = blank(case_id_of(SOURCE, name), definitions)
        self.settled: dict[str, Refusal | None] = {}

    @property
    def stream_id(self) -> str:
        return self.case.case_id

    def open(self, at: datetime = MONDAY, **change: object) -> None:
        given: dict[str, object] = {"application_id": self.name, "source": SOURCE} | change
        application = an_application(**given)
        self.take(
            SubmitApplication(
                command_id=f"{SOURCE}:{self.name}", received_at=at, actor=APPLICANT, application=application
            )
        )

    def take(self, *commands: Command, now: datetime | None = None, refused: bool = False) -> None:
        """One turn; unless told so, nothing is refused."""
        turn = CASES.take_turn(self.case, commands, now or max(command.received_at for command in commands))
        assert turn is not None
        standing = record_now(self.recorder, turn)
        assert refused == any(outcome.refusal for outcome in standing.outcomes), standing.outcomes
        self.settled.update({outcome.command_id: outcome.refusal for outcome in standing.outcomes})
        for record in standing.records:
            self.case = evolve(self.case, record)

    def live_until(self, until: datetime) -> None:
        """Let every instant up to this one pass, each when it falls due."""
        while (due_at := next_due(self.case)) is not None and due_at <= until:
            self.take(now=due_at)


class PlayedDossier:
    """One dossier, and its applications' ends as their cases tell them."""

    def __init__(self, recorder: TurnRecorder, name: str, definitions: DossierDefinitions) -> None:
        self.recorder, self.name, self.definitions = recorder, name, definitions
        self.dossier: Dossier = blank_dossier(dossier_id_of(SOURCE, name), definitions)
        self.settled: dict[str, Refusal | None] = {}

    @property
    def stream_id(self) -> str:
        return self.dossier.dossier_id

    def take(self, *commands: DossierCommand, now: datetime | None = None) -> None:
        """One turn; nothing is refused."""
        turn = DOSSIERS.take_turn(self.dossier, commands, now or max(command.received_at for command in commands))
        assert turn is not None
        standing = record_now(self.recorder, turn)
        assert not any(outcome.refusal for outcome in standing.outcomes), standing.outcomes
        self.settled.update({outcome.command_id: outcome.refusal for outcome in standing.outcomes})
        for record in standing.records:
            self.dossier = evolve_dossier(self.dossier, record)

    def live_until(self, until: datetime) -> None:
        """Let every instant up to this one pass."""
        while (due_at := dossier_next_due(self.dossier)) is not None and due_at <= until:
            self.take(now=due_at)

    def end(self, name: str, at: datetime, outcome: str = "issued", **change: object) -> None:
        part = self.dossier.parts[name]
        given: dict[str, object] = {
            "command_id": f"end:{part.case_id}",
            "received_at": at,
            "actor": {"kind": "system", "id": "dossiers"},
            "name": name,
            "round": part.round,
            "case_id": part.case_id,
            "outcome": outcome,
            "result_code": f"{name}-KQ(1)" if outcome == "issued" else None,
        }
        self.take(RecordEnd.model_validate(given | change))
