"""A draft of one command's events on a case. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from cases.evolve import evolve
from cases.model import Case
from cases.stream import StreamDraft
from events.language.case_events import ApplicationSubmitted
from sla.calendar import WorkingCalendar, compiled


class Draft(StreamDraft[Case]):
    """Collects the records that a command yields on a case."""

    opening, evolve = ApplicationSubmitted, staticmethod(evolve)

    def calendar_of(self, calendar_id: str | None) -> WorkingCalendar:
        """The working calendar on which a clock runs that names this one; None: the case's own."""
        return compiled(self.state.definitions.calendar_of(calendar_id))

    @staticmethod
    def utc(at: datetime) -> datetime:
        """The same instant in UTC: as every event has it."""
        return at.astimezone(UTC)
