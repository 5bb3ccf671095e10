"""All that is known of one case, read from its ledger: the same fold that the engine and the auditor use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.evolve import fold
from cases.model import Case, ClockState
from cases.stamp import STAMP, Stamp, stamp_of
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
    data_of,
)
from events.language.refusals import refuse
from greenlane.cli.applicant_texts import texts_of
from greenlane.cli.granting import RefusedError
from greenlane.cli.session import Session
from presentation.instants import instant_json
from services.errors import NotAnsweredError
from wording.text import _


@dataclass(frozen=True)
class Sheet:
    """One case: its fold, its ledger, and what was refused on it."""

    case: Case
    view: CaseView
    records: tuple[EventRecord, ...]
    refusals: list[tuple[datetime, CommandOutcome]]
    """With the real time of the refusal."""
    language: str
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

    def as_json(self) -> dict[str, Any]:
        """The answer of `show --json`."""
        return {
            "ok": True,
            "case": self.view.model_dump(mode="json"),
            "rule": self.rule,
            "stamp": None if self.stamp is None else self._stamp(self.stamp),
            "clocks": [self._clock(clock) for clock in self.case.clocks.values()],
            "steps": [step.model_dump(mode="json") for step in self.case.steps.values()],
            "timeline": [data_of(record) for record in self.records],
            "texts": self.texts,
            "refusals": [self._refusal(at, outcome) for at, outcome in self.refusals],
            "near_misses": [miss.model_dump(mode="json") for miss in self.near_misses],
            "time_shares": [share.model_dump(mode="json") for share in self.time_shares],
        }

    @staticmethod
    def _stamp(stamp: Stamp) -> dict[str, Any]:
        return {"text": STAMP, "lane": stamp.lane, "reason": stamp.reason, "source": stamp.source}

    def _clock(self, clock: ClockState) -> dict[str, Any]:
        due_at, lawful_at = self.due_at(clock), lawful_end_at(clock, self.case.definitions)
        return {
            "id": clock.id,
            "kind": clock.kind,
            "step_id": clock.step_id,
            "budget": clock.clock.budget.model_dump(mode="json"),
            "anchored_at": instant_json(clock.clock.anchored_at),
            "due_at": instant_json(due_at),
            "lawful_end_at": instant_json(lawful_at),
            "status": clock.status,
            "paused": clock.is_paused,
            "set_aside": clock.set_aside,
            "level": clock.level,
            "fired": list(clock.fired),
        }

    def _refusal(self, at: datetime, outcome: CommandOutcome) -> dict[str, Any]:
        refusal = outcome.refusal
        return {
            "at": instant_json(at),
            "command_id": outcome.command_id,
            "code": refusal and refusal.code,
            "field": refusal and refusal.field,
            "message": refusal and refusal.message(self.language),
            "remedy": refusal and refusal.remedy(self.language),
        }


def sheet_of(session: Session, reference: str) -> Sheet:
    """The sheet of the case with this id or dossier code.

    Raises RefusedError for an unknown case, NotAnsweredError for one that was accepted but is not opened yet, StoreError.
    """
    language = session.words.language
    known = session.inbox.find_case(reference)
    if known is None:
        raise RefusedError(refuse("case_unknown", "case"))
    if known.status is None:
        raise NotAnsweredError(
            _("Case {case_id} was accepted, but is not opened yet.", case_id=known.case_id),
            field="case",
            remedy=_("Look again when a worker runs: nothing is lost."),
        )
    definitions, records = session.wiring.intake_records.ledger_of(known.case_id)
    case = fold(known.case_id, definitions, records)
    texts = texts_of(session, records, None if case.application is None else case.application.subject_ref)
    return Sheet(case, view_of(case), records, session.inbox.refusals(known.case_id), language, texts)
