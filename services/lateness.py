"""How late what is late is: each by the calendar on which its own clock runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cases.lateness import Lateness, late_seconds
from cases.turn import WorkItem
from events.language.case_events import ApplicationSubmitted
from events.language.dossier_events import DossierOpened
from services.installation import Installation
from sla.calendar import WorkingCalendar, compiled
from sla.definition import CalendarDefinition
from store.definitions import DefinitionArchive
from store.dossiers import Dossiers


@dataclass(frozen=True, slots=True)
class Delay:
    """How late something is as of one look."""

    late: Lateness
    calendar: WorkingCalendar
    at: datetime
    """The look; business time."""

    @property
    def limit_at(self) -> datetime:
        """The end that passed."""
        return self.late.limit_at

    @property
    def until_at(self) -> datetime:
        """Until when it counts: the look, or when what was late was done."""
        return min(self.at, self.late.ended_at or self.at)

    @property
    def seconds(self) -> int | None:
        """Whole working seconds; None: the calendar does not reach so far."""
        seconds = late_seconds(self.late, self.calendar, self.at)
        return None if seconds is None else int(seconds)


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """A step that waits for its department."""

    item: WorkItem
    delay: Delay | None
    """None: it is not late."""


@dataclass(frozen=True)
class Delays:
    """Makes the delays of one look, at a business instant. Raises StoreError."""

    installation: Installation
    at: datetime
    _of_streams: dict[tuple[str, str], CalendarDefinition] = field(default_factory=dict)

    def of(self, stream_id: str, late: Lateness | None) -> Delay | None:
        """How late something of a case or dossier is; None: it is not."""
        return None if late is None else Delay(late, self._calendar(stream_id, late.calendar), self.at)

    def steps(self, items: Iterable[WorkItem]) -> tuple[WaitingStep, ...]:
        """Steps with how late they are."""
        return tuple(WaitingStep(item, self.of(item.case_id, item.late)) for item in items)

    def _calendar(self, stream_id: str, calendar_id: str) -> WorkingCalendar:
        known = self.installation.catalog.calendars.get(calendar_id)
        if known is None:
            # Of an imported log, which brought a calendar of its own.
            key = (stream_id, calendar_id)
            if key not in self._of_streams:
                self._of_streams[key] = _own_calendar(self.installation, stream_id, calendar_id)
            known = self._of_streams[key]
        return compiled(known)


def _own_calendar(installation: Installation, stream_id: str, calendar_id: str) -> CalendarDefinition:
    first = installation.ledger.records(stream_id)[0].event
    if isinstance(first, DossierOpened):
        return Dossiers(installation.store).definitions(first.definitions_digest).calendar
    if not isinstance(first, ApplicationSubmitted):
        raise TypeError(f"{stream_id} does not begin with its opening")
    return DefinitionArchive(installation.store).definitions(first.definitions_digest).calendars[calendar_id]
