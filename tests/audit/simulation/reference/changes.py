"""What is changed on the way: appointments, extensions, lanes, calendars, procedures, hands, and what supervisors have seen."""

from __future__ import annotations

from dataclasses import replace

from catalog.model import LaneId
from events.language.commands import (
    AcknowledgeEscalation,
    Application,
    ApplyCalendar,
    ChangeLane,
    ExtendLimit,
    MigrateProcedure,
    MoveAppointment,
    ReassignStep,
)
from sla.units import Budget
from tests.audit.simulation.reference.closing import hand_over
from tests.audit.simulation.reference.hours import OffTheCalendarError
from tests.audit.simulation.reference.life import CASE_KINDS, Clock, Life, RefusedError, hours_of
from tests.audit.simulation.reference.limits import Limit
from tests.audit.simulation.reference.opening import assign_again, promise_of_lane, share_of
from tests.audit.simulation.reference.promises import entitles, may_be_promised, promised

# ---- the statutory clock


def _running(life: Life) -> Clock:
    """The law's clock that still runs: what stands still or is decided is not moved."""
    clock = life.current("statutory")
    if clock is None or not clock.undecided or clock.stopped or clock.ends() is None:
        raise RefusedError("no_clock", "unit_other", "extension_refused", "appointment_moved", "appointment_too_far")
    return clock


def move_appointment(life: Life, command: MoveAppointment, at: int, turn: int) -> None:
    """Decree 61/2018 art. 19(9): once, with an apology a day before; it moves the appointment, and never the limit."""
    clock = _running(life)
    rule, reasons = life.procedure.appointment, []
    if command.by.unit is not clock.limit.unit:
        raise RefusedError("unit_other", "appointment_late", "appointment_moved")
    if clock.passed:
        reasons.append("appointment_late")  # nobody is told a new appointment after the old one
    if life.moves >= rule.reappointments_max:
        reasons.append("appointment_moved")
    former = clock.ends()
    assert former is not None
    if not _told_in_time(life, rule.notice, at, former.appointment_at):
        reasons.append("appointment_late")
    # A sane bound on each: the rule's own, or the limit once more.
    most = rule.move_max or Budget(amount=clock.limit.amount, unit=clock.limit.unit)
    if most.unit is command.by.unit and command.by.amount > most.amount:
        reasons.append("appointment_too_far")
    if reasons:
        raise RefusedError(*reasons)
    life.moves += 1
    clock.change(moved=clock.limit.moved + command.by.amount)
    later = clock.ends()
    if later is None:
        clock.change(moved=clock.limit.moved - command.by.amount)
        life.moves -= 1
        raise RefusedError("calendar_range", "calendar_too_short")
    life.say("moved", clock.key, former.appointment_at, later.appointment_at)


def _told_in_time(life: Life, notice: Budget, at: int, appointment: int) -> bool:
    """A notice on a day off is given when the offices open: then the time of the notice must still be left."""
    hours = hours_of(life.definitions.calendar)
    day = hours.day(at)
    told = at if hours.works_on(day) else hours.opening(at)
    ends = Limit(hours, notice.unit, notice.amount, told, False, ()).ends()
    return ends is not None and ends.appointment_at <= appointment


def extend(life: Life, command: ExtendLimit, at: int, turn: int) -> None:
    """Where the sector's law allows it, and no further: an extension moves both ends."""
    clock = _running(life)
    if command.by.unit is not clock.limit.unit:
        raise RefusedError("unit_other", "extension_refused")
    most = life.procedure.appointment.extension_max
    if most is None or most.unit is not command.by.unit or life.extended + command.by.amount > most.amount:
        raise RefusedError("extension_refused")
    life.extended += command.by.amount
    former = clock.ends()
    clock.change(amount=clock.limit.amount + command.by.amount)
    later = clock.ends()
    assert former is not None
    assert later is not None
    life.say("extended", clock.key, former.appointment_at, later.appointment_at)


# ---- lanes


def change_lane(life: Life, command: ChangeLane, application: Application, at: int, turn: int) -> None:
    """Entitled by the lists, or by a decision of two persons with a basis of its own."""
    reasons = []
    if command.lane is life.lane:
        reasons.append("nothing_changes")
    if command.approved_by is None or command.approved_by == command.actor.id:
        reasons.append("second_person")
    if command.lane is not LaneId.STANDARD and not command.override:
        rules = [rule for rule in life.definitions.lanes.rules if rule.lane is command.lane]
        if not any(entitles(life, application, rule.id) for rule in rules):
            reasons.append("not_entitled")
    if reasons:
        raise RefusedError(*reasons)
    life.lane = command.lane
    life.say("lane", command.lane.value)
    former, statutory = life.current("green"), life.current("statutory")
    was_promised = former is not None and not former.stopped
    if former is not None:
        life.cancel(former, at)
    if statutory is not None and not statutory.stopped:
        promise_of_lane(life, at, heard=max(at, turn))
    if was_promised or life.current("green") is not former:
        _share_again(life, at, heard=max(at, turn))


def _share_again(life: Life, at: int, *, heard: int) -> None:
    """Open steps get their share of the promise that now counts: what was used is used, and no breach is erased.

    A share that would be past before its department hears of it is not given: the step keeps the one it has.
    """
    statutory = life.current("statutory")
    if statutory is None or statutory.stopped:
        return
    law = Budget(amount=statutory.limit.amount, unit=statutory.limit.unit)
    for step in life.steps.values():
        if step.asked_by is not None or not step.is_open or step.clock is None:
            continue
        clock, budget = life.clocks[step.clock], share_of(life, step.key, statutory.limit.anchored, law)
        if budget is None or clock.stopped or not clock.undecided:
            continue
        if (clock.limit.amount, clock.limit.unit) == (budget.amount, budget.unit):
            continue
        own = clock.limit._replace(amount=budget.amount, unit=budget.unit)
        ends = replace(clock, limit=own).ends_as_of(at)
        if ends is None or ends.end_at <= heard:
            continue
        step.clock = _instead_of(life, clock, budget, at).key


