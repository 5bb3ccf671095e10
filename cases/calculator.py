"""The deadline calculator: both promises of an application, its ladder, and each rule that made them, without any server.

It asks the functions that the cases themselves run on. So an officer who checks a date here checks the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from cases.classification import may_open_to
from cases.promises import exceeds_statute, green_budget, minimum_cut
from cases.slack import StepShare, shares_of
from catalog.model import Definitions, LaneId, ProcedureVersion, Promise
from sla.calendar import CalendarDefinition, WorkingCalendar, compiled
from sla.clock import Clock
from sla.deadline import AfterHours, Due
from sla.definition import WEEKDAYS
from sla.errors import CalendarRangeError, SuspensionInFuture
from sla.ladder import Ladder, Rung, rung_instant
from sla.suspension import Suspension, pauses
from sla.units import WALL_CLOCK, WORKING_TIME, Budget, Unit
from wording.text import LazyText, _p


class Cited(NamedTuple):
    """A law or a form, and its articles."""

    document: LazyText
    articles: str = ""


CIVIL_CODE = _p("source", "Civil Code 2015")

COUNTING = {
    **dict.fromkeys(WALL_CLOCK, ("counted_hours", Cited(CIVIL_CODE, "146, 147(1)"))),
    **dict.fromkeys(WORKING_TIME, ("counted_working_hours", Cited(CIVIL_CODE, "147(1)"))),
    Unit.WORKING_DAYS: ("counted_working_days", Cited(CIVIL_CODE, "147(2), 148(2)")),
    Unit.DAYS: ("counted_days", Cited(CIVIL_CODE, "147(2), 148(2)")),
    Unit.MONTHS: ("counted_months", Cited(CIVIL_CODE, "147(2), 148(4)")),
}
DAY_OFF_MOVES_ON = Cited(CIVIL_CODE, "148(5)")
RECEIPT = Cited(CIVIL_CODE, "147(2)")
SUSPENSION = Cited(_p("source", "form 05 of Circular 03/2025"))
DAYS_SHOWN_MAX = 12


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that made the answer: a code for the screens' words, what fills them, and where the rule is from."""

    rule: str
    source: str | Cited
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise: its clock, and when it ends."""

    clock: Clock
    due: Due


@dataclass(frozen=True, slots=True)
class FiringRung:
    """A rung and when it fires; None: the calendar ends before."""

    rung: Rung
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, and all that follows from it. Instants are in the calendar's zone."""

    definitions: Definitions
    lane: LaneId
    at: datetime
    suspensions: tuple[Suspension, ...]
    statutory: Promised
    green: Promised | None
    rungs: tuple[FiringRung, ...]
    """At shares of the promised clock, rising."""
    escalations: tuple[FiringRung, ...]
    """At delays after its end."""
    steps: tuple[StepShare, ...]
    """How the promise is shared out over the steps, and the slack beside the longest path."""
    reasons: tuple[Reason, ...]

    @property
    def promised(self) -> Promised:
        """The promise that the department is held to: the green one where there is one."""
        return self.green or self.statutory


def refuse_future(suspensions: Iterable[Suspension], at: datetime, now: datetime) -> None:
    """Raises SuspensionInFuture for time suspended after now, unless the application itself lies in the future."""
    if at > now:
        return
    for entry in suspensions:
        last_at = entry.until_at or entry.from_at
        if entry.from_at > now or last_at > now:
            raise SuspensionInFuture.of("suspension_future", field="pause", until=last_at.isoformat())


def calculate(
    definitions: Definitions, lane: LaneId, at: datetime, suspensions: Sequence[Suspension] = ()
) -> Answer | None:
    """What an application received at the instant would be promised; None where its procedure has no limit of its own.

    The lane is taken as given: whether the application is entitled to it, classification says. Raises CalendarRangeError
    where the calendar covers the receipt or an answer not, NaiveInstant.
    """
    calendar = compiled(definitions.calendar)
    procedure = definitions.procedure
    local_at = calendar.local(at)
    if procedure.limit is None:
        return None
    statutory = _promised(procedure.limit, local_at, procedure.after_hours, suspensions, calendar)
    reasons = [*_receipt(procedure, local_at, calendar), *_statutory(procedure, local_at, statutory, calendar)]
    green, why = _green(definitions, lane, statutory.clock, calendar)
    reasons += why
    promised = green or statutory
    reasons += [*_pauses(suspensions, local_at), *_calendar(definitions.calendar, local_at, (statutory, green))]
    ladder = definitions.case_ladder
    shares = sorted((rung for rung in _rungs_of(ladder, promised) if rung.percent), key=lambda rung: rung.percent or 0)
    rungs = tuple(_firing(rung, promised.clock, calendar) for rung in shares)
    later = tuple(_firing(rung, promised.clock, calendar) for rung in ladder.rungs if rung.delay is not None)
    clock = "green" if green else "statutory"
    reasons.append(Reason("ladder", f"{ladder.id} {ladder.version}", {"ladder": ladder.id, "clock": clock}))
    steps = shares_of(definitions, promised.clock.budget, local_at, calendar)
    reasons += _department_calendars(definitions)
    return Answer(
        definitions, lane, local_at, tuple(suspensions), statutory, green, rungs, later, steps, tuple(reasons)
    )


