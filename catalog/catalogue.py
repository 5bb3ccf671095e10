"""The catalogue as a whole: what is in force on a day, and the definitions that one case is decided under. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from catalog.audiences import audience_of
from catalog.dossier import DossierTemplate, SilenceRules
from catalog.duties import DutyRules
from catalog.errors import (
    LanesNotInForce,
    NotInForce,
    ProcedureNotInForce,
    TemplateNotInForce,
    UnknownCalendar,
    UnknownDepartment,
    UnknownLadder,
    UnknownProcedure,
    UnknownTemplate,
)
from catalog.model import Definitions, DepartmentCalendar, LaneTable, ProcedureVersion
from catalog.province import Department, Province, RoleHolder
from catalog.retention import RetentionRules
from catalog.systems import SubmittingSystem
from catalog.validity import Ends, V, Window, version_on, windows
from sla.calendar import CalendarDefinition
from sla.ladder import Ladder


@dataclass(frozen=True)
class Catalog:
    """Every published and drafted definition; whole and consistent, or it was not loaded. Days are local dates."""

    procedures: Mapping[str, tuple[ProcedureVersion, ...]]
    """By id: the versions, the earliest first."""
    province: Province
    lanes: tuple[LaneTable, ...]
    """The versions of the decision table, the earliest first."""
    ladders: Mapping[str, Ladder]
    calendars: Mapping[str, CalendarDefinition]
    """By id: the newest version, the flags resolved."""
    flags: frozenset[str] = frozenset()
    dossiers: Mapping[str, tuple[DossierTemplate, ...]] = field(default_factory=dict)
    """Templates of linked dossiers, by id: the versions, the earliest first."""
    silence: SilenceRules | None = None
    """Where silence may never mean consent."""
    duties: DutyRules | None = None
    """What the agencies owe in time beside the procedures' limits; the newest version."""
    retention: tuple[RetentionRules, ...] = ()
    """How long dossiers are kept: the versions, the earliest first; empty: nobody has published it."""
    systems: Mapping[str, SubmittingSystem] = field(default_factory=dict)
    """Who hands in applications, by id; others may be registered at run time (intake/systems.py)."""
    ends: Ends = field(default_factory=dict)
    """The last days of the versions that were retired."""

    @property
    def departments(self) -> dict[str, Department]:
        """The departments by id, in the order of the province's list."""
        return {department.id: department for department in self.province.departments}

    def procedure(self, procedure_id: str, on: date) -> ProcedureVersion:
        """The version in force for an application received on that day. Raises UnknownProcedure, ProcedureNotInForce."""
        versions = self.procedures.get(procedure_id)
        if versions is None:
            raise UnknownProcedure(procedure_id, self.procedures)
        return self._in_force(versions, on, procedure_id, ProcedureNotInForce)

    def window_of(self, procedure: ProcedureVersion) -> Window:
        """The days on which this version of the catalogue is in force: its successor's beginning ends them."""
        versions = self.procedures[procedure.id]
        return next(window for version, window in windows(versions, self.ends) if version.version == procedure.version)

    def procedures_on(self, day: date) -> list[ProcedureVersion]:
        """Every procedure in force on the day, by id."""
        return _in_force(self.procedures, day, self.ends)

    def template(self, template_id: str, on: date) -> DossierTemplate:
        """The version in force for a dossier opened on that day. Raises UnknownTemplate, TemplateNotInForce."""
        versions = self.dossiers.get(template_id)
        if versions is None:
            raise UnknownTemplate(template_id, self.dossiers)
        return self._in_force(versions, on, template_id, TemplateNotInForce)

    def templates_on(self, day: date) -> list[DossierTemplate]:
        """Every template in force on the day, by id."""
        return _in_force(self.dossiers, day, self.ends)

    def lane_table(self, on: date) -> LaneTable:
        """The decision table in force on the day. Raises LanesNotInForce."""
        return self._in_force(self.lanes, on, self.province.id, LanesNotInForce)

    def _in_force(self, versions: Sequence[V], on: date, id_: str, error: type[NotInForce]) -> V:
        version = version_on(versions, on, self.ends)
        if version is None:
            raise error(id_, on, (window for _, window in windows(versions, self.ends)))
        return version

    def department(self, department_id: str) -> Department:
        """The department. Raises UnknownDepartment."""
        departments = self.departments
        if department_id not in departments:
            raise UnknownDepartment(department_id, departments)
        return departments[department_id]

    def holder_of(self, audience: str, department_id: str | None, agency_id: str) -> RoleHolder | None:
        """Who a rung's audience is, for a step of the department in a case of the agency; None: nobody holds the role."""
        departments = self.departments
        owner_id, role = audience_of(audience, department_id, agency_id, departments)
        department = departments.get(owner_id)
        return next((holder for holder in department.roles if holder.role == role), None) if department else None

    def calendar(self, calendar_id: str) -> CalendarDefinition:
        """The newest version of the calendar. Raises UnknownCalendar."""
        if calendar_id not in self.calendars:
            raise UnknownCalendar(calendar_id, self.calendars)
        return self.calendars[calendar_id]

    @property
    def province_calendar(self) -> CalendarDefinition:
        """The province's own calendar, its newest version. Raises UnknownCalendar."""
        return self.calendar(self.province.calendar)

    @property
    def zone(self) -> ZoneInfo:
        """The province's time zone. Raises UnknownCalendar."""
        return ZoneInfo(self.province_calendar.zone)

    def ladder(self, ladder_id: str) -> Ladder:
        """The newest version of the ladder. Raises UnknownLadder."""
        if ladder_id not in self.ladders:
            raise UnknownLadder(ladder_id, self.ladders)
        return self.ladders[ladder_id]

    def definitions_for(self, procedure_id: str, received_day: date) -> Definitions:
        """All that a case received on that day is decided under.

        Raises UnknownProcedure, ProcedureNotInForce, LanesNotInForce.
        """
        return self.definitions_of(self.procedure(procedure_id, received_day), received_day)

    def definitions_of(self, procedure: ProcedureVersion, received_day: date) -> Definitions:
        """The same for a version that need not be in the catalogue, such as one derived from an imported log.

        Raises UnknownDepartment, UnknownCalendar, UnknownLadder, LanesNotInForce.
        """
        agency = self.department(procedure.agency)
        return Definitions(
            procedure=procedure,
            calendar=self.calendar(procedure.calendar),
            lanes=self.lane_table(received_day),
            step_ladder=self.ladder(procedure.step_ladder),
            case_ladder=self.ladder(procedure.case_ladder),
            agency_code=agency.code or agency.id,
            departments=tuple(self.departments),
            silence_excluded=self._silence_excluded(procedure),
            department_calendars=self._department_calendars(procedure),
        )

    def _department_calendars(self, procedure: ProcedureVersion) -> tuple[DepartmentCalendar, ...]:
        """Of every department, since any may be asked; none where all keep the procedure's calendar."""
        keepers: dict[str, list[str]] = {}
        for department in self.province.departments:
            if department.calendar != procedure.calendar:
                keepers.setdefault(department.calendar, []).append(department.id)
        return tuple(
            DepartmentCalendar(calendar=self.calendar(calendar_id), departments=tuple(names))
            for calendar_id, names in sorted(keepers.items())
        )

    def _silence_excluded(self, procedure: ProcedureVersion) -> tuple[str, ...]:
        rules = self.silence
        if rules is None:
            return ()
        matter = {"procedure": procedure.id, "sector": procedure.sector}
        return tuple(name for name in self.departments if rules.forbids_consent(**matter, department=name))


def _in_force(by_id: Mapping[str, tuple[V, ...]], day: date, ends: Ends) -> list[V]:
    current = (version_on(versions, day, ends) for _, versions in sorted(by_id.items()))
    return [version for version in current if version is not None]


def version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Orders versions as people number them: 2026.9 before 2026.10."""
    parts = re.findall(r"\d+|\D+", version)
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)
