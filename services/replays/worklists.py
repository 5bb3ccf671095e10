"""A department's worklist as of two instants: the cases that were open then and had its work, folded again one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from audit.replay.cases import case_at
from catalog.province import Department
from events.language.refusals import Refusal
from services.installation import Installation
from services.lateness import WaitingStep
from services.recording_reads import Reader, record_read
from services.replays.instants import Asked, Instants, instants_of
from services.replays.moments import waiting_then
from services.replays.streams import known_cases
from store.replays import cases_worked_on

MICROSECOND: Final = timedelta(microseconds=1)
NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WorkThen:
    """What waited for a department at an instant."""

    department: str
    known: Department | None
    """As the catalogue has it; None: of an imported log, which has departments of its own."""
    instants: Instants
    work: tuple[WaitingStep, ...]
    """The most urgent first, as at a desk."""


def replay_department(
    installation: Installation, reader: Reader, department: str, asked: Asked, *, now: datetime
) -> WorkThen | Refusal:
    """What waited for a department at an instant, by what was known at another; the read is on record.

    Raises UnknownDepartment, StoreError.

    Only cases that were open at the instant and had work of the department are read, a few hundred at a time; how long it takes
    follows their number and the length of their lives, not the age of the ledger.
    """
    instants = instants_of(installation, asked, now)
    if isinstance(instants, Refusal):
        return instants
    found: list[WaitingStep] = []
    for case in known_cases(installation, _case_ids(installation, department, instants), instants):
        stood = case_at(case.definitions, case.known, instants.folded_at)
        if stood is not None:
            found += (step for step in waiting_then(stood, instants.at) if step.item.department == department)
    known = installation.catalog.departments.get(department)
    if known is None and not found:
        # One without work cannot be told from a slip of the pen.
        installation.catalog.department(department)
    then = WorkThen(department, known, instants, tuple(sorted(found, key=_urgency)))
    record_read(
        installation,
        reader,
        as_of=instants.at,
        known_at=instants.known_at,
        filter={"department": department},
        count=len(found),
    )
    return then


def _case_ids(installation: Installation, department: str, instants: Instants) -> list[str]:
    until, at = instants.known_until, instants.folded_at
    before = None if until is None else installation.business_time.to_real(until + MICROSECOND)
    return cases_worked_on(installation.store, department, NEVER if at is None else at, before)


def _urgency(step: WaitingStep) -> tuple[datetime, datetime, str, str]:
    item = step.item
    return item.due_at or NEVER, item.assigned_at, item.case_id, item.step_id
