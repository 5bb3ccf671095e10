"""What the intake needs from the store and the catalogue. Calls are short and block: the intake runs them in threads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Protocol

from cases.turn import CommandOutcome
from catalog.model import Definitions, LaneTable
from events.language.case_events import EventRecord
from events.language.commands import SubmitApplication
from events.language.refusals import Refusal
from intake.person import Parted

Acceptance = Literal["new", "unopened", "opened", "conflict"]
"""First seen; seen, but its case has not recorded anything yet; seen and open or closed; seen with other content."""


class Register(Protocol):
    """The inbox, the vault and the ledger, as the intake sees them. Every method may raise a retryable store error."""

    def accept(self, submission: Parted, opening: SubmitApplication, definitions: Definitions) -> Acceptance:
        """Put the person away and remember the submission, in one transaction; idempotent."""
        ...

    def opening_of(self, case_id: str) -> tuple[SubmitApplication, Definitions] | None:
        """What starts a case that was accepted but never opened; None: no such submission, or it was opened."""
        ...

    def find(self, reference: str) -> tuple[str, bool] | None:
        """Case id and whether it is closed, by case id or dossier code; None: no such case."""
        ...

    def outcome_of(self, case_id: str, command_id: str) -> CommandOutcome | None:
        """How a command ended, if it was settled."""
        ...

    def refuse(self, case_id: str, command_id: str, refusal: Refusal, department: str | None, at: datetime) -> None:
        """Settle a command that no case can take; with a department, tell it on its work topic. Idempotent."""
        ...

    def ledger_of(self, case_id: str) -> tuple[Definitions, list[EventRecord]]:
        """A case's definitions and its whole ledger."""
        ...

    def unopened(self, older_than_seconds: float) -> list[str]:
        """Cases that were accepted but have recorded nothing for so long: their start may have been lost."""
        ...

    def derived_procedure(self, procedure_id: str, received_day: date) -> Definitions | None:
        """Definitions of a procedure derived from an imported log."""
        ...


class Definer(Protocol):
    """The catalogue, as the intake sees it."""

    def definitions_for(self, procedure_id: str, received_day: date) -> Definitions:
        """What a case received on that day is decided under. Raises the catalogue's errors."""
        ...

    def lane_table(self, on: date) -> LaneTable:
        """The decision table of the lanes in force on that day."""
        ...
