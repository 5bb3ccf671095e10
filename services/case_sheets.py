"""All that is known of one case, read from its ledger: the same fold that the engine and the auditor use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cases.decide import fold
from cases.model import Case, ClockState
from cases.stamp import Stamp, stamp_of
from cases.timetable import appointment_at, end_at, lawful_end_at
from cases.turn import CaseView, CommandOutcome
from cases.views import view_of
from events.language.case_events import (
    ApplicationClassified,
    CaseClosed,
    EventRecord,
    GreenPromiseDeclined,
    NearMiss,
    TimeShare,
)
from events.language.refusals import Refusal, refuse
from services.applicant_texts import texts_of
from services.errors import NotAnsweredError
from services.installation import Installation
from services.recording_reads import Reader, record_read
from wording.text import _

LOOK_AGAIN = _("Look again when a worker runs: nothing is lost.")


@dataclass(frozen=True)
class CaseSheet:
    """One case: its fold, its ledger, and what was refused on it."""

    case: Case
    view: CaseView
    records: tuple[EventRecord, ...]
    refusals: list[tuple[datetime, CommandOutcome]]
    """With the real time of the refusal."""
    texts: dict[str, str] = field(default_factory=dict)
    """What the applicant wrote, by the references that the ledger holds, as far as it may be read."""

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """What each lane that did not match lacked."""
        found = [r.event for r in self.records if isinstance(r.event, ApplicationClassified)]
        return found[-1].near_misses if found else ()

    @property
    def rule(self) -> str | None:
        """The rule by which the lane was given."""
        return next((r.event.rule for r in self.records if isinstance(r.event, ApplicationClassified)), None)

    @property
    def stamp(self) -> Stamp | None:
        """The stamp of a green case with its reason; None in the standard lane."""
        return stamp_of(self.case, self.records)

    @property
    def declined(self) -> GreenPromiseDeclined | None:
        """Why the lane gives no promise, where it gives none."""
        return next((r.event for r in reversed(self.records) if isinstance(r.event, GreenPromiseDeclined)), None)

    @property
    def time_shares(self) -> tuple[TimeShare, ...]:
        """Who used the time; empty while the case is open."""
        return next((r.event.time_shares for r in self.records if isinstance(r.event, CaseClosed)), ())

    def due_at(self, clock: ClockState) -> datetime | None:
        """The appointment of a clock, or its only end; None while it stands still."""
        return appointment_at(clock, self.case.definitions)

    def end_at(self, clock: ClockState) -> datetime | None:
        """The end whose passing is a breach; None while it stands still."""
        return end_at(clock, self.case.definitions)

    def lawful_end_at(self, clock: ClockState) -> datetime | None:
        """The end by the law; None while it stands still, and where the law has none."""
        return lawful_end_at(clock, self.case.definitions)


def read_case(installation: Installation, reader: Reader, reference: str) -> CaseSheet | Refusal:
    """The case with this id or dossier code; the read is on record.

    Raises NotAnsweredError for one that was accepted but is not opened yet, StoreError.
    """
    known = installation.inbox.find_case(reference)
    if known is None:
        return refuse("case_unknown", "case")
    if known.status is None:
        message = _("Case {case_id} was accepted, but is not opened yet.", case_id=known.case_id)
        raise NotAnsweredError(message, field="case", remedy=LOOK_AGAIN)
    definitions, records = installation.intake_records.ledger_of(known.case_id)
    case = fold(known.case_id, definitions, records)
    texts = texts_of(installation, records)
    sheet = CaseSheet(case, view_of(case), records, installation.inbox.refusals(known.case_id), texts)
    record_read(installation, reader, case_id=known.case_id)
    return sheet
