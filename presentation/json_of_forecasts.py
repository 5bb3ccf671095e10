"""The forecast of a dossier for machines: its order, its critical path, and the promise over the whole."""

from __future__ import annotations

from typing import Any

from intake.outline import Forecast
from presentation.instants import instant_json
from wording.text import in_language


def forecast_json(forecast: Forecast, language: str) -> dict[str, Any]:
    """The answer of `dossier plan --json`."""
    graph, planned = forecast.outline.graph, forecast.schedule
    return {
        "ok": True,
        "at": instant_json(forecast.opened_at),
        "order": list(graph.order),
        "edges": [[edge.source, edge.target, edge.kind] for edge in graph.edges],
        "results": [
            {"application": part.name, **need.result.model_dump(mode="json")}
            for part in forecast.outline.file.applications
            for need in part.needs
            if need.result is not None
        ],
        "critical_path": list(forecast.critical_path),
        "promise": planned
        and {"operational_at": instant_json(planned.operational_at), "lawful_day": planned.lawful_day.isoformat()},
        "reason": forecast.unpromised and in_language(forecast.unpromised, language),
        "cap": forecast.cap
        and {
            "operational_at": instant_json(forecast.cap.operational_at),
            "lawful_day": forecast.cap.lawful_day and forecast.cap.lawful_day.isoformat(),
            "kept": forecast.keeps_cap,
        },
        "applications": [_application(forecast, name) for name in graph.order],
    }


def _application(forecast: Forecast, name: str) -> dict[str, Any]:
    planned, procedure = forecast.schedule, forecast.outline.procedures[name]
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
