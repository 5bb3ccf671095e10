"""Linked dossiers for programs."""

from __future__ import annotations

from typing import Any

from cases.dossier.ends import joint_ends, verdict_of
from cases.dossier.model import Part
from cases.dossier.release import application_id_of
from cases.model import ClockStatus
from cases.turn import CaseView
from catalog.dossier import EdgeKind
from events.language.case_events import data_of
from events.language.dossier_messages import Need
from presentation.instants import instant_json
from services.dossier_sheets import DossierSheet
from services.dossiers import Cascade


def dossier_json(sheet: DossierSheet) -> dict[str, Any]:
    """The answer of `dossier show --json`."""
    dossier, declaration, closed = sheet.dossier, sheet.dossier.declaration, sheet.closed
    return {
        "ok": True,
        "dossier": dossier.dossier_id,
        "dossier_id": declaration and declaration.dossier_id,
        "template": declaration and declaration.template,
        "lead": dossier.lead,
        "status": "closed" if dossier.is_closed else "in_progress",
        "outcome": dossier.outcome,
        "applications": [application_json(sheet, part) for part in dossier.parts.values()],
        "holder": None if dossier.is_closed else sheet.holder,
        "critical_path": list(dossier.critical_path) if dossier.is_open else [],
        "slack": {n: s.total_seconds() for n in dossier.parts if (s := sheet.slack(n)) is not None},
        "promise": {
            "operational_at": instant_json(dossier.promised_at),
            "lawful_day": dossier.promised_day and dossier.promised_day.isoformat(),
        },
        "joint": _joint(sheet),
        "blame": [share.model_dump(mode="json") for share in sheet.shares],
        "results": [] if closed is None else [result.model_dump(mode="json") for result in closed.results],
        "timeline": [data_of(record) for record in sheet.records],
        "texts": sheet.texts,
    }


def _joint(sheet: DossierSheet) -> dict[str, Any]:
    dossier = sheet.dossier
    ends, verdict = joint_ends(dossier), verdict_of(dossier)
    appointment_at = ends and instant_json(ends.appointment_at)
    is_broken = verdict.state is ClockStatus.BREACHED
    breach = sheet.breach if is_broken else None
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
        "blame": [share.model_dump(mode="json") for share in (() if breach is None else breach.blame)],
    }


def application_json(sheet: DossierSheet, part: Part) -> dict[str, Any]:
    """One application of a dossier."""
    view = sheet.case(part)
    return {
        "id": application_id_of(sheet.dossier, part.name, max(1, part.round)),
        "name": part.name,
        "procedure": part.application.procedure,
        "agency": sheet.dossier.agency(part.name),
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


def cascade_json(cascade: Cascade, name: str, *, is_applied: bool) -> dict[str, Any]:
    """The answer of `dossier cascade --json`."""
    effects = [effect.model_dump(mode="json") for effect in cascade.effects]
    return {"ok": True, "name": name, "applied": is_applied, "effects": effects}
