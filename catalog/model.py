"""What the province promises, as values: procedures, lanes, ladders, departments. Pure; the loader reads them from YAML.

Every published version is immutable (`digest`), states its legal basis, and says whether somebody verified it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from catalog import unsound_texts as unsound
from catalog.acts import (
    AppointmentRule,
    ClockPolicy,
    ExplanationRule,
    RefusalRule,
    StopRule,
    SupplementRule,
    SuspensionRule,
    TransitionRule,
)
from catalog.basis import PUBLIC_CALENDAR, FactName, LegalBasis, Slug, Text, Version
from catalog.definition import Definition
from catalog.soundness import (
    Located,
    Unsound,
    budget_problems,
    graph_problems,
    raise_if_unsound,
    repeated,
    validity_problems,
)
from sla.calendar import CalendarDefinition
from sla.deadline import AfterHours
from sla.ladder import Ladder
from sla.units import Budget
from wording.text import _

__all__ = [
    "AppointmentRule",
    "ClockPolicy",
    "Condition",
    "Definitions",
    "DepartmentCalendar",
    "DocumentRequirement",
    "ExplanationRule",
    "Fact",
    "FactName",
    "LaneId",
    "LaneRule",
    "LaneTable",
    "LegalBasis",
    "NamedList",
    "ProcedureVersion",
    "Promise",
    "RefusalRule",
    "Slug",
    "StepDefinition",
    "StopRule",
    "SupplementRule",
    "SuspensionRule",
    "Text",
    "TransitionRule",
    "Version",
    "explanation_rule",
    "refusal_rule",
    "stop_rule",
]

Fact = bool | int | Annotated[str, StringConstraints(max_length=200)]


class DocumentRequirement(Definition):
    """One component of the dossier."""

    kind: Slug
    name: Text
    required: bool = True
    held_by_state: bool = False
    """Connected State data hold it already: it may not be asked for (Decree 56/2023 art. 1(4))."""


class StepDefinition(Definition):
    """One step of the procedure's internal workflow, owned by one department."""

    id: Slug
    name: Text
    department: Slug
    needs: tuple[Slug, ...] = ()
    weight: Annotated[int, Field(ge=1, le=1000)] = 1
    """Share of the case's budget along the critical path, where the step has no budget of its own."""
    budget: Budget | None = None
    minimum: Budget | None = None
    """A mandatory minimum time: no lane may cut the step below it."""
    clock: bool = True


def _route_problems(procedure: ProcedureVersion) -> list[Located]:
    if procedure.route == "declared":
        return graph_problems(procedure.steps)
    if procedure.limit is None:
        return [(("limit",), unsound.ROUTE_LIMIT)]
    if not procedure.steps:
        return [(("steps",), unsound.ROUTE_STEPS)]
    return graph_problems(procedure.steps) or budget_problems(procedure.steps, procedure.limit)


def _stage_problems(procedure: ProcedureVersion) -> list[Located]:
    """Stages that a rule names and the procedure does not have."""
    known = {step.id for step in procedure.steps}
    named = {
        "explanation": procedure.explanation.steps if procedure.explanation else (),
        "refusal": procedure.refusal.steps if procedure.refusal else (),
    }
    return [
        ((act, "steps", place), _("unknown step '{stage}'", stage=stage))
        for act, stages in named.items()
        for place, stage in enumerate(stages)
        if stage not in known
    ]


