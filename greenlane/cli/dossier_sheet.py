"""All that is known of one dossier, read from its stream of the ledger and its cases' rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases.dossier.blame import blame
from cases.dossier.ends import joint_ends, verdict_of
from cases.dossier.evolve import fold_dossier
from cases.dossier.model import Dossier, Part
from cases.dossier.promise import remaining
from cases.dossier.release import application_id_of
from cases.dossier.schedule import Schedule
from cases.model import ClockStatus
from cases.turn import CaseView
from catalog.dossier import EdgeKind
from events.language.case_events import EventRecord, data_of
from events.language.dossier_commands import OwnedTime
from events.language.dossier_events import DossierBreached, DossierClosed, DossierWithdrawn
from events.language.dossier_messages import Need
from events.language.refusals import refuse
from greenlane.cli.applicant_texts import texts_of
from greenlane.cli.granting import RefusedError
from greenlane.cli.session import Session
from presentation.instants import instant_json
from services.errors import NotAnsweredError
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
    texts: dict[str, str] = field(default_factory=dict)
    """What the applicant wrote, by the references that the ledger holds, as far as it may be read."""

    @property
    def withdrawal(self) -> DossierWithdrawn | None:
        """The applicant's own end of it."""
        return next((r.event for r in reversed(self.records) if isinstance(r.event, DossierWithdrawn)), None)

    @property
    def holder(self) -> str | None:
        """Who holds everything up now: the department that has the critical case, as that case says itself."""
        for name in self.dossier.critical_path:
            view = self.case(self.dossier.parts[name])
            if view is not None and view.closed_at is None:
                return view.holder
        return self.dossier.holder

    def case(self, part: Part) -> CaseView | None:
        """The row of the application's latest case; None: it has none yet."""
        return self.cases.get(part.case_id or "")

    @property
    def shares(self) -> tuple[OwnedTime, ...]:
        """Who used the time until now, or until the end; they sum to the dossier's age."""
        closed = self._closed
        return blame(self.dossier, self.now) if closed is None else closed.time_shares

    @property
    def _closed(self) -> DossierClosed | None:
        """The end; None: it is open, or was re-opened."""
        if not self.dossier.is_closed:
            return None
        return next((r.event for r in reversed(self.records) if isinstance(r.event, DossierClosed)), None)

    def slack(self, name: str) -> timedelta | None:
        """By how much working time an unfinished application may end later without moving the end of the whole."""
        return None if self.schedule is None else self.schedule.slack.get(name)

    def as_json(self) -> dict[str, Any]:
        """The answer of `dossier show --json`."""
        dossier, declaration, closed = self.dossier, self.dossier.declaration, self._closed
        return {
            "ok": True,
            "dossier": dossier.dossier_id,
            "dossier_id": declaration and declaration.dossier_id,
            "template": declaration and declaration.template,
            "lead": dossier.lead,
            "status": "closed" if dossier.is_closed else "in_progress",
            "outcome": dossier.outcome,
            "applications": [self._application(part) for part in dossier.parts.values()],
            "holder": None if dossier.is_closed else self.holder,
            "critical_path": list(dossier.critical_path) if dossier.is_open else [],
            "slack": {n: s.total_seconds() for n in dossier.parts if (s := self.slack(n)) is not None},
            "promise": {
                "operational_at": instant_json(dossier.promised_at),
                "lawful_day": dossier.promised_day and dossier.promised_day.isoformat(),
            },
            "joint": self._joint(),
            "blame": [share.model_dump(mode="json") for share in self.shares],
            "results": [] if closed is None else [result.model_dump(mode="json") for result in closed.results],
            "timeline": [data_of(record) for record in self.records],
            "texts": self.texts,
        }

    def _joint(self) -> dict[str, Any]:
        dossier = self.dossier
        ends, verdict = joint_ends(dossier), verdict_of(dossier)
        appointment_at = ends and instant_json(ends.appointment_at)
        is_broken = verdict.state is ClockStatus.BREACHED
        breaches = [r.event for r in self.records if isinstance(r.event, DossierBreached)] if is_broken else []
        return {
            "basis": dossier.basis,
            "due_at": appointment_at,
            "appointment_at": appointment_at,
            # The joint promise is given once: nothing moves its appointment.
            "first_appointment_at": appointment_at,
            "lawful_end_at": ends and instant_json(ends.lawful_end_at),
            "lawful_day": dossier.joint_lawful_day and dossier.joint_lawful_day.isoformat(),
            "state": verdict.state,
            "met_at": instant_json(verdict.met_at),
            "appointment_kept": verdict.appointment_kept,
            "breached": is_broken,
            "kept": verdict.kept,
            "set_aside": dossier.set_aside or dossier.set_asides > 0 or (dossier.breached and not is_broken),
            "fired": list(dossier.fired),
            "acknowledged": list(dossier.acknowledged),
            "blame": [share.model_dump(mode="json") for share in (breaches[-1].blame if breaches else ())],
        }

    def _application(self, part: Part) -> dict[str, Any]:
        view = self.case(part)
        return {
            "id": application_id_of(self.dossier, part.name, max(1, part.round)),
            "name": part.name,
            "procedure": part.application.procedure,
            "agency": self.dossier.agency(part.name),
            "state": part.status,
            "needs": [_need(need) for need in part.needs],
            "released_at": instant_json(part.released_at),
            "ended_at": instant_json(part.ended_at),
            "clock": view and _clock(view),
            "case_id": part.case_id,
            "dossier_code": view and view.dossier_code,
            "result_code": part.result_code,
            "substitute": part.substitute and part.substitute.model_dump(mode="json"),
            "holder": view and view.holder,
            "round": part.round,
            "reason": part.reason,
            "reason_code": part.reason_code or (part.refusal and part.refusal.code),
            "causes": [cause.model_dump(mode="json") for cause in part.troubles],
        }


def _need(need: Need) -> Any:
    """A need as a dossier file writes it."""
    if need.result is not None:
        return {"result": need.result.model_dump(mode="json")}
    return need.name if need.kind is EdgeKind.HARD else {"name": need.name, "kind": need.kind}


def _clock(view: CaseView) -> dict[str, Any]:
    return {
        "due_at": instant_json(view.statutory_due_at),
        "lawful_day": view.statutory_lawful_day and view.statutory_lawful_day.isoformat(),
        "state": view.promises.statutory and view.promises.statutory.state,
        "green_due_at": instant_json(view.green_due_at),
    }


def dossier_sheet_of(session: Session, reference: str) -> DossierSheet:
    """The sheet of the dossier with this stream id, or with this id of its source's.

    Raises RefusedError for an unknown dossier, NotAnsweredError for one that was accepted but is not opened yet, StoreError.
    """
    streams = Dossiers(session.wiring.store)
    known = streams.find(reference)
    if known is None:
        if session.inbox.opening(reference) is not None:
            raise NotAnsweredError(
                _("Dossier {reference} was accepted, but is not opened yet.", reference=reference),
                field="dossier",
                remedy=_("Look again when a worker runs: nothing is lost."),
            )
        raise RefusedError(refuse("dossier_unknown", "dossier"))
    try:
        definitions, records = streams.stream(known.stream_id)
    except DefinitionsUnknown as error:
        raise RefusedError(refuse("dossier_unknown", "dossier")) from error
    dossier = fold_dossier(known.stream_id, definitions, records)
    now = session.wiring.business_time_now()
    plan = remaining(dossier, now) if dossier.is_open else None
    texts = texts_of(session, records, None if dossier.declaration is None else dossier.declaration.subject_ref)
    return DossierSheet(dossier, records, streams.case_views(known.stream_id), plan, now, texts)
