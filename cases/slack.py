"""How a promise is shared out over the steps, and how much room each step has beside the longest path. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.promises import step_budget
from catalog.model import Definitions, StepDefinition
from sla.calendar import WorkingCalendar
from sla.deadline import due
from sla.units import WALL_CLOCK, Budget

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class StepShare:
    """One step's part of the promise. `slack` is in the promise's own measure: wall-clock or working time."""

    step: StepDefinition
    budget: Budget | None
    """None: the step has no clock."""
    slack: timedelta
    """By so much it may be late without any path through the steps taking longer than the longest one."""

    @property
    def is_critical(self) -> bool:
        """Whether it lies on the longest path."""
        return self.slack == ZERO


def shares_of(
    definitions: Definitions, promised: Budget, anchored_at: datetime, calendar: WorkingCalendar
) -> tuple[StepShare, ...]:
    """The shares of a promise that begins at the instant, in the order of the procedure. Raises CalendarRangeError."""
    steps = definitions.procedure.steps
    budgets = {
        step.id: step_budget(step, definitions, promised, anchored_at, calendar) if step.clock else None
        for step in steps
    }
    working = promised.unit not in WALL_CLOCK
    lengths = {step_id: _length(budget, anchored_at, calendar, working) for step_id, budget in budgets.items()}
    before = _longest(steps, {step.id: step.needs for step in steps}, lengths)
    after = _longest(steps, _followers(steps), lengths)
    whole = max(before.values(), default=ZERO)
    return tuple(
        StepShare(step, budgets[step.id], whole - (before[step.id] + after[step.id] - lengths[step.id]))
        for step in steps
    )


def _length(budget: Budget | None, at: datetime, calendar: WorkingCalendar, working: bool) -> timedelta:
    if budget is None:
        return ZERO
    ends_at = due(budget, at, calendar).operational_at
    return calendar.between(at, ends_at) if working else ends_at - at


def _followers(steps: Sequence[StepDefinition]) -> dict[str, tuple[str, ...]]:
    return {step.id: tuple(other.id for other in steps if step.id in other.needs) for step in steps}


def _longest(
    steps: Sequence[StepDefinition], neighbours: Mapping[str, tuple[str, ...]], lengths: Mapping[str, timedelta]
) -> dict[str, timedelta]:
    """The length of the longest path that ends with each step, the step included; the graph has no circles."""
    found: dict[str, timedelta] = {}
    waiting = [step.id for step in steps]
    while waiting:
        ready = [step_id for step_id in waiting if all(other in found for other in neighbours[step_id])]
        for step_id in ready:
            found[step_id] = lengths[step_id] + max((found[other] for other in neighbours[step_id]), default=ZERO)
        waiting = [step_id for step_id in waiting if step_id not in found]
    return found
