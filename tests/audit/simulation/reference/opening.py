"""How a case begins, and how work is given to departments."""

from __future__ import annotations

from catalog.model import LaneId
from events.language.commands import SubmitApplication
from sla.units import Budget
from tests.audit.simulation.reference.closing import hand_over
from tests.audit.simulation.reference.hours import OffTheCalendarError
from tests.audit.simulation.reference.life import Clock, Life, RefusedError, Step
from tests.audit.simulation.reference.promises import (
    as_promised,
    clocks_of_departments,
    lane_of,
    may_be_promised,
    promised,
    shares,
)


def submit(life: Life, command: SubmitApplication, at: int, turn: int) -> None:
    """Decree 61/2018 art. 17: complete, it is received at its receipt, and the limit counts from there."""
    if life.status != "new":
        raise RefusedError("case_exists", "case_closed")
    given = {part.kind for part in command.application.documents}
    asked = {d.kind for d in life.procedure.documents if d.required and not d.held_by_state}
    if asked - given:
        raise RefusedError("documents_missing")
    life.status, life.opened, life.received = "in_progress", at, at
    life.lane = lane_of(life, command.application)
    life.say("classified", life.lane.value)
    for step in life.procedure.steps:
        life.steps[step.id] = Step(step.id, step.department, step.needs)
    try:
        arm_case(life, at, heard=at)
    except OffTheCalendarError:
        raise RefusedError("calendar_range", "calendar_too_short") from None
    assign_what_is_ready(life, turn)
    hand_over(life, at, at)
    if turn > at:
        life.spans = [(at, "system"), (turn, life.spans[-1][1])]


def arm_case(life: Life, at: int, *, heard: int) -> None:
    """The law's clock, and the promise beside it where the lane gives one that holds."""
    assert life.procedure.limit is not None
    statutory = life.start("statutory", None, life.procedure.limit, at)
    statutory.limit.ends()
    statutory.first_appointment = first_told(statutory, at)
    promise_of_lane(life, at, heard=heard)


def promise_of_lane(life: Life, at: int, *, heard: int) -> None:
    """The green promise, or why there is none."""
    budget = promised(life, life.lane)
    statutory = life.current("statutory")
    if budget is None or statutory is None:
        return
    if may_be_promised(life, budget, statutory, at=at, heard=heard):
        limit = as_promised(life, budget, statutory)
        green = life.start("green", None, budget, limit.anchored, held=limit.held)
        green.take_over(statutory)
        green.first_appointment = first_told(green, at)
    else:
        life.say("declined")


def first_told(clock: Clock, now: int) -> int | None:
    """The appointment as it is first told; a clock with one end has none beside it."""
    ends = clock.ends_as_of(now) if clock.has_two_ends else None
    return None if ends is None else ends.appointment_at


def assign_what_is_ready(life: Life, turn: int) -> None:
    """A step is given to its department when all that it needs is done; its clock begins when that is heard: at the turn."""
    for step in list(life.steps.values()):
        if (
            step.asked_by is None
            and step.status == "waiting"
            and all(life.steps[need].status == "done" for need in step.needs)
        ):
            assign(life, step, turn)


def assign(life: Life, step: Step, at: int, limit: Budget | None = None) -> None:
    """The department has it now."""
    step.status, step.assigned_at = "assigned", at
    step.round += 1
    if step.asked_by is None:
        limit = share_of(life, step.key, life.received)
    if limit is not None:
        calendar = clocks_of_departments(life, step.department)
        kind = "step" if step.asked_by is None else "consultation"
        clock = life.start(kind, step.key, limit, at, calendar=calendar)
        step.clock = clock.key
        if life.applicant_holds:
            clock.change(held=((at, None),))
            clock.held_by = "applicant"
    due = None if step.clock is None else life.clocks[step.clock].ends()
    life.say("assigned", step.key, step.department, step.round, None if due is None else due.end_at)


def assign_again(life: Life, step: Step, at: int) -> None:
    """The department has it back, or another has it, with what is left of its time: the clock stays."""
    step.status, step.assigned_at = "assigned", at
    step.round += 1
    due = None if step.clock is None else life.clocks[step.clock].ends()
    life.say("assigned", step.key, step.department, step.round, None if due is None else due.end_at)


def share_of(life: Life, step_id: str, since: int, law: Budget | None = None) -> Budget | None:
    """The share of the promise that counts: the green one where there is one, else the law's."""
    green, statutory = life.current("green"), life.current("statutory")
    law = law or life.procedure.limit
    if statutory is None or law is None:
        return None
    budget = law
    if green is not None and not green.stopped and life.lane is not LaneId.STANDARD:
        budget = Budget(amount=green.limit.amount, unit=green.limit.unit)
    # The shares are the agencies' own plan and no law: they are laid out from the last receipt, by its calendar date.
    return shares(life, statutory.limit._replace(amount=budget.amount, unit=budget.unit, anchored=since)).get(step_id)
