"""Opening a dossier: what is no dossier is refused by name; all agencies are told at once; the joint clock starts."""

from __future__ import annotations

from datetime import UTC

from cases.dossier.draft import DossierDraft
from cases.dossier.ends import limits_of
from cases.dossier.graph import GraphFault, graph_of
from cases.dossier.promise import start_joint_clock
from cases.dossier.results import refusal_of_results
from cases.dossier.schedule import Schedule, schedule
from events.language.dossier_commands import Declaration
from events.language.dossier_events import (
    AnnouncedConsultation,
    AnnouncedTask,
    DossierAnnounced,
    DossierOpened,
)
from events.language.refusals import Refusal, refuse


def open_dossier(draft: DossierDraft, declaration: Declaration) -> Refusal | None:
    """Open it, tell everybody, start the joint clock. Raises CalendarRangeError where the calendar ends before."""
    refusal = refusal_of(draft, declaration)
    if refusal is not None:
        return refusal
    draft.emit(DossierOpened(declaration=declaration, definitions_digest=draft.state.definitions.digest))
    dossier = draft.state
    whole = schedule(dossier.graph, limits_of(declaration, dossier.definitions), draft.at, draft.calendar)
    start_joint_clock(draft, whole)
    _announce(draft, whole)
    return None


def refusal_of(draft: DossierDraft, declaration: Declaration) -> Refusal | None:
    """Why a declaration can never become a dossier that ends."""
    graph = graph_of(declaration.applications)
    if isinstance(graph, GraphFault):
        return graph.refusal
    known = draft.state.definitions.procedures
    for part in declaration.applications:
        if part.procedure not in known:
            return refuse("procedure_unknown", "applications.procedure", procedure=part.procedure, near="-")
    return refusal_of_results(declaration.applications, draft.day)


def _announce(draft: DossierDraft, whole: Schedule) -> None:
    """Decree 61/2018 art. 19(6)b: sent to all agencies at once, with the lead, each one's task and its due date."""
    dossier = draft.state
    agencies: dict[str, list[str]] = {dossier.lead: []}
    for name in dossier.graph.order:
        agencies.setdefault(dossier.agency(name), []).append(name)
    for agency, names in agencies.items():
        tasks = tuple(
            AnnouncedTask(
                application=name,
                procedure=dossier.parts[name].application.procedure,
                needs=dossier.graph.hard[name],
                provisional_due_at=whole.planned[name].ends_at.astimezone(UTC),
            )
            for name in names
        )
        consultations = tuple(
            AnnouncedConsultation(
                application=entry.application, department=entry.department, limit=entry.limit, silence=entry.silence
            )
            for entry in dossier.definitions.consultations
            if entry.application in names
        )
        draft.emit(
            DossierAnnounced(
                department=agency,
                lead=dossier.lead,
                tasks=tasks,
                consultations=consultations,
                joint_due_at=dossier.joint_due_at or draft.at,
            )
        )
