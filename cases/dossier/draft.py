"""A draft of one command's events on a dossier: each is evolved at once, so that the next rule sees what the last did."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import Dossier
from events.language.case_events import EscalationAcknowledged, EventRecord
from events.language.commands import Actor
from events.language.dossier_events import DossierEvent, DossierOpened
from sla.calendar import WorkingCalendar, compiled


class DossierDraft:
    """Collects the records that a command yields. `at`: when they count; `now`: when they are decided (both UTC)."""

    def __init__(self, dossier: Dossier, *, at: datetime, now: datetime, command_id: str, actor: Actor) -> None:
        self.dossier = dossier
        self.actor = actor
        self.at = at
        self.now = now
        self.command_id = command_id
        self.records: list[EventRecord] = []

    @property
    def is_opening(self) -> bool:
        """Whether these are the first events of a dossier."""
        return bool(self.records) and isinstance(self.records[0].event, DossierOpened)

    @property
    def calendar(self) -> WorkingCalendar:
        """The working calendar that the dossier runs under."""
        return compiled(self.dossier.definitions.calendar)

    @property
    def day(self) -> date:
        """The province's calendar day."""
        return self.at.astimezone(ZoneInfo(self.dossier.definitions.calendar.zone)).date()

    def emit(self, event: DossierEvent | EscalationAcknowledged) -> None:
        """Append an event and let the dossier evolve on it."""
        record = EventRecord(
            case_id=self.dossier.dossier_id,
            sequence=self.dossier.sequence + 1,
            at=self.at,
            decided_at=self.now,
            command_id=self.command_id,
            actor=self.actor,
            event=event,
        )
        self.records.append(record)
        self.dossier = evolve_dossier(self.dossier, record)
