"""Checks that span files: what a definition refers to must be in the catalogue, and versions must not collide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from catalog.catalogue import version_order
from catalog.dossier import DossierTemplate, Silence, SilenceRules, TemplateConsultation
from catalog.duties import DutyRules
from catalog.errors import Problem, close_matches
from catalog.model import LaneTable, ProcedureVersion
from catalog.province import LEAD, Province
from catalog.reader import Source
from catalog.retention import RetentionRules
from catalog.soundness import Path
from catalog.systems import RESERVED_IDS, SystemList, reserved
from catalog.texts import OR
from catalog.validity import begins_on
from catalog.value_texts import NEAR
from sla.calendar import CalendarDefinition
from sla.ladder import Ladder
from wording.text import _, joined

M = TypeVar("M", bound=BaseModel)
D = TypeVar("D", ProcedureVersion, LaneTable, DossierTemplate, RetentionRules)

NOUNS: Final = {
    "audience": _("audience"),
    "calendar": _("calendar"),
    "department": _("department"),
    "document": _("document"),
    "ladder": _("ladder"),
    "procedure": _("procedure"),
    "sector": _("sector"),
}


@dataclass
class Shelf:
    """All that was read from one folder, each definition with its document."""

    procedures: list[Source[ProcedureVersion]] = field(default_factory=list)
    provinces: list[Source[Province]] = field(default_factory=list)
    lanes: list[Source[LaneTable]] = field(default_factory=list)
    ladders: list[Source[Ladder]] = field(default_factory=list)
    calendars: list[Source[CalendarDefinition]] = field(default_factory=list)
    dossiers: list[Source[DossierTemplate]] = field(default_factory=list)
    duties: list[Source[DutyRules]] = field(default_factory=list)
    silences: list[Source[SilenceRules]] = field(default_factory=list)
    retentions: list[Source[RetentionRules]] = field(default_factory=list)
    systems: list[Source[SystemList]] = field(default_factory=list)

    @property
    def sources(self) -> list[Source[Any]]:
        """Everything, whatever its kind."""
        return [
            *self.procedures,
            *self.provinces,
            *self.lanes,
            *self.ladders,
            *self.calendars,
            *self.dossiers,
            *self.duties,
            *self.silences,
            *self.retentions,
            *self.systems,
        ]

    def with_more(self, sources: Sequence[Source[Any]]) -> Shelf:
        """A shelf that holds these too."""
        more = Shelf(**{name: list(getattr(self, name)) for name in _SHELVES.values()})
        for source in sources:
            getattr(more, _SHELVES[type(source.definition)]).append(source)
        return more


_SHELVES: Final[dict[type[BaseModel], str]] = {
    ProcedureVersion: "procedures",
    Province: "provinces",
    LaneTable: "lanes",
    Ladder: "ladders",
    CalendarDefinition: "calendars",
    DossierTemplate: "dossiers",
    DutyRules: "duties",
    SilenceRules: "silences",
    RetentionRules: "retentions",
    SystemList: "systems",
}


def problems_of(shelf: Shelf, systems: SystemList) -> list[Problem]:
    """Every reference that leads nowhere and every collision of versions, in all files. `systems`: the list that holds."""
    problems = [
        *_twice(shelf.procedures),
        *_twice(shelf.provinces),
        *_twice(shelf.lanes),
        *_twice(shelf.ladders),
        *_twice(shelf.calendars),
        *_twice(shelf.dossiers),
        *_twice(shelf.silences),
        *_twice(shelf.duties),
        *_twice(shelf.retentions),
        *_twice(shelf.systems),
        *_same_beginning(shelf.procedures),
        *_same_beginning(shelf.dossiers),
        *_same_beginning(shelf.lanes, one_table=True),
        *_same_beginning(shelf.retentions, one_table=True),
    ]
    for procedure in shelf.procedures:
        problems += _procedure_problems(procedure, shelf)
    for province in shelf.provinces:
        problems += _province_problems(province, shelf)
        problems += _account_problems(province, systems)
    for ladder in shelf.ladders:
        problems += _ladder_problems(ladder, shelf)
    for table in shelf.lanes:
        problems += _lane_problems(table, shelf)
    for template in shelf.dossiers:
        problems += _template_problems(template, shelf)
    for rules in shelf.silences:
        problems += _silence_problems(rules, shelf)
    for kept in shelf.retentions:
        problems += _retention_problems(kept, shelf)
    return problems


def _unknown(source: Source[M], path: Path, noun: str, reference: str, known: set[str]) -> Iterator[Problem]:
    if reference not in known:
        meant = close_matches(reference, known)
        remedy = NEAR.filled(near=joined(OR, map(repr, meant))) if meant else _("Add the {noun}", noun=NOUNS[noun])
        yield source.document.problem(
            path, _("unknown {noun} {asked!r}", noun=NOUNS[noun], asked=reference), remedy, f"unknown_{noun}"
        )


def _procedure_problems(source: Source[ProcedureVersion], shelf: Shelf) -> Iterator[Problem]:
    procedure = source.definition
    departments = {department.id: department for p in shelf.provinces for department in p.definition.departments}
    calendars = {calendar.definition.id for calendar in shelf.calendars}
    ladders = {ladder.definition.id for ladder in shelf.ladders}
    yield from _unknown(source, ("agency",), "department", procedure.agency, set(departments))
    for index, step in enumerate(procedure.steps):
        yield from _unknown(source, ("steps", index, "department"), "department", step.department, set(departments))
    yield from _unknown(source, ("calendar",), "calendar", procedure.calendar, calendars)
    yield from _unknown(source, ("step_ladder",), "ladder", procedure.step_ladder, ladders)
    yield from _unknown(source, ("case_ladder",), "ladder", procedure.case_ladder, ladders)
    agency = departments.get(procedure.agency)
    if agency is not None and agency.code is None:
        message = _("department '{id}' has no code, and a dossier's code begins with its agency's", id=agency.id)
        yield source.document.problem(("agency",), message, _("Give the department its code"), "agency_without_code")


def _province_problems(source: Source[Province], shelf: Shelf) -> Iterator[Problem]:
    calendars = {calendar.definition.id for calendar in shelf.calendars}
    yield from _unknown(source, ("calendar",), "calendar", source.definition.calendar, calendars)
    for index, department in enumerate(source.definition.departments):
        path: Path = ("departments", index, "calendar")
        yield from _unknown(source, path, "calendar", department.calendar, calendars)
        yield from _uncovered(source, path, department.calendar, shelf)


def _account_problems(source: Source[Province], systems: SystemList) -> Iterator[Problem]:
    """Departments and systems have accounts under their ids: two of one name would be one sender."""
    named = {system.id for system in systems.systems}
    remedy = _("Give it another id")
    for index, department in enumerate(source.definition.departments):
        path: Path = ("departments", index, "id")
        if department.id in RESERVED_IDS:
            yield source.document.problem(path, reserved(department.id), remedy, "account_reserved")
        elif department.id in named:
            message = _("'{id}' is a submitting system's id too", id=department.id)
            yield source.document.problem(path, message, remedy, "account_twice")


def _uncovered(source: Source[Province], path: Path, calendar_id: str, shelf: Shelf) -> Iterator[Problem]:
    """A clock of the department would run out of days while its case still has some: told now, not in a case."""
    newest = {c.id: c for c in sorted((s.definition for s in shelf.calendars), key=lambda c: version_order(c.version))}
    if calendar_id not in newest:
        return
    own = newest[calendar_id]
    for needed_id in sorted({procedure.definition.calendar for procedure in shelf.procedures} & newest.keys()):
        needed = newest[needed_id]
        if own.first_day > needed.first_day or own.last_day < needed.last_day:
            message = _(
                "calendar '{own}' covers {first} to {last}, cases run on '{needed}' from {needed_first} to {needed_last}",
                own=calendar_id,
                first=own.first_day,
                last=own.last_day,
                needed=needed_id,
                needed_first=needed.first_day,
                needed_last=needed.last_day,
            )
            remedy = _("Publish a version of '{calendar}' that covers these days", calendar=calendar_id)
            yield source.document.problem(path, message, remedy, "calendar_range")


def _template_problems(source: Source[DossierTemplate], shelf: Shelf) -> Iterator[Problem]:
    """A licence that no procedure gives, or a component that its dossier does not have."""
    template = source.definition
    departments = {department.id for p in shelf.provinces for department in p.definition.departments}
    documents: dict[str, set[str]] = {}
    for procedure in shelf.procedures:
        kinds = {document.kind for document in procedure.definition.documents}
        documents.setdefault(procedure.definition.id, set()).update(kinds)
    yield from _unknown(source, ("lead",), "department", template.lead, departments)
    for i, part in enumerate(template.applications):
        path: Path = ("applications", i)
        yield from _unknown(source, (*path, "procedure"), "procedure", part.procedure, set(documents))
        for j, edge in enumerate(part.needs):
            if edge.document is not None and part.procedure in documents:
                here = (*path, "needs", j, "document")
                yield from _unknown(source, here, "document", edge.document, documents[part.procedure])
    for i, consultation in enumerate(template.consultations):
        yield from _unknown(
            source, ("consultations", i, "department"), "department", consultation.department, departments
        )
        if _is_unlawful_silence(template, consultation, shelf):
            message = _(
                "the silence of '{department}' may never mean consent here: {silence} is not allowed",
                department=consultation.department,
                silence=consultation.silence,
            )
            yield source.document.problem(("consultations", i, "silence"), message, _("Write escalate"), "silence")


def _is_unlawful_silence(template: DossierTemplate, consultation: TemplateConsultation, shelf: Shelf) -> bool:
    """Whether an agency would be told to take for consent what the list of the province says is none."""
    by_name = {part.name: part.procedure for part in template.applications}
    sectors = {(p.definition.id, p.definition.sector) for p in shelf.procedures}
    consulted_on = [(id_, sector) for id_, sector in sectors if id_ == by_name.get(consultation.application)]
    return consultation.silence is not Silence.ESCALATE and any(
        rules.definition.forbids_consent(procedure=procedure, sector=sector, department=consultation.department)
        for rules in shelf.silences
        for procedure, sector in consulted_on
    )


def _silence_problems(source: Source[SilenceRules], shelf: Shelf) -> Iterator[Problem]:
    known = {
        "sector": {procedure.definition.sector for procedure in shelf.procedures},
        "procedure": {procedure.definition.id for procedure in shelf.procedures},
        "department": {department.id for p in shelf.provinces for department in p.definition.departments},
    }
    for noun, names in known.items():
        for i, name in enumerate(getattr(source.definition, f"excluded_{noun}s")):
            yield from _unknown(source, (f"excluded_{noun}s", i), noun, name, names)


def _retention_problems(source: Source[RetentionRules], shelf: Shelf) -> Iterator[Problem]:
    known = {procedure.definition.id for procedure in shelf.procedures}
    for i, rule in enumerate(source.definition.procedures):
        yield from _unknown(source, ("procedures", i, "procedure"), "procedure", rule.procedure, known)


def _ladder_problems(source: Source[Ladder], shelf: Shelf) -> Iterator[Problem]:
    """An audience that no department knows would be an alarm that nobody hears."""
    departments = [department for p in shelf.provinces for department in p.definition.departments]
    roles = {holder.role for department in departments for holder in department.roles}
    known = roles | {f"{LEAD}{role}" for role in roles} | {department.id for department in departments}
    for index, rung in enumerate(source.definition.rungs):
        yield from _unknown(source, ("rungs", index, "audience"), "audience", rung.audience, known)


def _lane_problems(source: Source[LaneTable], shelf: Shelf) -> Iterator[Problem]:
    """Lists and values that a rule compares with the procedure or its sector must name ones that exist."""
    known = {
        "procedure": {procedure.definition.id for procedure in shelf.procedures},
        "sector": {procedure.definition.sector for procedure in shelf.procedures},
    }
    compared: dict[str, str] = {}
    for i, rule in enumerate(source.definition.rules):
        for j, condition in enumerate(rule.when):
            if condition.fact in known and condition.in_list is not None:
                compared[condition.in_list] = condition.fact
            elif condition.fact in known:
                path: Path = ("rules", i, "when", j, "equals")
                yield from _unknown(source, path, condition.fact, str(condition.equals), known[condition.fact])
    for i, entries in enumerate(source.definition.lists):
        noun = compared.get(entries.id)
        for j, entry in enumerate(entries.entries if noun else ()):
            yield from _unknown(source, ("lists", i, "entries", j), str(noun), entry, known[str(noun)])


def _twice(sources: Sequence[Source[M]]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for source in sources:
        key = (str(getattr(source.definition, "id", "")), str(getattr(source.definition, "version", "")))
        if key in seen:
            message = _("version {key!r} of '{key2}' stands in {seen} already", key=key[1], key2=key[0], seen=seen[key])
            yield source.document.problem(
                ("version",),
                message,
                _("Give the new version its own number"),
                "version_twice",
            )
        seen.setdefault(key, source.document.file)


def _same_beginning(sources: Sequence[Source[D]], one_table: bool = False) -> Iterator[Problem]:
    """Two versions that begin on one day: the later ends the earlier, and here neither is later.

    Of the lanes there is one table, and of the times of keeping one list, whatever their ids.
    """
    first: dict[tuple[str, date], Source[D]] = {}
    # The newer by number is the one to mend: the other may be published.
    for source in sorted(sources, key=lambda source: version_order(source.definition.version)):
        definition = source.definition
        key = ("" if one_table else definition.id, begins_on(definition))
        earlier = first.setdefault(key, source)
        if earlier is not source:
            message = _(
                "version {version!r} begins on the day on which version {definition_version!r} in {file} does",
                version=definition.version,
                definition_version=earlier.definition.version,
                file=earlier.document.file,
            )
            remedy = _("Give it the first day of its own in valid_from: that day ends the version before")
            yield source.document.problem(("valid_from",), message, remedy, "validity_overlap")
