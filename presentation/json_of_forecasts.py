"""The forecast of a dossier for machines: its order, its critical path, and the promise over the whole."""

from __future__ import annotations

from typing import Any

from intake.outline import Forecast
from presentation.instants import instant_json
from wording.text import in_language


def forecast_json(found: Forecast, language: str) -> dict[str, Any]:
    """The answer of `dossier plan --json`."""
    graph, planned = found.outline.graph, found.schedule
    return {
        "ok": True,
        "at": instant_json(found.opened_at),
        "order": list(graph.order),
        "edges": [[edge.source, edge.target, edge.kind] for edge in graph.edges],
        "results": [
            {"application": part.name, **need.result.model_dump(mode="json")}
            for part in found.outline.file.applications
            for need in part.needs
            if need.result is not None
        ],
        "critical_path": list(found.critical_path),
        "promise": planned
        and {"operational_at": instant_json(planned.operational_at), "lawful_day": planned.lawful_day.isoformat()},
        "reason": found.unpromised and in_language(found.unpromised, language),
        "cap": found.cap
        and {
            "operational_at": instant_json(found.cap.operational_at),
            "lawful_day": found.cap.lawful_day and found.cap.lawful_day.isoformat(),
            "kept": found.keeps_cap,
        },
        "applications": [_application(found, name) for name in graph.order],
    }


def _application(found: Forecast, name: str) -> dict[str, Any]:
    planned, procedure = found.schedule, found.outline.procedures[name]
    entry = planned and planned.planned.get(name)
    return {
        "name": name,
        "procedure": procedure.id,
        "agency": procedure.agency,
        "starts_at": entry and instant_json(entry.starts_at),
        "due_at": entry and instant_json(entry.ends_at),
        "lawful_day": entry and entry.lawful_day and entry.lawful_day.isoformat(),
        "slack_seconds": planned and planned.slack[name].total_seconds(),
    }
