"""What people call the things that ids stand for: departments, procedures, steps, documents, roles, lanes, clocks.

A screen shows names. An id stands beside its name only where somebody must type it into the next command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from catalog.basis import PUBLIC_CALENDAR, Text
from catalog.catalogue import Catalog
from catalog.model import Definitions, ProcedureVersion, StepDefinition
from catalog.province import LEAD
from presentation.blocks import Inline, dim, line
from presentation.words.words import TABLE, Words
from wording.foreign import visible
from wording.text import Bilingual, LazyText, _, in_language

_AGAIN: Final = re.compile(r"\.\d+$")
"""The number of a clock that was armed again."""
_OPINION: Final = re.compile(r"^(?P<asking>.+)\.opinion-\d+$")
LANES: Final = {
    "standard": _("standard lane"),
    "green_60": _("green lane, 60 % less time"),
    "green_24h": _("green lane, 24 hours"),
}
CLOCKS: Final = {
    "statutory": _("the statutory limit"),
    "green": _("the green-lane promise"),
    "step": _("the limit of the step"),
    "consultation": _("the limit for the opinion"),
    "supplement": _("the applicant's limit for documents"),
    "explanation": _("the applicant's limit to explain"),
}
ROLES: Final = {
    "officer": _("the officer in charge, {department}"),
    "head": _("the head, {department}"),
    "administrator": _("the administrator, {department}"),
}
OTHER_ROLE: Final = _("{role}, {department}")


def said(text: Text) -> LazyText:
    """A name of the catalogue. A step of a declared route is called what its sender called it: it shall not act on anything."""
    return Bilingual(_one_line(text.en), _one_line(text.vi))


def both(vi: str, en: str) -> LazyText:
    """A name that events carry in two fields."""
    return Bilingual(_one_line(en), _one_line(vi))


def department_said(catalog: Catalog, department_id: str) -> LazyText:
    """A department's name; one that the catalogue does not have, as of an imported log, is called what it is called there."""
    department = catalog.departments.get(department_id)
    return both(department_id, department_id) if department is None else said(department.name)


def role_said(catalog: Catalog, role: str, department_id: str) -> LazyText:
    """Who holds a role: `Lãnh đạo Sở Y tế`. A role may be a department's id, meaning its head, or begin with `lead-`."""
    if role in catalog.departments:
        role, department_id = "head", role
    role = role.removeprefix(LEAD)
    text = ROLES.get(role, OTHER_ROLE)
    return text.filled(role=visible(role), department=department_said(catalog, department_id))


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())


@dataclass(frozen=True)
class Names:
    """Names in the screen's language; what has none is called by its id."""

    words: Words
    catalog: Catalog | None = None
    procedures: Mapping[str, ProcedureVersion] = field(default_factory=dict)
    """Of what is shown; they go before the catalogue's newest versions."""
    steps: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)

    def of_procedure(self, version: ProcedureVersion) -> Self:
        """With the steps and documents of a version."""
        language = self.words.language
        return replace(
            self,
            procedures={**self.procedures, version.id: version},
            steps={step.id: step.name.in_language(language) for step in version.steps},
            documents={document.kind: document.name.in_language(language) for document in version.documents},
        )

    def of_case(self, definitions: Definitions, steps: Mapping[str, tuple[str, str]]) -> Self:
        """With what a case is decided under, and the Vietnamese and English names of its own steps."""
        place = 1 if self.words.language == "en" else 0
        base = self.of_procedure(definitions.procedure)
        return replace(
            base,
            steps={**base.steps, **{step: names[place] for step, names in steps.items()}},
        )

    def department(self, department_id: str | None) -> str:
        """A department; `-` for none."""
        if department_id is None:
            return "-"
        department = self.catalog.departments.get(department_id) if self.catalog is not None else None
        return department_id if department is None else department.name.in_language(self.words.language)

    def holder(self, holder: str | None) -> str:
        """Whoever has a case, or had its time: a department, the applicant, the system, nobody."""
        return self.words.named("holder", holder) if f"holder.{holder}" in TABLE else self.department(holder)

    def procedure(self, procedure_id: str) -> str:
        """A procedure."""
        version = self.procedure_version(procedure_id)
        return procedure_id if version is None else version.name.in_language(self.words.language)

    def procedure_version(self, procedure_id: str, version: str | None = None) -> ProcedureVersion | None:
        """A version of a procedure, as far as it is known here; else its newest one."""
        if procedure_id in self.procedures:
            return self.procedures[procedure_id]
        versions = self.catalog.procedures.get(procedure_id, ()) if self.catalog is not None else ()
        return next((known for known in versions if known.version == version), versions[-1] if versions else None)

    def template(self, template_id: str) -> str:
        """A template of linked dossiers."""
        versions = self.catalog.dossiers.get(template_id, ()) if self.catalog is not None else ()
        return versions[-1].name.in_language(self.words.language) if versions else template_id

    def step(self, step: str | StepDefinition) -> str:
        """A step of the case or the procedure at hand."""
        if isinstance(step, StepDefinition):
            return step.name.in_language(self.words.language)
        if step in self.steps:
            return self.steps[step]
        opinion = _OPINION.match(step)
        return step if opinion is None else self.words(_("Opinion on: {step}"), step=self.step(opinion["asking"]))

    def document(self, kind: str) -> str:
        """A kind of document."""
        return self.documents.get(kind, kind)

    def clock(self, clock_id: str) -> str:
        """A clock by its id, `step:intake.2`: what it measures."""
        kind, _, step = clock_id.partition(":")
        if not step:
            return self.words.named("kind", kind_of(clock_id))
        if step not in self.steps:
            step = _AGAIN.sub("", step)
        return self.clock_of(kind, step)

    def clock_of(self, kind: str, step: str | None) -> str:
        """A clock by what it measures; an opinion is called what it is an opinion on."""
        if step is None:
            return self.words.named("kind", kind)
        named = self.step(step)
        return named if kind == "consultation" else self.words(_("step: {step}"), step=named)

    def audience(self, audience: str, department: str | None) -> str:
        """To whom a rung speaks: the role and its department. None: whose it is does not stand on record."""
        of_agency = department is None and audience.startswith(LEAD)
        if self.catalog is not None and (department is not None or audience in self.catalog.departments):
            return in_language(role_said(self.catalog, audience, department or audience), self.words.language)
        role = self.words.named("role", audience.removeprefix(LEAD))
        return self.words(_("{role} of the agency"), role=role) if of_agency else role

    def calendar(self, calendar_id: str) -> str:
        """A working calendar: of the province's own that it is that one."""
        if calendar_id == (PUBLIC_CALENDAR if self.catalog is None else self.catalog.province.calendar):
            return self.words(_("public working calendar"))
        return self.words(_("working calendar {calendar}"), calendar=calendar_id)


def kind_of(clock_id: str) -> str:
    """What a clock measures, by its id."""
    return _AGAIN.sub("", clock_id.partition(":")[0])


def beside(name: str, typed: str) -> Inline:
    """A name with the id that somebody types into a command; the id alone where there is no name."""
    return name if name == typed else line(name, " ", dim(f"({typed})"))
