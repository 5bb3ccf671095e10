"""What became of a case under some rules, and the sums of many. Pure. Instants in UTC."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cases.model import Case, ClockState, ClockStatus
from cases.promised import counts_as_breached, promised
from cases.reporting import NOT_THE_AGENCYS
from cases.timetable import timetable_of
from events.language.case_events import EventRecord, RungFired
from sla.calendar import compiled
from sla.errors import CalendarRangeError

NO_PROMISE: Final = "none"
"""The state of a case to which nothing was promised."""


@dataclass(slots=True)
class Figures:
    """Figures that add up."""

    cases: int = 0
    met: int = 0
    """Cases whose promise was kept."""
    breached: int = 0
    """Cases whose promise was broken; of a department, while it had the case."""
    warnings: int = 0
    """That were given; of a department, on its steps, and on the whole case while it had it."""
    escalations: int = 0
    """As for warnings."""
    used_seconds: float = 0.0
    """Working time for which the agencies had the cases; what the applicant and suspensions took is in none."""

    def add(self, other: Figures) -> None:
        """Add the figures of another."""
        self.cases += other.cases
        self.met += other.met
        self.breached += other.breached
        self.warnings += other.warnings
        self.escalations += other.escalations
        self.used_seconds += other.used_seconds


@dataclass(slots=True)
class Ending:
    """What became of one case: of the promise that it was held to, the green one where it had one."""

    lane: str
    promise: str | None
    """Which promise it was held to: `green` or `statutory`; None: none."""
    state: str
    """running, past_appointment, met, breached, cancelled, or none: nothing was promised."""
    due_at: datetime | None
    """The appointment; None: no promise, or the clock is suspended."""
    late_seconds: float
    """By the wall clock, how long after its limit a breached promise was fulfilled, or waits; 0 for every other."""
    overdue_in_law: bool
    """The statutory limit was exceeded."""
    whole: Figures
    departments: dict[str, Figures]
    """By department, and beside them by `system` and `between_steps` where these had the case."""


def ending_of(case: Case, records: Sequence[EventRecord], until: datetime) -> Ending:
    """What became of a case up to an instant."""
    whole, departments = Figures(cases=1), dict[str, Figures]()
    for step in case.steps.values():
        if step.round:
            departments.setdefault(step.department, Figures())
    _count_holding(case, until, whole, departments)
    _count_rungs(case, records, whole, departments)
    green, statutory = case.current_clock("green"), case.current_clock("statutory")
    promise = statutory if green is None or green.status is ClockStatus.CANCELLED else green
    kind = None if promise is None else promise.kind
    ending = Ending(case.lane, kind, NO_PROMISE, None, 0.0, _is_breached(case, statutory), whole, departments)
    if promise is not None:
        _judge(ending, case, promise, until)
    for figures in departments.values():
        figures.cases = 1
    return ending


def _is_breached(case: Case, state: ClockState | None) -> bool:
    return state is not None and counts_as_breached(case, state)


def _judge(ending: Ending, case: Case, promise: ClockState, until: datetime) -> None:
    said = promised(case, promise)
    ending.state, ending.due_at = said.state, said.appointment_at
    if said.state == ClockStatus.MET:
        for figures in (ending.whole, *ending.departments.values()):
            figures.met += 1
    elif said.state == ClockStatus.BREACHED:
        ending.whole.breached += 1
        end_at = promise.breached_at or timetable_of(promise, case.definitions).end_at
        if end_at is not None:
            ending.late_seconds = max(0.0, ((promise.ended_at or until) - end_at).total_seconds())
            for figures in _of_owner(_owner_at(case, end_at), ending.departments):
                figures.breached += 1


def _owner_at(case: Case, at: datetime) -> str:
    """Who had the case at an instant."""
    place = bisect_right(case.spans, at, key=lambda span: span.started_at)
    return case.spans[max(0, place - 1)].owner


def _of_owner(owner: str, departments: dict[str, Figures]) -> tuple[Figures, ...]:
    """Whose figures these are, where it was none of the agencies' time, nobody's."""
    return () if owner in NOT_THE_AGENCYS else (departments.setdefault(owner, Figures()),)


def _count_rungs(case: Case, records: Sequence[EventRecord], whole: Figures, departments: dict[str, Figures]) -> None:
    for record in records:
        event = record.event
        if not isinstance(event, RungFired) or event.kind not in ("warning", "escalation"):
            continue
        step = case.steps.get(event.step_id or "")
        owner = _owner_at(case, record.at) if step is None else step.department
        for figures in (whole, *_of_owner(owner, departments)):
            figures.warnings += event.kind == "warning"
            figures.escalations += event.kind == "escalation"


def _count_holding(case: Case, until: datetime, whole: Figures, departments: dict[str, Figures]) -> None:
    """The working time of every span, of whoever had the case."""
    calendar, until_at = compiled(case.definitions.calendar), case.closed_at or until
    for number, span in enumerate(case.spans):
        ends_at = case.spans[number + 1].started_at if number + 1 < len(case.spans) else until_at
        if span.owner in NOT_THE_AGENCYS or min(ends_at, until_at) <= span.started_at:
            continue
        try:
            held = calendar.between(span.started_at, min(ends_at, until_at)).total_seconds()
        except CalendarRangeError:
            continue
        for figures in (whole, departments.setdefault(span.owner, Figures())):
            figures.used_seconds += held


@dataclass(slots=True)
class Change:
    """One case that would have become another."""

    case: str
    before: Ending
    after: Ending

    @property
    def is_one(self) -> bool:
        """Whether anything differs that is told of one case."""
        return self._told(self.before) != self._told(self.after)

    @staticmethod
    def _told(end: Ending) -> tuple[object, ...]:
        return (end.lane, end.state, end.due_at, end.late_seconds, end.whole.warnings, end.whole.escalations)


@dataclass(slots=True)
class Side:
    """All cases under one of the two."""

    whole: Figures = field(default_factory=Figures)
    lanes: Counter[str] = field(default_factory=Counter)
    departments: dict[str, Figures] = field(default_factory=dict)
    overdue_in_law: int = 0
    warned: int = 0
    """Cases that had a warning."""
    late: list[float] = field(default_factory=list)
    """Of the cases whose promise was broken, `late_seconds`."""

    def add(self, ending: Ending) -> None:
        """Add one case."""
        self.whole.add(ending.whole)
        self.lanes[ending.lane] += 1
        self.overdue_in_law += ending.overdue_in_law
        self.warned += ending.whole.warnings > 0
        if ending.whole.breached:
            self.late.append(ending.late_seconds)
        for department, figures in ending.departments.items():
            self.departments.setdefault(department, Figures()).add(figures)


@dataclass(slots=True)
class Simulation:
    """Many cases as they became, and as they would have."""

    policy: str
    """Id and version."""
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    changed: list[Change] = field(default_factory=list)
    """In the order in which the cases were opened, or stand in the log."""
    events: int = 0
    """Of the cases as they became, and as they would have."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Cases that could not be lived again, by why; they are in none of the figures."""
    not_applied: Counter[str] = field(default_factory=Counter)
    """Recorded acts that the other rules refuse, by the code of the refusal."""
    linked: int = 0
    """Cases that belong to linked dossiers: each is lived by itself."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What a log calls its departments, by id."""
    elapsed_s: float = 0.0

    @property
    def cases(self) -> int:
        """How many cases were lived again."""
        return self.before.whole.cases

    def add(self, case: str, before: Ending, after: Ending) -> None:
        """Add one case as it became and as it would have."""
        self.before.add(before)
        self.after.add(after)
        change = Change(case, before, after)
        if change.is_one:
            self.changed.append(change)
