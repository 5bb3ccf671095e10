"""What a case is promised: the statutory limit, the lane's green promise, and each step's share of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from catalog.model import Definitions, LaneId, ProcedureVersion, Promise, StepDefinition
from sla.calendar import WorkingCalendar
from sla.deadline import due
from sla.units import WALL_CLOCK, Budget, Unit


def green_budget(definitions: Definitions, lane: LaneId) -> Budget | str | None:
    """The budget that the lane promises for the whole case; None for the standard lane; a text says why there is none."""
    promise = definitions.lanes.promise_by_lane.get(lane)
    if promise is None:
        return None
    if promise.budget is not None:
        return _of_steps(promise, promise.budget, definitions.procedure)
    limit = definitions.procedure.limit
    if limit is None:
        return "the procedure has no statutory limit to reduce"
    return _reduced(promise, limit, definitions.procedure)


def _of_steps(promise: Promise, budget: Budget, procedure: ProcedureVersion) -> Budget:
    if promise.scope == "case":
        return budget
    return Budget(amount=budget.amount * _longest(procedure.steps, lambda _: 1), unit=budget.unit)


def _reduced(promise: Promise, limit: Budget, procedure: ProcedureVersion) -> Budget:
    reduction = min(promise.reduction or Decimal(0), procedure.reduction_max)
    # Rounded up to whole units: a promise may be a little longer than 40 %, never shorter than the lane may cut.
    amount = int(((1 - reduction) * limit.amount).to_integral_value(ROUND_CEILING))
    floors = [floor.amount for floor in promise.floors if floor.unit is limit.unit]
    minimum = _longest(procedure.steps, lambda step: _minimum_in(step, limit.unit))
    return Budget(amount=max(amount, minimum, *floors, 1), unit=limit.unit)


def _minimum_in(step: StepDefinition, unit: Unit) -> int:
    return step.minimum.amount if step.minimum is not None and step.minimum.unit is unit else 0


def exceeds_statute(green: Budget, statutory: Budget, anchored_at: datetime, calendar: WorkingCalendar) -> bool:
    """Whether the promise would fall after the statutory instant: tested on due instants, whatever the units."""
    return due(green, anchored_at, calendar).operational_at > due(statutory, anchored_at, calendar).operational_at


def step_budget(
    step: StepDefinition, definitions: Definitions, promised: Budget, anchored_at: datetime, calendar: WorkingCalendar
) -> Budget:
    """A step's own budget, or its share of the promise along the critical path, never below its mandatory minimum.

    The shares along any path from start to end sum to at most the promise; off the critical path there is slack.
    """
    if step.budget is not None:
        return step.budget
    share = _share(step, definitions.procedure, promised, anchored_at, calendar)
    if step.minimum is not None:
        floor = due(step.minimum, anchored_at, calendar).operational_at
        if floor > due(share, anchored_at, calendar).operational_at:
            return step.minimum
    return share


def _share(
    step: StepDefinition,
    procedure: ProcedureVersion,
    promised: Budget,
    anchored_at: datetime,
    calendar: WorkingCalendar,
) -> Budget:
    whole = _critical_weight(procedure)
    if promised.unit in WALL_CLOCK:
        minutes = promised.amount * (60 if promised.unit is Unit.HOURS else 1)
        return Budget(amount=max(1, minutes * step.weight // whole), unit=Unit.MINUTES)
    # Working minutes between acceptance and the promise: one measure for limits in days, months and working days.
    end = due(promised, anchored_at, calendar).operational_at
    minutes = int(calendar.between(anchored_at, end).total_seconds()) // 60
    return Budget(amount=max(1, minutes * step.weight // whole), unit=Unit.WORKING_MINUTES)


def _critical_weight(procedure: ProcedureVersion) -> int:
    return max(1, _longest(procedure.steps, lambda step: step.weight if step.clock else 0))


def _longest(steps: tuple[StepDefinition, ...], length: Callable[[StepDefinition], int]) -> int:
    """The length of the longest path through the steps (their graph has no circles: the catalogue refuses them)."""
    by_id = {step.id: step for step in steps}
    found: dict[str, int] = {}

    def until_end_of(step_id: str) -> int:
        if step_id not in found:
            step = by_id[step_id]
            found[step_id] = length(step) + max((until_end_of(need) for need in step.needs), default=0)
        return found[step_id]

    return max((until_end_of(step_id) for step_id in by_id), default=0)
