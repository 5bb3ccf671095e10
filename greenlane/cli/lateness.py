"""How late what is late is, in working time: as a number for programs, in words for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pydantic import TypeAdapter

from cases.lateness import Lateness, late_seconds
from cases.turn import WorkItem
from events.language.case_events import ApplicationSubmitted
from events.language.dossier_events import DossierOpened
from events.language.identity import is_dossier
from greenlane.cli.session import Session
from presentation.amounts import HOUR_SECONDS, MINUTE_SECONDS, in_words, working_said
from sla.calendar import WorkingCalendar, compiled
from sla.definition import CalendarDefinition
from store.definitions import DefinitionArchive
from store.dossiers import Dossiers
from wording.text import LazyText, _, in_language

MOMENT = _("less than a minute")
_INSTANT: Final = TypeAdapter(datetime)
BEYOND = _("beyond the working calendar")


@dataclass
class LateTime:
    """Lateness as of one look, each by the calendar on which its own clock runs."""

    session: Session
    now: datetime
    _of_streams: dict[tuple[str, str], CalendarDefinition] = field(default_factory=dict)

    def seconds(self, stream_id: str, late: Lateness | None) -> int | None:
        """Whole working seconds; 0: it is not late. None: the calendar does not reach so far."""
        if late is None:
            return 0
        found = late_seconds(late, self._calendar(stream_id, late.calendar), self.now)
        return None if found is None else int(found)

    def words(self, stream_id: str, late: Lateness) -> str:
        """How late: `2 working days 3 hours`."""
        calendar = self._calendar(stream_id, late.calendar)
        seconds = late_seconds(late, calendar, self.now)
        if seconds is None:
            said: LazyText | None = BEYOND
        elif late.pauses:
            # With a suspension within, days cannot be counted from one instant to the other.
            hours, rest = divmod(int(seconds), HOUR_SECONDS)
            parts = [(hours, "working_hours"), (rest // MINUTE_SECONDS, "working_minutes")]
            said = in_words([part for part in parts if part[0]])
        else:
            said = working_said(late.limit_at, min(self.now, late.ended_at or self.now), calendar)
        return in_language(said or MOMENT, self.session.words.language)

    def since(self, stream_id: str, late: Lateness) -> str:
        """That it is late, and how late: `late by 2 working days 3 hours`."""
        words = self.session.words
        return words("late", span=self.words(stream_id, late))

    def _calendar(self, stream_id: str, calendar_id: str) -> WorkingCalendar:
        known = self.session.wiring.catalog.calendars.get(calendar_id)
        if known is None:
            # Of an imported log, which brought a calendar of its own.
            key = (stream_id, calendar_id)
            if key not in self._of_streams:
                self._of_streams[key] = _own_calendar(self.session, stream_id, calendar_id)
            known = self._of_streams[key]
        return compiled(known)


def instant_json(at: datetime) -> str:
    """An instant for programs, as the models write it."""
    dumped: str = _INSTANT.dump_python(at.astimezone(UTC), mode="json")
    return dumped


def late_step_json(item: WorkItem, time: LateTime) -> dict[str, object]:
    """A late step for programs."""
    return {
        "case_id": item.case_id,
        "step_id": item.step_id,
        "kind": item.kind,
        "department": item.department,
        "due_at": None if item.late is None else instant_json(item.late.limit_at),
        "late_seconds": time.seconds(item.case_id, item.late),
        "level": item.level,
    }


def _own_calendar(session: Session, stream_id: str, calendar_id: str) -> CalendarDefinition:
    store = session.wiring.store
    first = session.ledger.records(stream_id)[0].event
    if is_dossier(stream_id) and isinstance(first, DossierOpened):
        return Dossiers(store).definitions(first.definitions_digest).calendar
    if not isinstance(first, ApplicationSubmitted):
        raise TypeError(f"{stream_id} does not begin with its opening")
    return DefinitionArchive(store).definitions(first.definitions_digest).calendars[calendar_id]
