"""What a dossier file comes to before it is opened: its law, its order, and its promise on the calendar. Pure.

Opening begins with the same outline, so a preview says what the opening then does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cases.dossier.graph import Graph, GraphFault, graph_of
from cases.dossier.results import refusal_of_results
from cases.dossier.schedule import Limit, Schedule, nominal_path, schedule
from catalog.catalogue import Catalog
from catalog.dossier import DossierTemplate
from catalog.errors import NotInForce, UnknownProcedure, UnknownTemplate
from catalog.model import ProcedureVersion
from events.language.dossier_messages import DossierFile
from events.language.refusals import refuse
from intake.declaration import filled
from sla.calendar import compiled
from sla.deadline import Due, due
from sla.errors import CalendarRangeError
from wording.text import sentences


@dataclass(frozen=True, slots=True)
class Outline:
    """A dossier file understood: its graph, its law, its lead."""

    file: DossierFile
    """With what its template says where it is silent."""
    template: DossierTemplate | None
    graph: Graph
    procedures: Mapping[str, ProcedureVersion]
    """By application; where none is in force on the day, the earliest version."""
    lead: str
    lawless: NotInForce | None
    """Why the day has no law for one of the applications: it can be drawn, but not opened."""

    @property
    def limits(self) -> dict[str, Limit]:
        """How long each application may take."""
        return {name: Limit.of(version) for name, version in self.procedures.items()}


@dataclass(frozen=True, slots=True)
class Forecast:
    """An outline laid on the calendar, as if it were opened at an instant."""

    outline: Outline
    opened_at: datetime
    """In the province's zone."""
    schedule: Schedule | None
    """None: the calendar or the law does not reach."""
    critical_path: tuple[str, ...]
    cap: Due | None
    """When the joint limit ends, where there is one."""
    unpromised: str | None
    """Why there is no schedule, in both languages."""

    @property
    def keeps_cap(self) -> bool:
        """Whether the whole ends within the joint limit, as it is planned."""
        return (
            self.schedule is not None
            and self.cap is not None
            and self.schedule.operational_at <= self.cap.operational_at
        )


def outline_of(file: DossierFile, catalog: Catalog, day: date) -> Outline | GraphFault:
    """Understand a file by the law of a local day; or why it is no dossier, with the circle or the reference at fault."""
    template = None if file.template is None else _template_of(file.template, catalog, day)
    if isinstance(template, GraphFault):
        return template
    file = file if template is None else filled(file, template)
    graph = graph_of(file.applications)
    if isinstance(graph, GraphFault):
        return graph
    procedures: dict[str, ProcedureVersion] = {}
    lawless: NotInForce | None = None
    for part in file.applications:
        try:
            procedures[part.name] = catalog.procedure(part.procedure, day)
        except UnknownProcedure as error:
            refusal = refuse("procedure_unknown", "applications.procedure", procedure=part.procedure, near=error.near)
            return GraphFault(refusal, reference=part.procedure)
        except NotInForce as error:
            lawless = lawless or error
            procedures[part.name] = catalog.procedures[part.procedure][0]
    outline = Outline(file, template, graph, procedures, file.lead or _lead_of(graph, procedures), lawless)
    return _fault_in(outline, catalog, day) or outline


def _template_of(template_id: str, catalog: Catalog, day: date) -> DossierTemplate | GraphFault:
    try:
        return catalog.template(template_id, day)
    except UnknownTemplate as error:
        refusal = refuse("template_unknown", "template", template=template_id, near=error.near)
        return GraphFault(refusal, reference=template_id)
    except NotInForce as error:
        return not_in_force(error, "template", day)


def _fault_in(outline: Outline, catalog: Catalog, day: date) -> GraphFault | None:
    if outline.lead not in catalog.departments:
        refusal = refuse("department_unknown", "lead", department=outline.lead)
        return GraphFault(refusal, reference=outline.lead)
    invalid = refusal_of_results(outline.file.applications, day)
    return None if invalid is None else GraphFault(invalid, reference=invalid.details["number"])


def not_in_force(error: NotInForce, field: str, day: date) -> GraphFault:
    """Why a dossier cannot be opened on a day that lies outside the law it asks for."""
    refusal = refuse("not_in_force", field, what=f"{error.named_in} {error.id}", day=str(day))
    return GraphFault(refusal, reference=error.id)


def _lead_of(graph: Graph, procedures: Mapping[str, ProcedureVersion]) -> str:
    """The agency of the application that ends last, by nominal lengths."""
    limits = {name: Limit.of(version) for name, version in procedures.items()}
    return procedures[nominal_path(graph, limits)[-1]].agency


def forecast(file: DossierFile, catalog: Catalog, opened_at: datetime) -> Forecast | GraphFault:
    """What opening a file at an instant of business time would promise; or why it would be refused."""
    definition = catalog.province_calendar
    at, calendar = opened_at.astimezone(ZoneInfo(definition.zone)), compiled(definition)
    outline = outline_of(file, catalog, at.date())
    if isinstance(outline, GraphFault):
        return outline
    file, limits, lawless = outline.file, outline.limits, outline.lawless
    planned, cap, unpromised = None, None, None
    if lawless is not None:
        unpromised = sentences(lawless.message, lawless.remedy)
    else:
        try:
            # The joint limit first: a dossier whose own limit no calendar covers is not opened, and promises nothing.
            cap = None if file.cap is None else due(file.cap, at, calendar, file.after_hours)
            planned = schedule(outline.graph, limits, at, calendar)
        except CalendarRangeError as error:
            unpromised = sentences(error.reason, error.remedy)
    path = nominal_path(outline.graph, limits) if planned is None else planned.critical_path
    return Forecast(outline, at, planned, path, cap, unpromised)
