"""How a promise is shared out over the steps, and how much room each step has beside the longest path. Pure.

Where departments keep calendars of their own the steps are laid out one after the other, each on the calendar of its
department: a path may then end after the promise, and its steps have less than no room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.promises import step_budget
from catalog.model import Definitions, StepDefinition
from sla.calendar import WorkingCalendar, compiled
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
    """By so much it may be late without any path through the steps taking longer than the longest one, or than the promise.

    Below zero only where a department's own calendar takes a path beyond the promise.
    """

    @property
    def is_critical(self) -> bool:
        """Whether it lies on the longest path, or on one that ends after the promise."""
        return self.slack <= ZERO


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
    if any(step.clock and step.department in definitions.calendar_ids for step in steps):
        promise_at = due(promised, anchored_at, calendar).operational_at
        lasts = {step.id: _last_end(step, definitions, budgets, anchored_at) for step in steps}
        whole_at = min(max(lasts.values()), promise_at)
        slacks = {step_id: _signed(last_at, whole_at, calendar, working) for step_id, last_at in lasts.items()}
        return tuple(StepShare(step, budgets[step.id], slacks[step.id]) for step in steps)
    lengths = {step_id: _length(budget, anchored_at, calendar, working) for step_id, budget in budgets.items()}
    before = _longest(steps, {step.id: step.needs for step in steps}, lengths)
    after = _longest(steps, _followers(steps), lengths)
    whole = max(before.values(), default=ZERO)
    return tuple(
        StepShare(step, budgets[step.id], whole - (before[step.id] + after[step.id] - lengths[step.id]))
        for step in steps
    )


def _last_end(
    step: StepDefinition, definitions: Definitions, budgets: Mapping[str, Budget | None], anchored_at: datetime
) -> datetime:
    """When the longest path through the step ends, if every step on it begins as soon as those it needs have ended."""
    steps = definitions.procedure.steps
    through = _reached(step, {other.id: other.needs for other in steps})
    through |= _reached(step, _followers(steps))
    ends: dict[str, datetime] = {}
    waiting = [other for other in steps if other.id in through]
    while waiting:
        for other in [other for other in waiting if not through & {*other.needs} - {*ends}]:
            begins_at = max((ends[need] for need in other.needs if need in ends), default=anchored_at)
            budget = budgets[other.id]
            runs_on = compiled(definitions.calendar_of(definitions.calendar_ids.get(other.department)))
            ends[other.id] = begins_at if budget is None else due(budget, begins_at, runs_on).operational_at
        waiting = [other for other in waiting if other.id not in ends]
    return max(ends.values())


def _reached(step: StepDefinition, neighbours: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The step and all that it reaches through its neighbours."""
    reached = {step.id}
    while more := {other for step_id in reached for other in neighbours[step_id]} - reached:
        reached |= more
    return reached


def _signed(one_at: datetime, other_at: datetime, calendar: WorkingCalendar, working: bool) -> timedelta:
    if not working:
        return other_at - one_at
    if other_at < one_at:
        return -calendar.between(other_at, one_at)
    return calendar.between(one_at, other_at)


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
    longest: dict[str, timedelta] = {}
    waiting = [step.id for step in steps]
    while waiting:
        ready = [step_id for step_id in waiting if all(other in longest for other in neighbours[step_id])]
        for step_id in ready:
            longest[step_id] = lengths[step_id] + max((longest[other] for other in neighbours[step_id]), default=ZERO)
        waiting = [step_id for step_id in waiting if step_id not in longest]
    return longest