class ProcedureVersion(Definition):
    """One version of one administrative procedure (Decree 63/2010 art. 8 names its components)."""

    id: Slug
    version: Version
    name: Text
    sector: FactName = "general"
    national_code: str | None = None
    agency: Slug
    """The department that receives the dossier and gives it its code."""
    limit: Budget | None
    """The statutory limit; None only where the route is declared by the application (imported logs)."""
    after_hours: AfterHours = AfterHours.RECEIPT
    clock_policy: ClockPolicy = ClockPolicy.RESTART
    restart_steps: bool = False
    supplement: SupplementRule = SupplementRule()
    explanation: ExplanationRule | None = None
    """How the applicant may be asked to explain; None: as `ExplanationRule()` says, once and at every stage."""
    refusal: RefusalRule | None = None
    """At which stages it may be refused; None: at every stage that decides."""
    stop: StopRule | None = None
    """How it may be stopped by decision; None: as `StopRule()` says."""
    suspension: SuspensionRule = SuspensionRule()
    appointment: AppointmentRule = AppointmentRule()
    payment_pauses: bool = True
    """Whether the clocks stand still while the applicant's fee is awaited (sector law; state 6 of the provincial systems)."""
    documents: Annotated[tuple[DocumentRequirement, ...], Field(max_length=100)] = ()
    steps: Annotated[tuple[StepDefinition, ...], Field(max_length=200)] = ()
    route: Literal["defined", "declared"] = "defined"
    """`declared`: the application states its own steps, in order (imported event logs)."""
    calendar: Slug = PUBLIC_CALENDAR
    step_ladder: Slug = "step"
    case_ladder: Slug = "case"
    reduction_max: Annotated[Decimal, Field(ge=0, le=Decimal("0.60"))] = Decimal("0.60")
    """The most that a reduced lane may cut of this procedure."""
    legal_basis: tuple[LegalBasis, ...] = ()
    verified: bool = False
    """Whether limit, supplement rule and dossier were read in the legal text. The steps are the agency's own work plan."""
    valid_from: date | None = None
    valid_until: date | None = None
    transition: TransitionRule | None = None
    """What this version does to the cases received before it began; None: they keep the version they began with."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        return raise_if_unsound(
            self,
            [
                *repeated(("steps",), "id", (step.id for step in self.steps)),
                *repeated(("documents",), "kind", (document.kind for document in self.documents)),
                *validity_problems(self.valid_from, self.valid_until),
                *_route_problems(self),
                *_stage_problems(self),
            ],
        )


def explanation_rule(procedure: ProcedureVersion) -> ExplanationRule:
    """How the applicant may be asked to explain under this version."""
    return procedure.explanation or ExplanationRule()


def stop_rule(procedure: ProcedureVersion) -> StopRule:
    """How cases under this version may be stopped by decision."""
    return procedure.stop or StopRule()


def refusal_rule(procedure: ProcedureVersion) -> RefusalRule:
    """At which stages cases under this version may be refused."""
    return procedure.refusal or RefusalRule()


class LaneId(StrEnum):
    """The three lanes."""

    STANDARD = "standard"
    GREEN_60 = "green_60"
    GREEN_24H = "green_24h"


PROCEDURE_FACTS = ("procedure", "sector")
"""Facts that come from the procedure itself, never from what an application says."""


class Condition(Definition):
    """One line of a decision-table rule: a fact compared with data."""

    id: Slug
    fact: FactName
    """`procedure` is the procedure's id, `sector` its sector; everything else is a fact of the application."""
    in_list: Slug | None = None
    equals: Fact | None = None
    at_least: int | None = None
    missing: Text
    """What to say when the condition does not hold: "would be green if ..."."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if sum(value is not None for value in (self.in_list, self.equals, self.at_least)) == 1:
            return self
        raise Unsound([((), unsound.ONE_COMPARISON)])


class LaneRule(Definition):
    """A lane is granted when all conditions of one of its rules hold; rules are tried in order, the first match wins."""

    id: Slug
    lane: LaneId
    when: tuple[Condition, ...]
    source: str = ""
    """Where it differs from the table's own source."""
    verified: bool = False


class NamedList(Definition):
    """A list an authority decided, e.g. the Chairman's projects."""

    id: Slug
    entries: tuple[str, ...]
    outside_catalogue: tuple[str, ...] = ()
    """Procedures that the authority named and this catalogue does not hold: known, and of no effect."""
    source: str = ""
    verified: bool = False

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems = repeated(("entries",), "", self.entries)
        twice = [i for i, entry in enumerate(self.outside_catalogue) if entry in self.entries]
        problems += [(("outside_catalogue", i), unsound.AMONG_ENTRIES) for i in twice]
        return raise_if_unsound(self, problems + repeated(("outside_catalogue",), "", self.outside_catalogue))

    @cached_property
    def members(self) -> frozenset[str]:
        """The entries, for fast look-up."""
        return frozenset(self.entries)


class Promise(Definition):
    """How a lane derives its promised budget: a budget of its own, or a reduction of the statutory one."""

    lane: LaneId
    budget: Budget | None = None
    reduction: Annotated[Decimal, Field(gt=0, le=Decimal("0.60"))] | None = None
    floors: tuple[Budget, ...] = ()
    """The reduced budget is rounded up to whole units and never below the floor of its unit."""
    scope: Literal["case", "step"] = "case"
    """`step`: each step gets `budget` of its own; the case's promise is their sum along the critical path."""
    source: str
    verified: bool = False

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems = repeated(("floors",), "unit", (floor.unit for floor in self.floors))
        if (self.budget is None) == (self.reduction is None):
            problems.append(((), unsound.ONE_PROMISE))
        if self.floors and self.reduction is None:
            problems.append((("floors",), unsound.FLOOR))
        return raise_if_unsound(self, problems)


