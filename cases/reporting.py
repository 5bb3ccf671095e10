"""Promised against used: the reckoning of one case, read from its ledger, and the sums of many. Pure.

All times are working time in seconds, so that cases can be added up: of the calendar on which the clock ran, and of the
case's calendar where it is about no clock; what a suspension or the applicant took is left out of what was used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cases.closing import time_shares
from cases.decide import fold
from cases.duties import DutyKept, duties_of
from cases.model import CASE_CLOCKS, Case, ClockState, ClockStatus, StepState
from cases.promised import counts_as_breached, promised
from cases.timetable import timetable_of
from catalog.duties import DutyRules
from catalog.model import Definitions
from events.language import case_events as ev
from events.language.case_events import EventRecord
from sla.calendar import WorkingCalendar, compiled
from sla.clock import Clock
from sla.errors import CalendarRangeError
from sla.suspension import pauses

NOT_THE_AGENCYS = ("applicant", "suspension", "closed")


COUNTS = (
    "cases",
    "closed",
    "clocks",
    "met",
    "breached",
    "past_appointment",
    "appointments_missed",
    "new_appointments",
    "set_aside",
    "warnings",
    "escalations",
)
"""What is counted in a tally, in the order in which reports show it."""


@dataclass(slots=True)
class Tally:
    """Figures that add up. Times in working seconds."""

    cases: int = 0
    closed: int = 0
    clocks: int = 0
    """Promises that have ended: of the case, or, for a department, of its steps."""
    met: int = 0
    breached: int = 0
    """The lawful end passed, or the only one; what was recorded too early or set aside is not counted."""
    past_appointment: int = 0
    """Promises past their appointment and within their limit, now; for a department, of the cases that it has."""
    appointments_missed: int = 0
    """Promises whose appointment passed before they were kept; for a department, while it had the case."""
    new_appointments: int = 0
    """Appointments put off with an apology; for a department, while it had an open step."""
    set_aside: int = 0
    """Promises with a breach on record that does not count."""
    promised_seconds: float = 0.0
    used_seconds: float = 0.0
    """Of the promises that have ended, what they took."""
    held_seconds: float = 0.0
    """How long the case was with the agencies, `system` and `between_steps` too, each an owner among the departments:
    exclusive, so that it sums over them. What the applicant and suspensions took is in none."""
    warnings: int = 0
    escalations: int = 0
    duties: dict[str, int] = field(default_factory=dict)
    """By duty: how often it arose."""
    duties_late: dict[str, int] = field(default_factory=dict)
    """By duty: how often it was late."""

    def add(self, other: Tally) -> None:
        """Add the figures of another."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("promised_seconds", "used_seconds", "held_seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.duties, other.duties), (self.duties_late, other.duties_late)):
            for duty, count in theirs.items():
                mine[duty] = mine.get(duty, 0) + count

    @property
    def used_share(self) -> float | None:
        """What part of the promised time was used; None where nothing has ended."""
        return self.used_seconds / self.promised_seconds if self.promised_seconds else None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One case as the reports see it."""

    case_id: str
    procedure: str
    lane: str
    opened_at: datetime
    whole: Tally
    departments: dict[str, Tally]
    """By department, and beside them by `system` and `between_steps` where these had the case."""
    owners: dict[str, float]
    """Who had the case how long, in wall-clock seconds; they sum to the whole life."""


def reckoning_of(
    definitions: Definitions, records: Sequence[EventRecord], rules: DutyRules | None, now: datetime
) -> Reckoning | None:
    """The reckoning of a case up to now; None for a ledger without a submission."""
    if not records or not isinstance(records[0].event, ev.ApplicationSubmitted):
        return None
    case = fold(records[0].case_id, definitions, records)
    if case.opened_at is None:
        return None
    calendar = compiled(case.definitions.calendar)
    whole = Tally(cases=1, closed=int(case.is_closed))
    departments: dict[str, Tally] = {}
    for state in case.clocks.values():
        ran_on = compiled(case.definitions.calendar_of(state.calendar))
        tallies = _tallies_of(state, case, whole, departments)
        _count_clock(case, state, tallies, ran_on)
        if state.kind in CASE_CLOCKS and tallies:
            _count_appointment(case, state, whole, departments)
    _count_rungs(case, records, whole, departments)
    _count_new_appointments(records, whole, departments)
    _count_holding(case, calendar, now, whole, departments)
    for duty in duties_of(case.definitions, rules, records):
        for tally in (whole, departments.setdefault(duty.department, Tally())):
            _count_duty(tally, duty, case.closed_at or now)
    for tally in departments.values():
        tally.cases, tally.closed = 1, int(case.is_closed)
    until_at = case.closed_at or now
    owners = {share.owner: share.seconds for share in time_shares(case, until_at)}
    return Reckoning(case.case_id, case.definitions.procedure.id, case.lane, case.opened_at, whole, departments, owners)


def _tallies_of(state: ClockState, case: Case, whole: Tally, departments: dict[str, Tally]) -> list[Tally]:
    """The promise that counts for a case is the one it was held to: the green one where it had one."""
    if state.kind in CASE_CLOCKS:
        promised = "green" if case.number_of("green") else "statutory"
        return [whole] if state.kind == promised else []
    step = case.steps.get(state.step_id or "")
    return [] if step is None else [departments.setdefault(step.department, Tally())]


def _count_clock(case: Case, state: ClockState, tallies: Iterable[Tally], calendar: WorkingCalendar) -> None:
    promise, breached = promised(case, state), counts_as_breached(case, state)
    for tally in tallies:
        tally.set_aside += promise.set_aside
        tally.breached += breached
        if state.status is ClockStatus.CANCELLED or not (state.stopped or breached):
            continue
        tally.clocks += 1
        tally.met += promise.state == ClockStatus.MET
        if state.ended_at is not None:
            tally.promised_seconds += promised_working(state.clock, calendar)
            tally.used_seconds += used_working(state.clock, state.ended_at, calendar)


def _count_appointment(case: Case, state: ClockState, whole: Tally, departments: dict[str, Tally]) -> None:
    """What became of the appointment of the promise that counts; whoever had the case then missed it."""
    promise, table = promised(case, state), timetable_of(state, case.definitions)
    if not table.two_ends:
        return
    if promise.state == ClockStatus.PAST_APPOINTMENT:
        for tally in (whole, *_of_owner(case.spans[-1].owner, departments)):
            tally.past_appointment += 1
    # Of an older breach nobody recorded that the appointment had passed before.
    if promise.appointment_kept is False or counts_as_breached(case, state):
        passed_at = state.appointment_passed_at or table.appointment_at
        for tally in (whole, *_of_owner(_owner_at(case, passed_at), departments)):
            tally.appointments_missed += 1


def _owner_at(case: Case, at: datetime | None) -> str:
    """Who had the case at an instant; None: who has it now."""
    had = [span.owner for span in case.spans if at is None or span.started_at <= at]
    return had[-1] if had else case.spans[0].owner


def _of_owner(owner: str, departments: dict[str, Tally]) -> Iterator[Tally]:
    if owner not in NOT_THE_AGENCYS:
        yield departments.setdefault(owner, Tally())


def _count_new_appointments(records: Iterable[EventRecord], whole: Tally, departments: dict[str, Tally]) -> None:
    for record in records:
        event = record.event
        # An older program moved the limit together with the appointment.
        if isinstance(event, ev.AppointmentMoved) or (
            isinstance(event, ev.ClockExtended) and event.cause == "new_appointment"
        ):
            for tally in (whole, *(departments.setdefault(department, Tally()) for department in event.departments)):
                tally.new_appointments += 1


def promised_working(clock: Clock, calendar: WorkingCalendar) -> float:
    """The working time between the anchor of a clock and its end, had it never been suspended; in seconds."""
    try:
        end = clock.model_copy(update={"suspensions": ()}).due(calendar)
    except CalendarRangeError:
        return 0.0
    return 0.0 if end is None else calendar.between(clock.anchored_at, end.operational_at).total_seconds()


def used_working(clock: Clock, until_at: datetime, calendar: WorkingCalendar) -> float:
    """The working time from the anchor of a clock until the instant, suspensions left out; in seconds."""
    if until_at <= clock.anchored_at:
        return 0.0
    used = calendar.between(clock.anchored_at, until_at)
    for pause in pauses(clock.suspensions, clock.anchored_at):
        if pause.from_at < until_at:
            used -= calendar.between(pause.from_at, min(pause.until_at, until_at))
    return used.total_seconds()


def _count_rungs(case: Case, records: Iterable[EventRecord], whole: Tally, departments: dict[str, Tally]) -> None:
    for record in records:
        event = record.event
        if not isinstance(event, ev.RungFired):
            continue
        step: StepState | None = case.steps.get(event.step_id or "")
        tallies = [whole] if step is None else [whole, departments.setdefault(step.department, Tally())]
        for tally in tallies:
            tally.warnings += event.kind == "warning"
            tally.escalations += event.kind == "escalation"


def _count_holding(
    case: Case, calendar: WorkingCalendar, now: datetime, whole: Tally, departments: dict[str, Tally]
) -> None:
    """The working time of every span, of whoever had the case."""
    until_at = case.closed_at or now
    for span, following in zip(case.spans, [*case.spans[1:], None], strict=True):
        ends_at = until_at if following is None else min(following.started_at, until_at)
        if span.owner in NOT_THE_AGENCYS or ends_at <= span.started_at:
            continue
        try:
            held = calendar.between(span.started_at, ends_at).total_seconds()
        except CalendarRangeError:
            continue
        for tally in (whole, *_of_owner(span.owner, departments)):
            tally.held_seconds += held


def _count_duty(tally: Tally, duty: DutyKept, now: datetime) -> None:
    tally.duties[duty.duty] = tally.duties.get(duty.duty, 0) + 1
    tally.duties_late[duty.duty] = tally.duties_late.get(duty.duty, 0) + duty.late_at(now)


def summed(reckonings: Iterable[Reckoning], by: str) -> dict[str, Tally]:
    """The reckonings added up by `department`, `lane` or `procedure`; in the order of the names."""
    tallies: dict[str, Tally] = {}
    for reckoning in reckonings:
        if by == "department":
            for department, tally in reckoning.departments.items():
                tallies.setdefault(department, Tally()).add(tally)
        else:
            tallies.setdefault(reckoning.lane if by == "lane" else reckoning.procedure, Tally()).add(reckoning.whole)
    return dict(sorted(tallies.items()))
