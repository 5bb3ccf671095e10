"""Lanes and what they promise; what share of the promise each step has."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from catalog.model import LaneId, ProcedureVersion, StepDefinition
from events.language.commands import Application
from sla.units import Budget, Unit
from tests.audit.simulation.reference.hours import MINUTE
from tests.audit.simulation.reference.life import Clock, Life, hours_of
from tests.audit.simulation.reference.limits import WORKED, Limit

WALL = (Unit.HOURS, Unit.MINUTES)


def lane_of(life: Life, application: Application) -> LaneId:
    """The rules in their order; the first of which all conditions hold gives the lane."""
    for rule in life.definitions.lanes.rules:
        if entitles(life, application, rule.id):
            return rule.lane
    return LaneId.STANDARD


def entitles(life: Life, application: Application, rule_id: str) -> bool:
    """Whether one rule of the table holds for an application."""
    table = life.definitions.lanes
    rule = next(rule for rule in table.rules if rule.id == rule_id)
    own = {"procedure": life.procedure.id, "sector": life.procedure.sector}
    lists = {entry.id: entry.entries for entry in table.lists}
    for condition in rule.when:
        fact = own.get(condition.fact, application.facts.get(condition.fact))
        if fact is None:
            return False
        if condition.in_list is not None and fact not in lists[condition.in_list]:
            return False
        if condition.equals is not None and (type(fact) is not type(condition.equals) or fact != condition.equals):
            return False
        if condition.at_least is not None and (isinstance(fact, bool | str) or fact < condition.at_least):
            return False
    return True


def promised(life: Life, lane: LaneId) -> Budget | None:
    """What the lane promises: a budget of its own, or the statute less the reduction, in whole units, rounded up."""
    promise = next((p for p in life.definitions.lanes.promises if p.lane == lane), None)
    if promise is None or lane is LaneId.STANDARD:
        return None
    if promise.budget is not None:
        return promise.budget
    limit = life.procedure.limit
    assert limit is not None
    assert promise.reduction is not None
    # Never cut by more than the procedure itself allows; a part of a day is a day: due = ceil(...).
    cut = min(promise.reduction, life.procedure.reduction_max)
    amount = int(((1 - cut) * Decimal(limit.amount)).to_integral_value(ROUND_CEILING))
    floors = [floor.amount for floor in promise.floors if floor.unit is limit.unit]
    return Budget(amount=max(amount, *floors, 1) if floors else max(amount, 1), unit=limit.unit)


def may_be_promised(life: Life, budget: Budget, statutory: Clock, *, at: int, heard: int) -> bool:
    """Appointment against appointment: a promise behind the statute is none, and none is given that is past already."""
    promise = as_promised(life, budget, statutory)
    # Against the statute as both are armed: what is promised is the budget, and pauses come later.
    green, law = promise._replace(held=()).ends(), statutory.limit._replace(moved=0, held=()).ends()
    # Against time as it will run: of a clock that stands still, if it ran on from the command.
    running = tuple((begins, max(begins, at) if ends is None else ends) for begins, ends in promise.held)
    runs_to = promise._replace(held=running).ends()
    assert green is not None
    assert law is not None
    assert runs_to is not None
    return green.appointment_at <= law.appointment_at and runs_to.appointment_at > heard


def as_promised(life: Life, budget: Budget, statutory: Clock) -> Limit:
    """The promise from where the case counts: elapsed time and pauses are kept."""
    return statutory.limit._replace(unit=budget.unit, amount=budget.amount, moved=0)


def shares(life: Life, promise: Limit) -> dict[str, Budget]:
    """Each step's share of the promise, by its weight along the heaviest path, in whole minutes, at least one."""
    steps = life.procedure.steps
    heaviest = max((_weight(step, steps) for step in steps), default=1) or 1
    plain = promise._replace(held=(), moved=0, next_opening=False).ends()
    assert plain is not None
    wall = promise.unit in WALL
    hours = hours_of(life.definitions.calendar)
    whole = hours.passed(promise.anchored, plain.appointment_at, (), working=not wall) // MINUTE
    unit = Unit.MINUTES if wall else Unit.WORKING_MINUTES
    found = {}
    for step in steps:
        if step.clock:
            own = Budget(amount=max(1, whole * step.weight // heaviest), unit=unit)
            found[step.id] = step.budget or own
    return found


def _weight(step: StepDefinition, steps: tuple[StepDefinition, ...]) -> int:
    before = [other for other in steps if other.id in step.needs]
    own = step.weight if step.clock else 0
    return own + max((_weight(other, steps) for other in before), default=0)


def clocks_of_departments(life: Life, department: str) -> str | None:
    """The calendar that a department keeps, where it is not the case's: its work is counted on it."""
    for kept in life.definitions.department_calendars:
        if department in kept.departments and kept.calendar.id != life.definitions.calendar.id:
            return kept.calendar.id
    return None


__all__ = [
    "WORKED",
    "ProcedureVersion",
    "as_promised",
    "clocks_of_departments",
    "entitles",
    "lane_of",
    "may_be_promised",
    "promised",
    "shares",
]
