"""What a new calendar or procedure version would change, for very many open cases: the plan, before anything happens.

A plan asks the functions that the command will ask of each case; only the ends of clocks are computed all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

import numpy as np

from cases.decide import draft_of
from cases.model import Case, CaseStatus, ClockState, StepState, StepStatus
from cases.timetable import appointment_at
from events.language.commands import ApplyCalendar, MigrateProcedure
from events.language.refusals import Refusal
from sla.bulk import EPOCH, Bools, DueColumns, columns_of, due_columns
from sla.calendar import CalendarDefinition, compiled

MICROSECOND: Final = timedelta(microseconds=1)
STANDS_STILL: Final = "-"
"""Stands for the clock of a case that waits: no due instant changes now, but what will be armed needs the new rules."""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """How one clock's due instant is superseded. None: it has none, because it stands still or the calendar ends before."""

    case_id: str
    clock_id: str
    kind: str
    step_id: str | None
    former_due_at: datetime | None
    due_at: datetime | None

    @property
    def reason(self) -> str:
        """`earlier`, `later`, `covered` (it had no due instant before), `uncovered` (it has none any more), `waits`."""
        if self.clock_id == STANDS_STILL:
            return "waits"
        if self.former_due_at is None or self.due_at is None:
            return "covered" if self.former_due_at is None else "uncovered"
        return "earlier" if self.due_at < self.former_due_at else "later"


@dataclass(frozen=True, slots=True)
class RefusedChange:
    """A case that would refuse the command, and why."""

    case_id: str
    refusal: Refusal


def calendar_changes(open_cases: Iterable[Case], target: CalendarDefinition) -> Iterator[PlannedChange]:
    """What a version of a calendar changes for these cases: the clocks that run on it, of the case or of a department.

    Cases that cannot have a clock on the calendar, or are on the version already, have no part.
    """
    concerned = [case for case in open_cases if _runs_on_another_version(case, target)]

    def version_of(case: Case) -> str:
        return case.definitions.calendars[target.id].digest

    concerned.sort(key=version_of)
    for _, group in groupby(concerned, key=version_of):
        yield from _of_one_version(list(group), target)


def _runs_on_another_version(case: Case, target: CalendarDefinition) -> bool:
    former = case.definitions.calendars.get(target.id)
    return not case.is_closed and former is not None and former.digest != target.digest


def _of_one_version(concerned: Sequence[Case], target: CalendarDefinition) -> Iterator[PlannedChange]:
    rows = [(case, state) for case in concerned for state in case.clocks.values() if _runs_on(case, state, target.id)]
    columns = columns_of([state.clock for _, state in rows])
    former = due_columns(columns, compiled(concerned[0].definitions.calendars[target.id]))
    latter = due_columns(columns, compiled(target))
    changed: set[str] = set()
    for row in np.flatnonzero(_differing(former, latter)).tolist():
        case, state = rows[row]
        changed.add(case.case_id)
        yield PlannedChange(
            case.case_id, state.id, state.kind, state.step_id, _instant(former, row), _instant(latter, row)
        )
    for case in concerned:
        if case.case_id not in changed and _waits(case, target.id):
            yield PlannedChange(case.case_id, STANDS_STILL, "case", None, None, None)


def _differing(former: DueColumns, latter: DueColumns) -> Bools:
    one, other = former.operational_at, latter.operational_at
    differing: Bools = (one != other) & ~(np.isnat(one) & np.isnat(other))
    return differing


def _instant(ends: DueColumns, row: int) -> datetime | None:
    at = ends.operational_at[row]
    return None if np.isnat(at) else (EPOCH + int(at.astype(np.int64)) * MICROSECOND).astimezone(UTC)


def _runs_on(case: Case, state: ClockState, calendar_id: str) -> bool:
    return not state.stopped and (state.calendar or case.definitions.calendar.id) == calendar_id


def _waits(case: Case, calendar_id: str) -> bool:
    if calendar_id != case.definitions.calendar.id:
        paused = any(_is_paused(state) and _runs_on(case, state, calendar_id) for state in case.clocks.values())
        return paused or any(_will_start_on(case, step, calendar_id) for step in case.steps.values())
    return case.status is not CaseStatus.IN_PROGRESS or any(_is_paused(state) for state in case.clocks.values())


def _will_start_on(case: Case, step: StepState, calendar_id: str) -> bool:
    to_come = step.status in (StepStatus.WAITING, StepStatus.AWAITING_SUPPLEMENT)
    return to_come and case.definitions.calendar_ids.get(step.department) == calendar_id


def _is_paused(state: ClockState) -> bool:
    return state.is_paused and not state.stopped


def tried_out(case: Case, command: ApplyCalendar | MigrateProcedure) -> list[PlannedChange] | RefusedChange:
    """What the command would change on one case: it is decided, and nothing of it is kept."""
    drafted = draft_of(case, command, command.received_at)
    if isinstance(drafted, Refusal):
        return RefusedChange(case.case_id, drafted)
    changes = []
    for kind, step_id in sorted(_measures(case) | _measures(drafted.state), key=str):
        former, latter = _current(case, kind, step_id), _current(drafted.state, kind, step_id)
        before = None if former is None else appointment_at(former, case.definitions)
        after = None if latter is None else appointment_at(latter, drafted.state.definitions)
        named = latter or former
        if before != after and named is not None:
            changes.append(PlannedChange(case.case_id, named.id, kind, step_id, before, after))
    # Also without another due instant the case runs under another version from then on: it is part of the plan.
    return changes or [PlannedChange(case.case_id, STANDS_STILL, "case", None, None, None)]


def _measures(case: Case) -> set[tuple[str, str | None]]:
    return {(state.kind, state.step_id) for state in case.clocks.values() if not state.stopped}


def _current(case: Case, kind: str, step_id: str | None) -> ClockState | None:
    running = (s for s in reversed(case.clocks.values()) if s.kind == kind and s.step_id == step_id and not s.stopped)
    return next(running, None)