def _promised(
    budget: Budget,
    at: datetime,
    after_hours: AfterHours,
    suspensions: Sequence[Suspension],
    calendar: WorkingCalendar,
) -> Promised:
    clock = Clock(budget=budget, anchored_at=at, after_hours=after_hours, suspensions=tuple(suspensions))
    end = clock.due(calendar)
    if end is None:
        raise ValueError("a pause without an end was given: the clock has none either")
    return Promised(clock, end)


def _green(
    definitions: Definitions,
    lane: LaneId,
    statutory: Clock,
    calendar: WorkingCalendar,
) -> tuple[Promised | None, list[Reason]]:
    at, limit, lanes = statutory.anchored_at, statutory.budget, definitions.lanes
    table = f"{lanes.id} {lanes.version}"
    if lane is LaneId.STANDARD:
        return None, [Reason("lane_standard", table)]
    promise = lanes.promise_by_lane.get(lane)
    if promise is None:
        return None, [Reason("lane_not_promised", table, {"lane": lane, "day": at.date()})]
    budget = green_budget(definitions, lane)
    if budget is None or isinstance(budget, str):
        return None, [Reason("lane_without_budget", table, {"lane": lane})]
    why = [_lane_reason(promise, budget, definitions.procedure, table)]
    if exceeds_statute(budget, statutory, calendar):
        return None, [*why, Reason("longer_than_statute", table, {"green": budget, "statutory": limit})]
    least = minimum_cut(budget, definitions.procedure, at, calendar)
    if least is not None:
        return None, [
            *why,
            Reason("minimum_cut", _own_rule(definitions.procedure, at), {"green": budget, "least": least}),
        ]
    green = _promised(budget, at, statutory.after_hours, statutory.suspensions, calendar)
    if budget.unit is not limit.unit:
        why += _counting(green, at, calendar)
    elif budget != limit:
        why += _moved(green, at, calendar)
    entitled = "entitlement" if may_open_to(lanes, lane, definitions.procedure) else "lane_not_open"
    return green, [*why, Reason(entitled, table, {"lane": lane, "procedure": definitions.procedure.id})]


def _lane_reason(promise: Promise, budget: Budget, procedure: ProcedureVersion, table: str) -> Reason:
    details: dict[str, object] = {"lane": promise.lane, "budget": budget, "verified": promise.verified}
    source = f"{promise.source} ({table})"
    if promise.reduction is None:
        return Reason("lane_budget_steps" if promise.scope == "step" else "lane_budget", source, details)
    cut = min(promise.reduction, procedure.reduction_max)
    return Reason("lane_reduction", source, {**details, "percent": round(cut * 100), "limit": procedure.limit})


def _statutory(
    procedure: ProcedureVersion, at: datetime, statutory: Promised, calendar: WorkingCalendar
) -> Iterator[Reason]:
    basis = _own_rule(procedure, at)
    details = {"budget": statutory.clock.budget, "procedure": procedure.id, "version": procedure.version}
    yield Reason("statutory_limit", basis, {**details, "verified": procedure.verified})
    yield from _counting(statutory, at, calendar)


def _receipt(procedure: ProcedureVersion, at: datetime, calendar: WorkingCalendar) -> Iterator[Reason]:
    if calendar.is_working_instant(at):
        return
    opening_at = calendar.normalise(at)
    if procedure.after_hours is AfterHours.NEXT_OPENING:
        yield Reason("after_hours_opening", _own_rule(procedure, at), {"opening": opening_at})
    else:
        yield Reason("after_hours_receipt", RECEIPT, {"opening": opening_at, "day": at.date()})


def _own_rule(procedure: ProcedureVersion, at: datetime) -> str:
    return (
        "; ".join(basis.cited_on(at.date()) for basis in procedure.legal_basis) or f"{procedure.id} {procedure.version}"
    )