class LaneTable(Definition):
    """The decision table of the lanes, one version."""

    id: Slug
    version: Version
    facts: tuple[FactName, ...]
    """The facts of an application that classification may see; everything else an application says is put away."""
    lists: tuple[NamedList, ...] = ()
    rules: tuple[LaneRule, ...] = ()
    promises: tuple[Promise, ...] = ()
    source: str
    verified: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        owned = [i for i, name in enumerate(self.facts) if name in PROCEDURE_FACTS]
        return raise_if_unsound(
            self,
            [
                *repeated(("facts",), "", self.facts),
                *((("facts", i), unsound.OWN_FACT) for i in owned),
                *repeated(("lists",), "id", (entry.id for entry in self.lists)),
                *repeated(("rules",), "id", (rule.id for rule in self.rules)),
                *repeated(("promises",), "lane", (promise.lane for promise in self.promises)),
                *validity_problems(self.valid_from, self.valid_until),
                *_rule_problems(self),
            ],
        )

    @cached_property
    def list_by_id(self) -> dict[str, NamedList]:
        """The lists by id."""
        return {entry.id: entry for entry in self.lists}

    @cached_property
    def promise_by_lane(self) -> dict[LaneId, Promise]:
        """The promises by lane."""
        return {promise.lane: promise for promise in self.promises}


def _rule_problems(table: LaneTable) -> list[Located]:
    problems: list[Located] = []
    for i, rule in enumerate(table.rules):
        if rule.lane not in table.promise_by_lane:
            problems.append((("rules", i, "lane"), unsound.no_promise(rule.lane)))
        problems += repeated(("rules", i, "when"), "id", (condition.id for condition in rule.when))
        for j, condition in enumerate(rule.when):
            if condition.in_list is not None and condition.in_list not in table.list_by_id:
                problems.append((("rules", i, "when", j, "in_list"), unsound.unknown_list(condition.in_list)))
            if condition.fact not in (*table.facts, *PROCEDURE_FACTS):
                problems.append((("rules", i, "when", j, "fact"), unsound.unknown_fact(condition.fact)))
    return problems


class DepartmentCalendar(Definition):
    """A calendar that is not the case's own, and the departments that keep it."""

    calendar: CalendarDefinition
    departments: tuple[Slug, ...]


class Definitions(Definition):
    """All that one case is decided under, frozen at acceptance and carried in the case itself.

    Decree 56/2023 art. 4(3) and rule 9 of the domain: rules are frozen per dossier at acceptance.
    """

    procedure: ProcedureVersion
    calendar: CalendarDefinition
    lanes: LaneTable
    step_ladder: Ladder
    case_ladder: Ladder
    agency_code: str
    departments: tuple[Slug, ...] = ()
    """The departments that may be consulted or be given a step: nothing is ever sent to a topic that nobody owns."""
    silence_excluded: tuple[Slug, ...] = ()
    """The departments whose silence may never mean consent to this procedure."""
    department_calendars: tuple[DepartmentCalendar, ...] = ()
    """The calendars of the departments that do not keep the case's: a clock of theirs runs on one of these."""

    @cached_property
    def calendars(self) -> dict[str, CalendarDefinition]:
        """Every calendar that a clock of the case can run on, by id."""
        return {entry.calendar.id: entry.calendar for entry in self.department_calendars} | {
            self.calendar.id: self.calendar
        }

    @cached_property
    def calendar_ids(self) -> dict[str, str]:
        """By department, the id of the calendar that it keeps; the case's own is left out."""
        others = [entry for entry in self.department_calendars if entry.calendar.id != self.calendar.id]
        return {name: entry.calendar.id for entry in others for name in entry.departments}

    def calendar_of(self, calendar_id: str | None) -> CalendarDefinition:
        """The calendar that a clock names; None: the case's own."""
        return self.calendar if calendar_id is None else self.calendars[calendar_id]

    def with_calendar(self, calendar: CalendarDefinition) -> Self:
        """The same with this version of one of its calendars."""
        if calendar.id == self.calendar.id:
            return self.model_copy(update={"calendar": calendar})
        calendars = tuple(
            other.model_copy(update={"calendar": calendar}) if other.calendar.id == calendar.id else other
            for other in self.department_calendars
        )
        return self.model_copy(update={"department_calendars": calendars})
