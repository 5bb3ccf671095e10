"""What a dossier would come to, without any server: its order, its critical path, and the promise over the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cases.dossier.graph import Graph, GraphFault, graph_of
from cases.dossier.schedule import Limit, Schedule, nominal_path, schedule
from catalog.catalogue import Catalog
from catalog.errors import NotInForce, UnknownProcedure, UnknownTemplate
from catalog.model import ProcedureVersion
from events.language.dossier_messages import DossierFile
from events.language.refusals import refuse
from greenlane.cli.dossier_files import DossierRefusedError, refused
from greenlane.province import PROVINCE_CALENDAR
from intake.declaration import filled
from presentation.instants import instant_json
from sla.calendar import compiled
from sla.deadline import Due, due
from sla.errors import CalendarRangeError
from wording.text import in_language, sentences


@dataclass(frozen=True)
class Plan:
    """A dossier's graph laid on the calendar; without a schedule where the calendar or the law does not reach."""

    file: DossierFile
    graph: Graph
    procedures: dict[str, ProcedureVersion]
    """By application."""
    at: datetime
    schedule: Schedule | None
    critical_path: tuple[str, ...]
    reason: str | None
    cap: Due | None

    def as_json(self) -> dict[str, Any]:
        """The answer of `dossier plan --json`."""
        found = self.schedule
        promise = found and {
            "operational_at": instant_json(found.operational_at),
            "lawful_day": found.lawful_day.isoformat(),
        }
        return {
            "ok": True,
            "at": instant_json(self.at),
            "order": list(self.graph.order),
            "edges": [[edge.source, edge.target, edge.kind] for edge in self.graph.edges],
            "results": self._results(),
            "critical_path": list(self.critical_path),
            "promise": promise,
            "reason": self.reason,
            "cap": self.cap
            and {
                "operational_at": instant_json(self.cap.operational_at),
                "lawful_day": self.cap.lawful_day and self.cap.lawful_day.isoformat(),
                "kept": found is not None and found.operational_at <= self.cap.operational_at,
            },
            "applications": [self._application(name) for name in self.graph.order],
        }

    def _results(self) -> list[dict[str, Any]]:
        return [
            {"application": part.name, **need.result.model_dump(mode="json")}
            for part in self.file.applications
            for need in part.needs
            if need.result is not None
        ]

    def _application(self, name: str) -> dict[str, Any]:
        entry = self.schedule and self.schedule.planned.get(name)
        procedure = self.procedures[name]
        return {
            "name": name,
            "procedure": procedure.id,
            "agency": procedure.agency,
            "starts_at": entry and instant_json(entry.starts_at),
            "due_at": entry and instant_json(entry.ends_at),
            "lawful_day": entry and entry.lawful_day and entry.lawful_day.isoformat(),
            "slack_seconds": self.schedule and self.schedule.slack[name].total_seconds(),
        }


def plan_of(file: DossierFile, catalog: Catalog, at: datetime, language: str) -> Plan:
    """Lay a dossier on the calendar. Raises DossierRefusedError that names the circle or the reference."""
    local = at.astimezone(ZoneInfo(catalog.calendar(PROVINCE_CALENDAR).zone))
    if file.template is not None:
        try:
            file = filled(file, catalog.template(file.template, local.date()))
        except UnknownTemplate as error:
            near = ", ".join(error.suggestions) or "-"
            refusal = refuse("template_unknown", "template", template=file.template or "", near=near)
            raise refused(refusal, file.template or "", language) from None
    graph = graph_of(file.applications)
    if isinstance(graph, GraphFault):
        raise DossierRefusedError(graph, language)
    _refuse_invalid_results(file, local, language)
    procedures, missing = _procedures(file, catalog, local, language)
    limits = {name: Limit(version.limit, version.after_hours) for name, version in procedures.items()}
    calendar = compiled(catalog.calendar(PROVINCE_CALENDAR))
    reason, found, cap = missing, None, None
    if reason is None:
        try:
            found = schedule(graph, limits, local, calendar)
        except CalendarRangeError as error:
            reason = in_language(sentences(error.reason, error.remedy), language)
        try:
            cap = None if file.cap is None else due(file.cap, local, calendar, file.after_hours)
        except CalendarRangeError:
            cap = None
    path = nominal_path(graph, limits) if found is None else found.critical_path
    return Plan(file, graph, procedures, local, found, path, reason, cap)


def _refuse_invalid_results(file: DossierFile, at: datetime, language: str) -> None:
    for part in file.applications:
        for need in part.needs:
            result = need.result
            if result is not None and need.kind == "hard" and not result.valid_on(at.date()):
                refusal = refuse(
                    "result_invalid",
                    "applications.needs.result",
                    number=result.number,
                    application=part.name,
                    day=str(at.date()),
                    issued_on=str(result.issued_on),
                    valid_until=str(result.valid_until or "-"),
                )
                raise refused(refusal, result.number, language)


def _procedures(
    file: DossierFile, catalog: Catalog, at: datetime, language: str
) -> tuple[dict[str, ProcedureVersion], str | None]:
    """The version of each application's procedure; with why there is no promise, where one is not in force."""
    found: dict[str, ProcedureVersion] = {}
    reason: str | None = None
    for part in file.applications:
        try:
            found[part.name] = catalog.procedure(part.procedure, at.date())
        except UnknownProcedure as error:
            near = ", ".join(error.suggestions) or "-"
            refusal = refuse("procedure_unknown", "applications.procedure", procedure=part.procedure, near=near)
            raise refused(refusal, part.procedure, language) from None
        except NotInForce as error:
            # The graph is sound whatever the day; there is only no law yet, or none any more, to promise by.
            reason = reason or in_language(sentences(error.message, error.remedy), language)
            versions: Sequence[ProcedureVersion] = catalog.procedures[part.procedure]
            found[part.name] = versions[0]
    return found, reason
