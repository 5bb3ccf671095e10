"""A draft of one command's events: each is evolved at once, so that the next rule sees what the last one did. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from cases.evolve import evolve
from cases.model import Case
from events.language.case_events import ApplicationSubmitted, CaseEvent, EventRecord
from events.language.commands import Actor
from sla.calendar import WorkingCalendar, compiled


class Draft:
    """Collects the records that a command yields on a case.

    `at` is the business instant at which they count, `now` the one at which they are decided (both UTC).
    """

    def __init__(self, case: Case, *, at: datetime, now: datetime, command_id: str, actor: Actor) -> None:
        self.case = case
        self.actor = actor
        self.at = at
        self.now = now
        self.command_id = command_id
        self.records: list[EventRecord] = []

    @property
    def is_opening(self) -> bool:
        """Whether these are the first events of a case: somebody can still be told to come again."""
        return bool(self.records) and isinstance(self.records[0].event, ApplicationSubmitted)

    @property
    def calendar(self) -> WorkingCalendar:
        """The working calendar that the case runs under."""
        return compiled(self.case.definitions.calendar)

    def calendar_of(self, calendar_id: str | None) -> WorkingCalendar:
        """The working calendar on which a clock runs that names this one; None: the case's own."""
        return compiled(self.case.definitions.calendar_of(calendar_id))

    @staticmethod
    def utc(at: datetime) -> datetime:
        """The same instant in UTC: as every event has it."""
        return at.astimezone(UTC)

    def emit(self, event: CaseEvent) -> None:
        """Append an event and let the case evolve on it."""
        record = EventRecord(
            case_id=self.case.case_id,
            sequence=self.case.sequence + 1,
            at=self.at,
            decided_at=self.now,
            command_id=self.command_id,
            actor=self.actor,
            event=event,
        )
        self.records.append(record)
        self.case = evolve(self.case, record)
