"""A case that lives in a database: the real core, turn by turn, through a real recorder."""

from __future__ import annotations

from datetime import datetime

from cases.decide import CASES
from cases.evolve import evolve
from cases.model import Case, blank
from catalog.model import Definitions
from events.language.commands import Command
from events.language.identity import case_id_of
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import a_submission


class Living:
    """One case, known by the number of its application."""

    def __init__(self, recorder: Recorder, number: int, lasting: Definitions) -> None:
        self.recorder = recorder
        self.application_id = f"A-{number}"
        self.case: Case = blank(case_id_of("/portal", self.application_id), lasting)

    def turn(self, at: datetime, *commands: Command) -> Living:
        """What is due up to the instant, and the commands."""
        taken = CASES.take_turn(self.case, commands, at)
        assert taken is not None
        recorded = record_now(self.recorder, taken)
        assert all(outcome.accepted for outcome in recorded.outcomes), recorded.outcomes
        for record in recorded.records:
            self.case = evolve(self.case, record)
        return self

    def open(self, at: datetime, **change: object) -> Living:
        """The application is handed in."""
        return self.turn(at, a_submission(at, application_id=self.application_id, **change))
