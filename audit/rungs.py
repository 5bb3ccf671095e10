"""The rungs of a case's ladders (I6), checked event by event: once, in order, never early, never in suspended time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from audit.oracle import consumed_seconds, walker_of
from audit.story import Scene, Story
from audit.violation import Violation
from cases.model import Case, ClockState, ClockStatus
from cases.timetable import ladder_of, timetable_of
from events.language import case_events as ev
from sla.clock import Clock, Suspension
from sla.definition import CalendarDefinition
from sla.ladder import Ladder, Rung
from sla.units import WALL_CLOCK, WORKING_TIME, Budget

TOLERANCE_SECONDS = 1e-4
WHOLE = 100
AFTER_BREACH = ("breach", "escalation")


def rungs(story: Story) -> Iterator[Violation]:
    """I6: each rung fires once, in order, never early, never while suspended, never after the answer was recorded."""
    fired: set[str] = set()
    for scene in story.scenes:
        event = scene.record.event
        if not isinstance(event, ev.RungFired):
            continue
        reason = f"{event.escalation_id} fired twice" if event.escalation_id in fired else None
        fired.add(event.escalation_id)
        state = scene.before.clocks.get(event.clock_id)
        if state is not None and reason is None:
            reason = _wrong_rung(scene, event, state)
        if reason is not None:
            yield Violation("I6", story.case_id, scene.record.sequence, reason)


def _wrong_rung(scene: Scene, event: ev.RungFired, state: ClockState) -> str | None:
    ladder = ladder_of(scene.before.definitions, state.kind)
    known = {rung.id: rung for rung in ladder.rungs} if ladder is not None else {}
    rung = known.get(event.rung)
    if rung is None:
        return f"{event.clock_id} has no rung {event.rung}"
    return _wrong_name(event, state, rung) or _wrong_state(event, state, known) or _wrong_instant(scene, event, rung)


def _wrong_name(event: ev.RungFired, state: ClockState, rung: Rung) -> str | None:
    # Rungs that fire anew after a breach was set aside get a number: an acknowledgement of the first is none of theirs.
    again = f".{state.set_asides + 1}" if state.set_asides and rung.kind in AFTER_BREACH else ""
    if event.escalation_id != f"{state.id}/{rung.id}{again}":
        return f"{event.escalation_id} is no name of {state.id}/{rung.id}{again}"
    same = (event.kind, event.level, event.audience) == (rung.kind, rung.level, rung.audience)
    return None if same else f"{event.escalation_id} is told otherwise than its ladder says"


def _wrong_state(event: ev.RungFired, state: ClockState, known: dict[str, Rung]) -> str | None:
    if event.rung in state.fired:
        return f"{event.escalation_id} fired twice"
    if state.stopped:
        return f"{event.escalation_id} fired after {event.clock_id} had ended"
    if state.is_paused:
        return f"{event.escalation_id} fired while {event.clock_id} stood still"
    if state.acknowledged and event.kind == "escalation":
        return f"{event.escalation_id} fired after its chain was acknowledged"
    if event.kind == "breach" and state.status is not ClockStatus.BREACHED:
        return f"{event.escalation_id} fired before the breach was on record"
    missed = state.appointment_passed_at is not None or state.status is ClockStatus.BREACHED
    if event.kind == "past_appointment" and not missed:
        return f"{event.escalation_id} fired before it was on record that the appointment had passed"
    order = tuple(known)
    if any(_comes_after(known[fired], known[event.rung], order, state) for fired in state.fired if fired in known):
        return f"{event.escalation_id} fired after a later rung"
    return None


def _comes_after(one: Rung, other: Rung, order: tuple[str, ...], state: ClockState) -> bool:
    if one.quiet_outside_hours or other.quiet_outside_hours or order.index(one.id) < order.index(other.id):
        return False
    if _end_of(one) != _end_of(other) and (state.appointment_by is not None or one.kind == "past_appointment"):
        return False  # a new appointment may lie after the end, and the appointment passes before the breach
    if one.delay is not None and other.delay is None:
        return _end_of(one) == "end" or _end_of(one) == _end_of(other)
    # Delays in different units, or from different ends, have an order only on a calendar.
    same = _end_of(one) == _end_of(other)
    return one.delay is None or other.delay is None or (same and one.delay.unit is other.delay.unit)


def _end_of(rung: Rung) -> str:
    """Of which end a rung is: shares are of the appointment, the breach and its delays of the end."""
    if rung.percent is not None:
        return "end" if rung.kind == "breach" else "appointment"
    return "appointment" if rung.counts_from == "appointment" else "end"


def _wrong_instant(scene: Scene, event: ev.RungFired, rung: Rung) -> str | None:
    state = scene.before.clocks[event.clock_id]
    if scene.record.decided_at < event.due_at:
        return f"{event.escalation_id} fired {(event.due_at - scene.record.decided_at)} early"
    # A suspension that begins or ends at the very instant leaves it outside: what was consumed by then is consumed. A rung
    # that keeps quiet had its share before the night; that the office opens in a suspension is no matter, it fires after it.
    stood_still = any(
        entry.from_at < event.due_at and not _ended_by(entry, event.due_at) for entry in state.clock.suspensions
    )
    if stood_still and not rung.quiet_outside_hours:
        return f"{event.escalation_id} was due in suspended time"
    return _early(scene, state, rung, event.due_at)


def _ended_by(entry: Suspension, at: datetime) -> bool:
    return entry.until_at is not None and entry.until_at <= at


def _early(scene: Scene, state: ClockState, rung: Rung, at: datetime) -> str | None:
    table = timetable_of(state, scene.before.definitions)
    # Older rules knew one end only, and took the appointment for it.
    of_appointment = scene.is_older or _end_of(rung) == "appointment"
    counted_at = table.appointment_at if of_appointment else table.end_at
    if counted_at is None:
        return f"rung {rung.id} of a clock that is never due"
    calendar = scene.before.definitions.calendar_of(state.calendar)
    if rung.delay is not None:
        return _early_after(calendar, state.clock, rung.delay, counted_at, at)
    if rung.kind == "breach":
        return f"rung {rung.id} fired before the end at {counted_at.isoformat()}" if at < counted_at else None
    whole = consumed_seconds(state.clock, counted_at, calendar)
    used = consumed_seconds(state.clock, at, calendar)
    wanted = whole * (rung.percent or WHOLE) / WHOLE
    return f"rung {rung.id} at {used} s, not {wanted} s" if used < wanted - TOLERANCE_SECONDS else None


def _early_after(
    calendar: CalendarDefinition, clock: Clock, delay: Budget, end_at: datetime, at: datetime
) -> str | None:
    length = WALL_CLOCK.get(delay.unit) or WORKING_TIME.get(delay.unit)
    if length is None:
        return "a rung after the end fired before it" if at <= end_at else None
    late = Clock(budget=delay, anchored_at=end_at, suspensions=clock.suspensions)
    used = consumed_seconds(late, at, calendar)
    wanted = delay.amount * length.total_seconds()
    return f"fired {used} s after the end, not {wanted} s" if used < wanted - TOLERANCE_SECONDS else None


def quiet_rungs_in_hours(story: Story) -> Iterator[Violation]:
    """I6: a rung that keeps quiet outside opening hours fires within them."""
    for scene in story.scenes:
        event = scene.record.event
        if not isinstance(event, ev.RungFired):
            continue
        ladder = ladder_of(scene.before.definitions, event.clock_kind)
        state = scene.before.clocks.get(event.clock_id)
        if state is None or not _keeps_quiet(ladder, event.rung):
            continue  # of a clock that was never started, I2 says so
        if not walker_of(_calendar_of(scene.before, state)).is_open(event.due_at):
            yield Violation("I6", story.case_id, scene.record.sequence, f"{event.escalation_id} broke the quiet")


def _keeps_quiet(ladder: Ladder | None, rung_id: str) -> bool:
    return ladder is not None and any(rung.id == rung_id and rung.quiet_outside_hours for rung in ladder.rungs)


def _calendar_of(case: Case, state: ClockState) -> CalendarDefinition:
    return case.definitions.calendar_of(state.calendar)