def _counting(promised: Promised, at: datetime, calendar: WorkingCalendar) -> Iterator[Reason]:
    budget = promised.clock.budget
    rule, source = COUNTING[budget.unit]
    yield Reason(rule, source, {"budget": budget, "day": promised.due.lawful_day})
    yield from _moved(promised, at, calendar)


def _moved(promised: Promised, at: datetime, calendar: WorkingCalendar) -> Iterator[Reason]:
    """The last day of a limit that was off, and a sum that fell on a boundary of the opening hours."""
    budget, end = promised.clock.budget, promised.due
    if budget.unit in (Unit.DAYS, Unit.MONTHS) and not promised.clock.suspensions:
        opened = calendar.normalise(at) if promised.clock.after_hours is AfterHours.NEXT_OPENING else at
        counted = calendar.counted_day(opened.date(), budget)
        if counted != end.lawful_day:
            yield Reason("day_off_moves_on", DAY_OFF_MOVES_ON, {"counted": counted, "day": end.lawful_day})
    if budget.unit not in WALL_CLOCK and _is_closing(end.operational_at, calendar):
        yield Reason("boundary", f"{calendar.definition.id} {calendar.definition.version}", {"at": end.operational_at})


def _is_closing(at: datetime, calendar: WorkingCalendar) -> bool:
    just_before = at.astimezone(UTC) - timedelta(microseconds=1)
    return calendar.is_working_instant(just_before) and not calendar.is_working_instant(at)


def _pauses(suspensions: Sequence[Suspension], at: datetime) -> Iterator[Reason]:
    counted = pauses(suspensions, at)
    for entry in suspensions:
        if entry.until_at is not None and entry.until_at <= at:
            yield Reason("pause_before", SUSPENSION, {"from": entry.from_at, "until": entry.until_at})
        else:
            yield Reason("pause", SUSPENSION, {"from": entry.from_at, "until": entry.until_at})
    if suspensions and 0 < len(counted) < sum(entry.until_at is None or entry.until_at > at for entry in suspensions):
        yield Reason("pauses_once", SUSPENSION)


def _calendar(definition: CalendarDefinition, at: datetime, promised: Sequence[Promised | None]) -> Iterator[Reason]:
    ends = [promise.due for promise in promised if promise is not None]
    last_day = max(end.lawful_day or end.operational_at.date() for end in ends)
    yield Reason(
        "calendar",
        definition.source or f"{definition.id} {definition.version}",
        {
            "calendar": definition.id,
            "version": definition.version,
            "digest": definition.digest[:12],
            "verified": definition.verified,
        },
    )
    crossed = [
        day for day in sorted(definition.days_off) if at.date() <= day <= last_day and _is_weekly(definition, day)
    ]
    if crossed:
        yield Reason("days_off_crossed", definition.source, {"days": tuple(crossed[:DAYS_SHOWN_MAX])})
    made_up = [entry for entry in definition.working_days if at.date() <= entry.day <= last_day]
    for entry in made_up:
        yield Reason("made_up_day", entry.source or definition.source, {"day": entry.day})
    for flagged in definition.flagged_days_off:
        for day in flagged.days:
            if at.date() <= day <= last_day:
                yield Reason("flag_not_set", flagged.source, {"day": day, "flag": flagged.flag})


def _department_calendars(definitions: Definitions) -> Iterator[Reason]:
    """The departments of the procedure's steps that do not keep the case's calendar."""
    for department in dict.fromkeys(step.department for step in definitions.procedure.steps if step.clock):
        calendar_id = definitions.calendar_ids.get(department)
        if calendar_id is not None:
            own = definitions.calendar_of(calendar_id)
            details = {"department": department, "calendar": own.id, "version": own.version}
            yield Reason("department_calendar", own.source or f"{own.id} {own.version}", details)


def _is_weekly(definition: CalendarDefinition, day: date) -> bool:
    return bool(definition.weekly.get(WEEKDAYS[day.weekday()]))


def _rungs_of(ladder: Ladder, promised: Promised) -> Iterator[Rung]:
    """Of a limit in hours the appointment is the end: nothing says that only the first of two has passed."""
    has_two_ends = promised.due.lawful_end_at is not None
    return (rung for rung in ladder.rungs if has_two_ends or rung.kind != "past_appointment")


def _firing(rung: Rung, clock: Clock, calendar: WorkingCalendar) -> FiringRung:
    try:
        return FiringRung(rung, rung_instant(rung, clock, calendar, two_ends=True))
    except CalendarRangeError:
        return FiringRung(rung, None)
