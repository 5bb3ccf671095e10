"""Templates of linked dossiers: which licences one business opening needs, and which needs the result of which. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from catalog import unsound_texts as unsound
from catalog.definition import Definition
from catalog.model import FactName, LegalBasis, Slug, Text, Version
from catalog.soundness import Located, raise_if_unsound, repeated, validity_problems
from sla.calendar import CalendarDefinition
from sla.deadline import AfterHours
from sla.ladder import Ladder
from sla.units import Budget


class EdgeKind(StrEnum):
    """What a need does."""

    HARD = "hard"
    """The result is a component of the dependant's dossier: without it there is nothing to decide on."""
    PRACTICAL = "practical"
    """An order that experience advises: a hint and a warning, it holds nothing back."""


class CascadePolicy(StrEnum):
    """What becomes of a dependant when what it needs was refused, withdrawn, revoked or has expired."""

    STOP = "stop"
    """It is stopped, and what depends on it follows its own policies."""
    KEEP = "keep"
    """It stays as it is, and waits for another result if it was not decided yet."""
    REOPEN = "reopen"
    """Decided or not, it waits again, and is released anew when the result is there."""


class Silence(StrEnum):
    """What no answer of a consulted department means when its limit has passed."""

    PROCEED = "proceed"
    """The asking step may go on without it; nothing is said about what the department thinks."""
    DEEMED_NO_OBJECTION = "deemed_no_objection"
    """It counts as no objection, on record; a late opinion is recorded and blocks nothing."""
    ESCALATE = "escalate"
    """It is told to the asking department's head, and the step waits on."""


class TemplateEdge(Definition):
    """That an application needs the result of another one."""

    needs: Slug
    kind: EdgeKind = EdgeKind.HARD
    document: Slug | None = None
    """Which component of the dependant's dossier the result is: it is not asked for."""
    policy: CascadePolicy = CascadePolicy.STOP
    legal_basis: LegalBasis | None = None
    verified: bool = False


class TemplateApplication(Definition):
    """One licence of the opening."""

    name: Slug
    procedure: Slug
    needs: tuple[TemplateEdge, ...] = ()


class TemplateConsultation(Definition):
    """Whom the lead asks on the dossier's behalf, and what silence means."""

    application: Slug
    department: Slug
    limit: Budget
    silence: Silence = Silence.PROCEED
    legal_basis: LegalBasis | None = None
    verified: bool = False


class SilenceRules(Definition):
    """Where silence may never mean consent, whatever a consultation says: one list for the province, one version."""

    id: Slug
    version: Version
    excluded_sectors: tuple[FactName, ...] = ()
    excluded_procedures: tuple[Slug, ...] = ()
    excluded_departments: tuple[Slug, ...] = ()
    source: str
    verified: bool = False

    def forbids_consent(self, *, procedure: str, sector: str, department: str) -> bool:
        """Whether this department's silence on this procedure may not count as consent."""
        return (
            procedure in self.excluded_procedures
            or sector in self.excluded_sectors
            or department in self.excluded_departments
        )


class DossierTemplate(Definition):
    """One version of what a business opening needs."""

    id: Slug
    version: Version
    name: Text
    lead: Slug
    """The agency that answers for the whole."""
    cap: Budget | None = None
    """The joint limit; None: no rule sets one, and the promise is the critical path."""
    after_hours: AfterHours = AfterHours.RECEIPT
    applications: Annotated[tuple[TemplateApplication, ...], Field(min_length=1, max_length=100)]
    consultations: tuple[TemplateConsultation, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    source: Annotated[str, StringConstraints(max_length=2000)] = ""
    verified: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        return raise_if_unsound(
            self,
            [
                *repeated(("applications",), "name", (part.name for part in self.applications)),
                *validity_problems(self.valid_from, self.valid_until),
                *_edge_problems(self),
            ],
        )


def _edge_problems(template: DossierTemplate) -> list[Located]:
    names = {part.name for part in template.applications}
    problems: list[Located] = []
    for i, part in enumerate(template.applications):
        path = ("applications", i, "needs")
        problems += repeated(path, "needs", (edge.needs for edge in part.needs))
        problems += [
            ((*path, j, "needs"), unsound.unknown_application(edge.needs))
            for j, edge in enumerate(part.needs)
            if edge.needs not in names
        ]
    done: set[str] = set()
    while ready := {
        part.name
        for part in template.applications
        if part.name not in done and done >= {edge.needs for edge in part.needs} & names
    }:
        done |= ready
    if names - done:
        circle = _circle(template, names - done)
        place = next(i for i, part in enumerate(template.applications) if part.name == circle[0])
        text = f"these applications need each other in a circle: {', '.join(circle)}"
        problems.append((("applications", place, "needs"), text))
    for i, consultation in enumerate(template.consultations):
        if consultation.application not in names:
            problems.append(
                (("consultations", i, "application"), unsound.unknown_application(consultation.application))
            )
    return problems


def _circle(template: DossierTemplate, stuck: set[str]) -> list[str]:
    """One circle, in the order of release. Each of `stuck` needs another of them: back along that we must come round."""
    needs = {part.name: [edge.needs for edge in part.needs if edge.needs in stuck] for part in template.applications}
    path = [next(part.name for part in template.applications if part.name in stuck)]
    while (before := needs[path[-1]][0]) not in path:
        path.append(before)
    circle = path[path.index(before) :][::-1]
    first = min(range(len(circle)), key=lambda place: list(needs).index(circle[place]))
    return circle[first:] + circle[:first]


class LinkedProcedure(Definition):
    """What a dossier must know of a procedure: enough to plan with; the case itself is decided under the whole."""

    id: Slug
    version: Version
    definition_digest: str
    name: Text
    agency: Slug
    limit: Budget | None
    after_hours: AfterHours = AfterHours.RECEIPT


class DossierDefinitions(Definition):
    """All that one dossier is decided under, frozen at opening. Each of its cases is frozen at its own acceptance."""

    calendar: CalendarDefinition
    ladder: Ladder
    procedures: dict[str, LinkedProcedure]
    """By id."""
    departments: tuple[Slug, ...] = ()
    consultations: tuple[TemplateConsultation, ...] = ()
    """What the template says about whom to ask, announced to the agencies."""
