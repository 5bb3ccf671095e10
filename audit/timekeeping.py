"""Clocks and rungs in a case's ledger (I5, I6, I7), checked event by event against a second way of measuring time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from audit.oracle import consumed_seconds, walker_of
from audit.story import Scene, Story
from audit.violation import Violation
from cases.model import Case, ClockState, ClockStatus
from cases.timetable import end_at, ladder_of
from events.language import case_events as ev
from sla.calendar import CalendarDefinition
from sla.clock import Clock, Suspension
from sla.ladder import Rung
from sla.units import WALL_CLOCK, WORKING_TIME, Budget

TOLERANCE_SECONDS = 1e-4
"""Sums of floating-point seconds over years of microseconds differ by less."""
WHOLE = 100


def clock_endings(story: Story, *, open_ok: bool) -> Iterator[Violation]:
    """I5: every clock ends in exactly one of met, breached, cancelled; a breach is recorded at or after its due instant."""
    ends: dict[str, list[str]] = {}
    for scene in story.scenes:
        event = scene.record.event
        if isinstance(event, ev.ClockMet | ev.ClockBreached | ev.ClockCancelled):
            ends.setdefault(event.clock_id, []).append(event.type)
        if isinstance(event, ev.ClockBreached):
            yield from _of_scene("I5", scene, _wrong_breach(scene, event))
        elif isinstance(event, ev.BreachSetAside):
            yield from _of_scene("I5", scene, _wrong_set_aside(scene, event))
    for clock_id, state in story.case.clocks.items():
        found = ends.get(clock_id, [])
        still_runs = not state.stopped and not story.case.is_closed
        if len(found) > 1 or (not found and not (open_ok and still_runs)):
            yield Violation("I5", story.case_id, None, f"clock {clock_id} ended {len(found)} times: {found}")
        if story.case.is_closed and not state.stopped:
            yield Violation("I5", story.case_id, None, f"clock {clock_id} outlives its case")


def _wrong_breach(scene: Scene, event: ev.ClockBreached) -> str | None:
    state = scene.before.clocks.get(event.clock_id)
    if state is None:
        return None  # I2 says so
    if scene.record.decided_at < event.due_at or scene.record.at < event.due_at:
        return f"breach of {event.clock_id} recorded before it was due at {event.due_at.isoformat()}"
    if end_at(state, scene.before.definitions) != event.due_at:
        return f"clock {event.clock_id} was not due at {event.due_at.isoformat()}"
    return _not_run_out(scene.before, state, event.due_at)


def _not_run_out(case: Case, state: ClockState, due_at: datetime) -> str | None:
    # Budgets in hours and minutes are an amount of time, which the oracle measures; days are counted, not measured.
    length = WALL_CLOCK.get(state.clock.budget.unit) or WORKING_TIME.get(state.clock.budget.unit)
    if length is None:
        return None
    promised = state.clock.budget.amount * length.total_seconds()
    used = consumed_seconds(state.clock, due_at, _calendar_of(case, state))
    return None if abs(used - promised) < TOLERANCE_SECONDS else f"{state.id} is due after {used} s of {promised} s"


def _calendar_of(case: Case, state: ClockState) -> CalendarDefinition:
    return case.definitions.calendar_of(state.calendar)


def _wrong_set_aside(scene: Scene, event: ev.BreachSetAside) -> str | None:
    state = scene.before.clocks.get(event.clock_id)
    if state is None:
        return None
    if event.received_at > event.due_at:
        return f"breach of {event.clock_id} set aside for an answer received after it was due"
    if end_at(state, scene.before.definitions) != event.due_at:
        return f"clock {event.clock_id} was not due at {event.due_at.isoformat()}"
    if scene.record.command_id.startswith("tick:"):
        return f"breach of {event.clock_id} set aside without an answer"
    return None


def rungs(story: Story) -> Iterator[Violation]:
    """I6: each rung fires once, in order, never early, never while suspended, never after the answer was recorded."""
    for scene in story.scenes:
        event = scene.record.event
        if not isinstance(event, ev.RungFired):
            continue
        state = scene.before.clocks.get(event.clock_id)
        if state is not None:
            yield from _of_scene("I6", scene, _wrong_rung(scene, event, state) or _wrong_instant(scene, event, state))


def _wrong_rung(scene: Scene, event: ev.RungFired, state: ClockState) -> str | None:
    ladder = ladder_of(scene.before.definitions, state.kind)
    known = {rung.id: rung for rung in ladder.rungs} if ladder is not None else {}
    if event.rung not in known:
        return f"{event.clock_id} has no rung {event.rung}"
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
    if any(_comes_after(known[fired], known[event.rung], tuple(known)) for fired in state.fired if fired in known):
        return f"{event.escalation_id} fired after a later rung"
    return None


def _comes_after(one: Rung, other: Rung, order: tuple[str, ...]) -> bool:
    if one.quiet_outside_hours or other.quiet_outside_hours or order.index(one.id) < order.index(other.id):
        return False
    # Delays in different units have an order only on a calendar; the ladder's own order says nothing about them.
    return one.delay is None or other.delay is None or one.delay.unit is other.delay.unit


def _wrong_instant(scene: Scene, event: ev.RungFired, state: ClockState) -> str | None:
    if scene.record.decided_at < event.due_at:
        return f"{event.escalation_id} fired {(event.due_at - scene.record.decided_at)} early"
    # A suspension that begins or ends at the very instant leaves it outside: what was consumed by then is consumed.
    if any(entry.from_at < event.due_at and not _ended_by(entry, event.due_at) for entry in state.clock.suspensions):
        return f"{event.escalation_id} was due in suspended time"
    ladder = ladder_of(scene.before.definitions, state.kind)
    rung = next(rung for rung in ladder.rungs if rung.id == event.rung) if ladder is not None else None
    return None if rung is None else _early(scene.before, state, rung, event.due_at)


def _ended_by(entry: Suspension, at: datetime) -> bool:
    return entry.until_at is not None and entry.until_at <= at


def _early(case: Case, state: ClockState, rung: Rung, at: datetime) -> str | None:
    due_at = end_at(state, case.definitions)
    calendar = _calendar_of(case, state)
    if due_at is None:
        return f"rung {rung.id} of a clock that is never due"
    if rung.percent is not None:
        whole = consumed_seconds(state.clock, due_at, calendar)
        used = consumed_seconds(state.clock, at, calendar)
        wanted = whole * rung.percent / WHOLE
        return f"rung {rung.id} at {used} s, not {wanted} s" if used < wanted - TOLERANCE_SECONDS else None
    return _early_after_due(calendar, state.clock, rung.delay, due_at, at) if rung.delay is not None else None


def _early_after_due(
    calendar: CalendarDefinition, clock: Clock, delay: Budget, due_at: datetime, at: datetime
) -> str | None:
    length = WALL_CLOCK.get(delay.unit) or WORKING_TIME.get(delay.unit)
    if length is None:
        return "a rung after the end fired before it" if at <= due_at else None
    late = Clock(budget=delay, anchored_at=due_at, suspensions=clock.suspensions)
    used = consumed_seconds(late, at, calendar)
    wanted = delay.amount * length.total_seconds()
    return f"fired {used} s after the end, not {wanted} s" if used < wanted - TOLERANCE_SECONDS else None


def consumed_time(story: Story) -> Iterator[Violation]:
    """I7: consumed time equals the working time of the running stretches, by the oracle."""
    for scene in story.scenes:
        event = scene.record.event
        if not isinstance(event, ev.ClockMet | ev.ClockStopped):
            continue
        state = scene.before.clocks.get(event.clock_id)
        if state is None:
            continue
        used = consumed_seconds(state.clock, event.ended_at, _calendar_of(scene.before, state))
        if abs(used - event.consumed_seconds) > TOLERANCE_SECONDS:
            message = f"clock {event.clock_id} consumed {used} s, recorded {event.consumed_seconds} s"
            yield Violation("I7", story.case_id, scene.record.sequence, message)


def quiet_rungs_in_hours(story: Story) -> Iterator[Violation]:
    """I6: a rung that keeps quiet outside opening hours fires within them."""
    for scene in story.scenes:
        event = scene.record.event
        if isinstance(event, ev.RungFired):
            ladder = ladder_of(scene.before.definitions, event.clock_kind)
            quiet = {rung.id for rung in ladder.rungs if rung.quiet_outside_hours} if ladder is not None else set()
            state = scene.before.clocks.get(event.clock_id)
            if state is None or event.rung not in quiet:
                continue  # of a clock that was never started, I2 says so
            if not walker_of(_calendar_of(scene.before, state)).is_open(event.due_at):
                yield Violation("I6", story.case_id, scene.record.sequence, f"{event.escalation_id} broke the quiet")


def _of_scene(invariant: str, scene: Scene, reason: str | None) -> Iterator[Violation]:
    if reason is not None:
        yield Violation(invariant, scene.before.case_id, scene.record.sequence, reason)
