"""All that is known of one linked dossier, read from its stream of the ledger and its cases' rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.dossier.blame import blame
from cases.dossier.decide import fold_dossier
from cases.dossier.model import Dossier, Part
from cases.dossier.promise import held_up_by, remaining
from cases.dossier.schedule import Schedule
from cases.turn import CaseView
from events.language.case_events import EventRecord
from events.language.dossier_commands import OwnedTime
from events.language.dossier_events import DossierBreached, DossierClosed, DossierWithdrawn
from events.language.refusals import Refusal, refuse
from services.applicant_texts import texts_of
from services.case_sheets import LOOK_AGAIN
from services.errors import NotAnsweredError
from services.installation import Installation
from services.recording_reads import Reader, record_read
from store.dossiers import Dossiers
from store.errors import DefinitionsUnknown
from wording.text import _


@dataclass(frozen=True)
class DossierSheet:
    """One dossier: its fold, its stream, its cases, and the remaining graph on the calendar."""

    dossier: Dossier
    records: tuple[EventRecord, ...]
    cases: dict[str, CaseView]
    """By case."""
    schedule: Schedule | None
    now: datetime
    """The look; business time."""
    texts: dict[str, str] = field(default_factory=dict)
    """What the applicant wrote, by the references that the ledger holds, as far as it may be read."""

    @property
    def withdrawal(self) -> DossierWithdrawn | None:
        """The applicant's own end of it."""
        return next((r.event for r in reversed(self.records) if isinstance(r.event, DossierWithdrawn)), None)

    @property
    def holder(self) -> str | None:
        """Who holds everything up now: the department that has the critical case, as that case says itself."""
        return held_up_by(self.dossier, {case_id: v.holder for case_id, v in self.cases.items() if v.closed_at is None})

    def case(self, part: Part) -> CaseView | None:
        """The row of the application's latest case; None: it has none yet."""
        return self.cases.get(part.case_id or "")

    @property
    def shares(self) -> tuple[OwnedTime, ...]:
        """Who used the time until now, or until the end; they sum to the dossier's age."""
        closed = self.closed
        return blame(self.dossier, self.now) if closed is None else closed.time_shares

    @property
    def closed(self) -> DossierClosed | None:
        """The end; None: it is open, or was re-opened."""
        if not self.dossier.is_closed:
            return None
        return next((r.event for r in reversed(self.records) if isinstance(r.event, DossierClosed)), None)

    @property
    def breach(self) -> DossierBreached | None:
        """The last breach of the joint promise on record; it may have been set aside since."""
        return next((r.event for r in reversed(self.records) if isinstance(r.event, DossierBreached)), None)

    def slack(self, name: str) -> timedelta | None:
        """By how much working time an unfinished application may end later without moving the end of the whole."""
        return None if self.schedule is None else self.schedule.slack.get(name)


def read_dossier(
    installation: Installation, reader: Reader, reference: str, *, now: datetime
) -> DossierSheet | Refusal:
    """The dossier with this stream id, or with this id of its source's; the read is on record.

    Raises NotAnsweredError for one that was accepted but is not opened yet, StoreError.
    """
    streams = Dossiers(installation.store)
    known = streams.find(reference)
    if known is None:
        if installation.inbox.opening(reference) is None:
            return refuse("dossier_unknown", "dossier")
        message = _("Dossier {reference} was accepted, but is not opened yet.", reference=reference)
        raise NotAnsweredError(message, field="dossier", remedy=LOOK_AGAIN)
    try:
        definitions, records = streams.stream(known.stream_id)
    except DefinitionsUnknown:
        return refuse("dossier_unknown", "dossier")
    dossier = fold_dossier(known.stream_id, definitions, records)
    at = installation.business(now)
    schedule = remaining(dossier, at) if dossier.is_open else None
    texts = texts_of(installation, records)
    sheet = DossierSheet(dossier, records, streams.case_views(known.stream_id), schedule, at, texts)
    record_read(installation, reader, case_id=known.stream_id)
    return sheet
