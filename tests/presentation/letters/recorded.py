"""Cases of the shipped catalogue in the store, as the worker records them: what the sender of alerts reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from cases.decide import CASES
from cases.evolve import evolve
from cases.model import blank
from cases.turn import Turn
from cases.views import view_of, work_of
from events.language.case_events import CaseEvent, EventRecord
from events.language.commands import Command, DocumentPart
from events.language.identity import case_id_of
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import MONDAY, a_submission
from tests.presentation.letters.situations import DAY, KARAOKE, the_catalog


class RecordedCase:
    """A case that lives in the store, turn by turn."""

    def __init__(self, recorder: Recorder, number: int = 1, procedure: str = KARAOKE) -> None:
        self._recorder, self._procedure = recorder, procedure
        self._application = f"A-{number}"
        self.case_id = case_id_of("/portal", self._application)
        self.case = blank(self.case_id, the_catalog().definitions_for(procedure, DAY))
        self.records: list[EventRecord] = []

    def open(self, at: datetime = MONDAY) -> None:
        """Received, complete."""
        documents = tuple(DocumentPart(kind=document.kind) for document in self.case.definitions.procedure.documents)
        self.take(
            at,
            a_submission(at, application_id=self._application, procedure=self._procedure, documents=documents),
        )

    def take(self, at: datetime, *commands: Command) -> list[EventRecord]:
        """One turn at the instant: what fell due, and the commands."""
        turn = CASES.take_turn(self.case, commands, at)
        assert turn is not None
        return self._keep(turn)

    def tell(self, *events: CaseEvent) -> list[EventRecord]:
        """Events that no rule decided, as they stand: of another ladder, or an older version."""
        first = len(self.records) + 1
        at = self.records[-1].decided_at + timedelta(minutes=1)
        proposed = tuple(
            EventRecord(
                case_id=self.case_id, sequence=n, at=at, decided_at=at, command_id=f"tick:{at.isoformat()}", event=event
            )
            for n, event in enumerate(events, first)
        )
        case = self.case
        for record in proposed:
            case = evolve(case, record)
        turn = Turn(
            case_id=self.case_id,
            expected_sequence=first,
            records=proposed,
            outcomes=(),
            view=view_of(case),
            work=work_of(case),
        )
        return self._keep(turn)

    def _keep(self, turn: Turn) -> list[EventRecord]:
        recorded = record_now(self._recorder, turn)
        for record in recorded.records:
            self.case = evolve(self.case, record)
        self.records.extend(recorded.records)
        return list(recorded.records)
