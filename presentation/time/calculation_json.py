"""The deadline calculator's answer, for machines."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cases.calculator import Answer, FiringRung, Promised
from cases.slack import StepShare
from cases.timetable import has_two_ends
from catalog.catalogue import Catalog
from presentation.instants import instant_json
from presentation.sources import source_json
from presentation.time.reasons import moments_of, sentence_of
from sla.calendar import WorkingCalendar, compiled
from sla.units import Budget


def calculation_json(answer: Answer, language: str, catalog: Catalog | None = None) -> dict[str, Any]:
    """The answer of `due --json`."""
    procedure, calendar = answer.definitions.procedure, answer.definitions.calendar
    moments = moments_of(answer, language, catalog)
    clock = "statutory" if answer.green is None else "green"
    return {
        "procedure": procedure.id,
        "version": procedure.version,
        "lane": answer.lane.value,
        "at": instant_json(answer.at),
        "calendar": {"id": calendar.id, "version": calendar.version, "digest": calendar.digest},
        "pauses": [
            {"from_at": _iso(p.from_at, moments.zone), "until_at": _iso(p.until_at, moments.zone)}
            for p in answer.suspensions
        ],
        "promises": {
            "statutory": _told_json(answer.statutory, compiled(calendar)),
            "green": None if answer.green is None else _told_json(answer.green, compiled(calendar)),
        },
        "statutory": _promise_json(answer.statutory),
        "green": None if answer.green is None else _promise_json(answer.green),
        "rungs": [{"share": r.rung.percent, **_rung_json(r, clock)} for r in answer.rungs],
        "escalations": [{"delay": _budget_json(r.rung.delay), **_rung_json(r, clock)} for r in answer.escalations],
        "steps": [_step_json(share) for share in answer.steps],
        "reasons": [
            {"rule": reason.rule, "text": sentence_of(reason, moments), "source": source_json(reason.source)}
            for reason in answer.reasons
        ],
    }


def _promise_json(promised: Promised) -> dict[str, Any]:
    end = promised.due
    return {
        "operational_at": instant_json(end.operational_at),
        "lawful_day": end.lawful_day and end.lawful_day.isoformat(),
        "lawful_end_at": instant_json(end.lawful_end_at),
        "budget": _budget_json(promised.clock.budget),
    }


def _told_json(promised: Promised, calendar: WorkingCalendar) -> dict[str, Any]:
    """The promise as a case would show it; what only a case can know of it is null."""
    clock, end = promised.clock, promised.due
    first = clock.model_copy(update={"suspensions": ()}).due(calendar) or end
    lawful_at = end.lawful_end_at if has_two_ends("statutory", clock.budget) else None
    return {
        "appointment_at": instant_json(end.operational_at),
        "first_appointment_at": instant_json(first.operational_at),
        "lawful_end_at": instant_json(lawful_at),
        "state": None,
        "set_aside": False,
        "met_at": None,
        "appointment_kept": None,
    }


def _rung_json(firing: FiringRung, clock: str) -> dict[str, Any]:
    rung = firing.rung
    return {
        "at": instant_json(firing.at),
        "id": rung.id,
        "clock": clock,
        "kind": rung.kind,
        "level": rung.level,
        "audience": rung.audience,
    }


def _step_json(share: StepShare) -> dict[str, Any]:
    return {
        "id": share.step.id,
        "department": share.step.department,
        "needs": list(share.step.needs),
        "budget": _budget_json(share.budget),
        "slack_seconds": round(share.slack.total_seconds()),
        "critical": share.is_critical,
    }


def _budget_json(budget: Budget | None) -> dict[str, Any] | None:
    return None if budget is None else {"amount": budget.amount, "unit": budget.unit.value}


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat()
