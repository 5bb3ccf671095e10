"""Escalations for programs, and how late something is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from presentation.instants import instant_json
from services.escalations import Escalation
from services.lateness import Delay


def delay_json(delay: Delay | None) -> int | None:
    """Whole working seconds; 0: it is not late. None: the calendar does not reach so far."""
    return 0 if delay is None else delay.seconds


def escalation_json(escalation: Escalation, command: Callable[[Escalation], str]) -> dict[str, Any]:
    """One entry of `escalations --json`. `command`: what acknowledges it at this door."""
    item = escalation.item
    return {
        "case_id": None if item.linked else item.case_id,
        "dossier": item.case_id if item.linked else None,
        "dossier_id": item.dossier_id,
        "dossier_code": item.dossier_code,
        "escalation_id": item.escalation_id,
        "kind": item.kind,
        "clock": item.clock_id,
        "step_id": item.step_id,
        "procedure": item.procedure,
        "department": item.department,
        "holder": item.holder,
        "audience": {"department": escalation.told_department, "role": item.audience},
        "level": item.level,
        "fired_at": instant_json(item.fired_at.astimezone(UTC)),
        "limit_at": item.limit_at and instant_json(item.limit_at.astimezone(UTC)),
        "late_seconds": delay_json(escalation.delay),
        "acknowledged": item.acknowledged,
        "open": item.is_open,
        "acknowledge": command(escalation) if item.is_open else None,
    }
