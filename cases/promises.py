"""What a case is promised: the statutory limit, the lane's green promise, and each step's share of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import partial
from operator import itemgetter
from typing import Final

from catalog.model import Definitions, LaneId, ProcedureVersion, Promise, StepDefinition
from events.language.reasons import ReasonCode
from sla.calendar import WorkingCalendar
from sla.clock import Clock
from sla.deadline import due
from sla.units import WALL_CLOCK, Budget, Unit

_KEPT: Final = "_longest_weight"
MINUTE: Final = timedelta(minutes=1)


def green_budget(definitions: Definitions, lane: LaneId) -> Budget | ReasonCode | None:
    """The budget that the lane promises for the whole case; None for the standard lane; a code says why there is none."""
    promise = definitions.lanes.promise_by_lane.get(lane)
    if promise is None:
        return None
    if promise.budget is not None:
        return _of_steps(promise, promise.budget, definitions.procedure)
    limit = definitions.procedure.limit
    if limit is None:
        return ReasonCode.NO_STATUTORY_LIMIT
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


def exceeds_statute(green: Budget, statutory: Clock, calendar: WorkingCalendar) -> bool:
    """Whether the promise, armed beside the statutory clock, would fall after it: tested on due instants, whatever the units.

    Both as they are armed: from the same anchor, by the same rule for what comes after hours. Pauses happen later and are
    left out, also where the promise is given to a case that has had some: what is promised is the budget.
    """
    armed = statutory.model_copy(update={"suspensions": ()})
    promise, law = armed.model_copy(update={"budget": green}).due(calendar), armed.due(calendar)
    return promise is not None and law is not None and promise.operational_at > law.operational_at


def minimum_cut(
    green: Budget, procedure: ProcedureVersion, anchored_at: datetime, calendar: WorkingCalendar
) -> Budget | None:
    """The mandatory minimum time that the promise would leave no room for; None: it leaves it.

    A lane does not apply where the law sets such a time. Of each unit what the longest path through the steps needs; a
    reduction was made to fit in its own unit already.
    """
    units = dict.fromkeys(step.minimum.unit for step in procedure.steps if step.minimum is not None)
    for unit in units:
        least = Budget(amount=_longest(procedure.steps, partial(_minimum_in, unit=unit)), unit=unit)
        if unit is green.unit and least.amount <= green.amount:
            continue
        if due(least, anchored_at, calendar).operational_at > due(green, anchored_at, calendar).operational_at:
            return least
    return None


def step_budget(
    step: StepDefinition, definitions: Definitions, promised: Budget, anchored_at: datetime, calendar: WorkingCalendar
) -> Budget:
    """A step's own budget, or its share of the promise along the critical path, never below its mandatory minimum.

    The shares along any path from start to end sum to at most the promise; off the critical path there is slack. Steps
    with a budget of their own leave the rest of the promise to the others. Where they alone would take all of it (a
    lane's promise shorter than their sum), every step gives way in proportion; a mandatory minimum never does.
    """
    measure = _Measure(promised, anchored_at, calendar)
    procedure = definitions.procedure
    if not any(other.budget or other.minimum for other in procedure.steps):
        return measure.of(measure.whole * step.weight // max(1, _longest_weight(procedure)))
    lengths = _lengths_of(procedure, measure)
    if lengths is None:
        return _in_proportion(step, procedure, measure)
    if step.budget is not None:
        return step.budget
    share = measure.of(int(lengths[step.id]))
    return share if step.minimum is None or lengths[step.id] > measure.length(step.minimum) else step.minimum


class _Measure:
    """Minutes by the wall clock, or of working time: one measure for limits in days, months and working days."""

    def __init__(self, promised: Budget, anchored_at: datetime, calendar: WorkingCalendar) -> None:
        self.promised, self.anchored_at, self.calendar = promised, anchored_at, calendar
        self.unit = Unit.MINUTES if promised.unit in WALL_CLOCK else Unit.WORKING_MINUTES
        self.whole = self._time(promised) // MINUTE

    def length(self, budget: Budget) -> int:
        """What a budget that begins with the promise takes of it, in whole minutes."""
        return -(-self._time(budget) // MINUTE)

    def of(self, minutes: int) -> Budget:
        """A share of the promise; every step has its minute."""
        return Budget(amount=max(1, minutes), unit=self.unit)

    def _time(self, budget: Budget) -> timedelta:
        end = due(budget, self.anchored_at, self.calendar).operational_at
        if self.unit is Unit.WORKING_MINUTES:
            return self.calendar.between(self.anchored_at, end)
        return end - self.anchored_at


_recent: dict[tuple[object, ...], dict[str, Fraction] | None] = {}
_RECENT_MAX = 64


def _lengths_of(procedure: ProcedureVersion, measure: _Measure) -> dict[str, Fraction] | None:
    """What `_shared_out` says, kept for the steps that are assigned one after the other."""
    promised = measure.promised
    key = (procedure.digest, promised.amount, promised.unit, measure.anchored_at, measure.calendar.definition.digest)
    if key not in _recent:
        if len(_recent) >= _RECENT_MAX:
            _recent.clear()
        _recent[key] = _shared_out(procedure, measure)
    return _recent[key]


def _shared_out(procedure: ProcedureVersion, measure: _Measure) -> dict[str, Fraction] | None:
    """How many minutes each step gets; None where what is fixed leaves nothing to the others on some path.

    The others get as much for each weight as the longest path allows: lowered until that path fits.
    """
    fixed = {step.id: Fraction(measure.length(step.budget)) for step in procedure.steps if step.budget and step.clock}
    least = {step.id: Fraction(measure.length(step.minimum)) for step in procedure.steps if step.minimum and step.clock}
    rate = Fraction(measure.whole)
    while True:
        lengths = {
            step.id: fixed.get(step.id, max(least.get(step.id, Fraction(0)), rate * _weight(step)))
            for step in procedure.steps
        }
        path = _longest_path(procedure.steps, lengths)
        if sum(lengths[step.id] for step in path) <= measure.whole:
            return lengths
        shared = [s for s in path if s.id not in fixed and rate * _weight(s) > least.get(s.id, 0)]
        weight = sum(map(_weight, shared))
        rest = measure.whole - sum((lengths[step.id] for step in path if step not in shared), Fraction(0))
        if rest <= 0 or not weight:
            return None
        rate = rest / weight


def _in_proportion(step: StepDefinition, procedure: ProcedureVersion, measure: _Measure) -> Budget:
    """A step's part of a promise in which what is fixed has no room: as much of it as it has of the statutory limit."""
    limit, lengths = procedure.limit, None
    if limit is not None:
        lengths = _lengths_of(procedure, _Measure(limit, measure.anchored_at, measure.calendar))
    if lengths is None:
        lengths = {other.id: Fraction(_weight(other)) for other in procedure.steps}
    longest = sum(lengths[other.id] for other in _longest_path(procedure.steps, lengths))
    share = measure.of(int(measure.whole * lengths[step.id] / longest) if longest else 1)
    return step.minimum if step.minimum and measure.length(step.minimum) > share.amount else share


def _longest_weight(procedure: ProcedureVersion) -> int:
    longest: int | None = procedure.__dict__.get(_KEPT)
    if longest is None:
        # Not a field: it takes no part in equality or digest, and a changed copy makes its own.
        longest = procedure.__dict__[_KEPT] = _longest(procedure.steps, _weight)
    return longest


def _weight(step: StepDefinition) -> int:
    return step.weight if step.clock else 0


def _longest_path(steps: tuple[StepDefinition, ...], lengths: Mapping[str, Fraction]) -> list[StepDefinition]:
    """The steps of the longest path (their graph has no circles: the catalogue refuses them)."""
    by_id = {step.id: step for step in steps}
    paths: dict[str, tuple[Fraction, list[StepDefinition]]] = {}

    def until_end_of(step_id: str) -> tuple[Fraction, list[StepDefinition]]:
        if step_id not in paths:
            step = by_id[step_id]
            before = max((until_end_of(need) for need in step.needs), key=itemgetter(0), default=(Fraction(0), []))
            paths[step_id] = before[0] + lengths.get(step_id, 0), [*before[1], step]
        return paths[step_id]

    return max((until_end_of(step_id) for step_id in by_id), key=itemgetter(0), default=(Fraction(0), []))[1]


def _longest(steps: tuple[StepDefinition, ...], length: Callable[[StepDefinition], int]) -> int:
    """The length of the longest path through the steps (their graph has no circles: the catalogue refuses them)."""
    by_id = {step.id: step for step in steps}
    lengths: dict[str, int] = {}

    def until_end_of(step_id: str) -> int:
        if step_id not in lengths:
            step = by_id[step_id]
            lengths[step_id] = length(step) + max((until_end_of(need) for need in step.needs), default=0)
        return lengths[step_id]

    return max((until_end_of(step_id) for step_id in by_id), default=0)
