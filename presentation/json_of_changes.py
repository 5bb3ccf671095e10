"""Changes of the rules under open cases, for machines."""

from __future__ import annotations

from typing import Any, Final

from cases.plans import PlannedChange
from presentation.instants import instant_json
from services.change_previews import ChangePreview, Target, Unreachable
from services.change_telling import Telling
from services.changes import kind_of
from wording.text import in_language

REASONS: Final = ("earlier", "uncovered", "later", "covered", "waits")


def counts_of(preview: ChangePreview) -> dict[str, int]:
    """How many cases and clocks change, and how many for which reason."""
    reasons = [change.reason for change in preview.changes]
    return {
        "cases": len({change.case_id for change in preview.changes}),
        "clocks": sum(reason != "waits" for reason in reasons),
        **{reason: reasons.count(reason) for reason in REASONS},
    }


def change_run_json(
    target: Target, run: dict[str, Any], preview: ChangePreview, telling: Telling, language: str
) -> dict[str, Any]:
    """The answer of `calendar apply --json` and `procedure migrate --json`; `run`: what was done about it."""
    return {
        "ok": True,
        "kind": kind_of(target),
        "id": target.id,
        "version": target.version,
        "digest": target.digest,
        **run,
        **counts_of(preview),
        "changes": [_change_json(change) for change in preview.changes],
        "refused": [
            {
                "case_id": one.case_id,
                "code": one.refusal.code,
                "field": one.refusal.field,
                "message": one.refusal.message(language),
            }
            for one in preview.refused
        ],
        "unreachable": [_missed_json(missed, language) for missed in preview.unreachable],
        "untold": [_missed_json(missed, language) for missed in telling.untold],
    }


def _missed_json(missed: Unreachable, language: str) -> dict[str, Any]:
    return {"case_id": missed.case_id, "code": missed.code, "message": in_language(missed.message, language)}


def _change_json(change: PlannedChange) -> dict[str, Any]:
    return {
        "case_id": change.case_id,
        "clock": change.clock_id,
        "kind": change.kind,
        "step_id": change.step_id,
        "former_due_at": instant_json(change.former_due_at),
        "due_at": instant_json(change.due_at),
        "reason": change.reason,
    }