def _instead_of(life: Life, former: Clock, budget: Budget, at: int) -> Clock:
    """A clock in the place of another: from the same anchor, with the same pauses."""
    life.cancel(former, at)
    own = None if former.calendar == life.definitions.calendar.id else former.calendar
    clock = life.start(former.kind, former.step, budget, former.limit.anchored, calendar=own, held=former.limit.held)
    clock.take_over(former)
    clock.change(moved=former.limit.moved if former.kind in CASE_KINDS else 0)
    clock.first_appointment = former.first_appointment
    return clock


# ---- rules that change


def apply_calendar(life: Life, command: ApplyCalendar, at: int, turn: int) -> None:
    """The clocks on this calendar run on by its new version; none may lose its end. What had passed stays passed."""
    known = life.definitions.calendars.get(command.calendar.id)
    if known is None:
        raise RefusedError("calendar_other")
    if known.digest == command.calendar.digest:
        raise RefusedError("nothing_changes")
    hours = hours_of(command.calendar)
    moved = [clock for clock in life.live_clocks if clock.calendar == command.calendar.id]
    for clock in moved:
        later = clock.limit._replace(hours=hours, held=tuple((f, at if u is None else u) for f, u in clock.limit.held))
        try:
            later.ends()
        except OffTheCalendarError:
            raise RefusedError("calendar_too_short", "calendar_range") from None
    for clock in moved:
        clock.change(hours=hours)
    life.definitions = life.definitions.with_calendar(command.calendar)
    life.say("calendar", command.calendar.version)


def migrate(life: Life, command: MigrateProcedure, at: int, turn: int) -> None:
    """From the same anchor and with the same pauses under the new limit; what was breached stays; open requests stay."""
    version = command.procedure
    if version.id != life.procedure.id:
        raise RefusedError("procedure_other")
    if version.digest == life.procedure.digest:
        raise RefusedError("nothing_changes")
    new = {step.id: step for step in version.steps}
    for step in life.open_steps:
        if step.asked_by is None and step.key not in new:
            raise RefusedError("clock_would_vanish")
    life.definitions = life.definitions.model_copy(update={"procedure": version})
    life.say("migrated", version.version)
    for step in life.steps.values():
        if step.asked_by is None and step.status == "waiting":
            step.round = 0  # what has not begun is the new version's
    statutory = life.current("statutory")
    if statutory is not None and not statutory.stopped and statutory.undecided:
        assert version.limit is not None
        if (version.limit.amount, version.limit.unit) != (statutory.limit.amount, statutory.limit.unit):
            _instead_of(life, statutory, version.limit, at)
    _promise_again(life, at, turn)  # open steps keep the instants that their departments were told


def _promise_again(life: Life, at: int, turn: int) -> None:
    green, statutory = life.current("green"), life.current("statutory")
    budget = promised(life, life.lane)
    if green is None or green.stopped or not green.undecided or statutory is None or budget is None:
        return
    # It was given in its time: whether it is past already is no question of the new version.
    if not may_be_promised(life, budget, statutory, at=at, heard=0):
        life.cancel(green, at)
        life.say("declined")
    elif (green.limit.amount, green.limit.unit) != (budget.amount, budget.unit):
        shorter = replace(green, limit=green.limit._replace(amount=budget.amount, unit=budget.unit)).ends_as_of(at)
        if shorter is None or shorter.appointment_at > max(
            at, turn
        ):  # nobody is given a promise that is broken already
            _instead_of(life, green, budget, at)


# ---- hands


def reassign(life: Life, command: ReassignStep, at: int, turn: int) -> None:
    """Another officer, or another department, which has what is left of the time: the clock stays."""
    step = life.steps.get(command.step_id)
    if step is None:
        raise RefusedError("step_unknown")
    reasons = []
    if command.department is not None and command.department not in life.definitions.departments:
        reasons.append("department_unknown")
    elsewhere = command.department is not None and command.department != step.department
    if not elsewhere and command.officer is None:
        reasons.append("field_missing")
    if not step.is_open:
        reasons += ["already_answered", "step_not_assigned"]
    if reasons:
        raise RefusedError(*reasons)
    if not elsewhere:
        life.say("reassigned", step.key, step.department)
        return
    assert command.department is not None
    life.say("step cancelled", step.key)
    step.department = command.department
    life.say("reassigned", step.key, step.department)
    if step.status == "assigned":
        assign_again(life, step, max(at, turn))
    hand_over(life, at, turn)


def acknowledge(life: Life, command: AcknowledgeEscalation, at: int, turn: int) -> None:
    """A supervisor has seen it: the chain of that clock stops, the other clocks' chains go on."""
    clock_id, _, rung = command.escalation_id.partition("/")
    clock = life.clocks.get(clock_id)
    if command.escalation_id in life.seen:
        raise RefusedError("already_acknowledged")
    ladder = (
        life.definitions.case_ladder if clock is not None and clock.kind in CASE_KINDS else life.definitions.step_ladder
    )
    kinds = {entry.id: entry.kind for entry in ladder.rungs}
    if clock is None or rung not in clock.fired or kinds.get(rung) in ("warning", "past_appointment"):
        raise RefusedError("escalation_unknown")
    life.seen.add(command.escalation_id)
    clock.acknowledged = True
    life.say("seen", clock.key, rung)
