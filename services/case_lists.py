"""Cases as lists, and what waits for a department."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from cases.turn import CaseView
from catalog.province import Department
from services.escalations import EscalationList, look_up_escalations
from services.installation import Installation
from services.lateness import Delays, WaitingStep
from services.recording_reads import Reader, filter_said, record_read
from store.escalations import EscalationFilter
from store.views import CaseFilter

__all__ = ["CaseFilter", "CaseList", "Desk", "list_cases", "look_up_cases", "read_desk"]


@dataclass(frozen=True, slots=True)
class CaseList:
    """Cases, the latest first."""

    cases: tuple[CaseView, ...]
    late_steps: tuple[WaitingStep, ...]
    """Their steps that are late, what has been late longest first."""
    total: int
    """How many cases there are in all."""

    def late_steps_of(self, case_id: str) -> tuple[WaitingStep, ...]:
        """Those of one case."""
        return tuple(step for step in self.late_steps if step.item.case_id == case_id)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a department has before it."""

    department: str
    known: Department | None
    """As the catalogue has it; None: of an imported log, which has departments of its own."""
    work: tuple[WaitingStep, ...]
    """The most urgent first."""
    escalations: EscalationList
    """The open ones that are told to the department."""


def list_cases(
    installation: Installation, reader: Reader, wanted: CaseFilter, *, limit: int, now: datetime
) -> CaseList:
    """The cases that are wanted, at most so many; the read is on record. Raises StoreError."""
    listed = look_up_cases(installation, wanted, limit=limit, now=now)
    record_read(installation, reader, filter=filter_said(asdict(wanted)), count=len(listed.cases))
    return listed


def look_up_cases(installation: Installation, wanted: CaseFilter, *, limit: int, now: datetime) -> CaseList:
    """The same for another service, which puts its own read on record. Raises StoreError."""
    views = installation.views
    cases = views.cases(wanted, limit=limit)
    total = len(cases) if len(cases) < limit else views.count(wanted)
    late = views.late_steps([view.case_id for view in cases]) if cases else ()
    return CaseList(tuple(cases), Delays(installation, installation.business(now)).steps(late), total)


def read_desk(installation: Installation, reader: Reader, department: str, *, limit: int, now: datetime) -> Desk:
    """What waits for a department, at most so much; the read is on record. Raises UnknownDepartment, StoreError."""
    items = installation.views.worklist(department, limit=limit)
    told = EscalationFilter(open_only=True, told_department=department)
    escalations = look_up_escalations(installation, told, limit=limit, now=now)
    known = installation.catalog.departments.get(department)
    if known is None and not items and not escalations.items:
        # An imported log has departments of its own; one without work cannot be told from a slip of the pen.
        installation.catalog.department(department)
    desk = Desk(department, known, Delays(installation, installation.business(now)).steps(items), escalations)
    shown = len(desk.work) + len(escalations.items)
    record_read(installation, reader, filter={"department": department}, count=shown)
    return desk
