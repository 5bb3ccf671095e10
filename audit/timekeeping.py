"""Clocks in a case's ledger (I5, I7), checked event by event against a second way of measuring time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from audit.oracle import consumed_seconds, covers, lawful_end_at
from audit.story import Scene, Story
from audit.violation import Violation
from cases.model import CASE_CLOCKS, Case, ClockState
from cases.timetable import has_two_ends, timetable_of
from events.language import case_events as ev
from events.language.identity import TICK_PREFIX
from sla.definition import CalendarDefinition
from sla.units import WALL_CLOCK, WORKING_TIME, Unit

TOLERANCE_SECONDS = 1e-4
"""Sums of floating-point seconds over years of microseconds differ by less."""
WORKED = (Unit.WORKING_DAYS, *WORKING_TIME)
ENDINGS = (ev.ClockMet, ev.ClockBreached, ev.ClockCancelled)
MEASURED = (ev.ClockMet, ev.ClockStopped)


def clock_endings(story: Story, *, open_ok: bool) -> Iterator[Violation]:
    """I5: every clock ends in exactly one of met, breached, cancelled; what passed was recorded when it had passed.

    A breach that was recorded at the appointment and set aside before the lawful end ends nothing: the clock runs on.
    """
    ends: dict[str, list[str]] = {}
    for scene in story.scenes:
        event = scene.record.event
        if isinstance(event, ENDINGS):
            ends.setdefault(event.clock_id, []).append(event.type)
        elif isinstance(event, ev.BreachSetAside) and event.cause == "lawful_end":
            ends[event.clock_id] = ends.get(event.clock_id, [])[:-1]
        reason = _wrong_end(scene)
        if reason is not None:
            yield Violation("I5", story.case_id, scene.record.sequence, reason)
    for clock_id, state in story.case.clocks.items():
        endings = ends.get(clock_id, [])
        still_runs = not state.stopped and not story.case.is_closed
        if len(endings) > 1 or (not endings and not (open_ok and still_runs)):
            yield Violation("I5", story.case_id, None, f"clock {clock_id} ended {len(endings)} times: {endings}")
        if story.case.is_closed and not state.stopped:
            yield Violation("I5", story.case_id, None, f"clock {clock_id} outlives its case")


def _wrong_end(scene: Scene) -> str | None:
    check = _ENDS.get(type(scene.record.event))
    if check is None:
        return None
    state = scene.before.clocks.get(getattr(scene.record.event, "clock_id", ""))
    return None if state is None else check(scene, scene.record.event, state)  # a clock that is not there: I2 says so


def _wrong_breach(scene: Scene, event: ev.ClockBreached, state: ClockState) -> str | None:
    if not _has_passed(scene, event.due_at):
        return f"breach of {event.clock_id} recorded before it was due at {event.due_at.isoformat()}"
    table = timetable_of(state, scene.before.definitions)
    # Older rules took the appointment for the end, and did not say which one they meant.
    two_ends = None if scene.is_older else has_two_ends(state.kind, state.clock.budget)
    if event.two_ends is not two_ends:
        return f"breach of {event.clock_id} says {event.two_ends} of its two ends, not {two_ends}"
    if (table.appointment_at if scene.is_older else table.end_at) != event.due_at:
        return f"clock {event.clock_id} was not due at {event.due_at.isoformat()}"
    if two_ends:
        return _not_lawful_end(scene.before, state, event.due_at)
    return _not_run_out(scene.before, state, event.due_at)


def _has_passed(scene: Scene, at: datetime) -> bool:
    return at <= scene.record.decided_at and at <= scene.record.at


def _not_run_out(case: Case, state: ClockState, due_at: datetime) -> str | None:
    # Budgets in hours and minutes are an amount of time, which the oracle measures; days are counted, not measured.
    length = WALL_CLOCK.get(state.clock.budget.unit) or WORKING_TIME.get(state.clock.budget.unit)
    if length is None:
        return None
    promised = state.clock.budget.amount * length.total_seconds()
    used = consumed_seconds(state.clock, due_at, _calendar_of(case, state))
    return None if abs(used - promised) < TOLERANCE_SECONDS else f"{state.id} is due after {used} s of {promised} s"


def _not_lawful_end(case: Case, state: ClockState, ends_at: datetime) -> str | None:
    """The oracle counts days that nothing suspended; a suspension never makes a limit end sooner."""
    plain_at = lawful_end_at(state.clock, _calendar_of(case, state))
    suspended = bool(state.clock.suspensions)
    if ends_at == plain_at or (suspended and ends_at > plain_at):
        return None
    return f"{state.id} ends in law at {plain_at.isoformat()}, not at {ends_at.isoformat()}"


def _calendar_of(case: Case, state: ClockState) -> CalendarDefinition:
    return case.definitions.calendar_of(state.calendar)


def _wrong_passing(scene: Scene, event: ev.AppointmentPassed, state: ClockState) -> str | None:
    if not _has_passed(scene, event.appointment_at):
        return f"the appointment of {event.clock_id} passed on record before {event.appointment_at.isoformat()}"
    table = timetable_of(state, scene.before.definitions)
    if table.appointment_at != event.appointment_at:
        return f"clock {event.clock_id} had no appointment at {event.appointment_at.isoformat()}"
    same = table.appointment_at == table.end_at
    return f"the appointment of {event.clock_id} is its end" if same else None


def _wrong_move(scene: Scene, event: ev.AppointmentMoved, state: ClockState) -> str | None:
    former, after = timetable_of(state, scene.before.definitions), scene.after.clocks[event.clock_id]
    latter = timetable_of(after, scene.after.definitions)
    if former.appointment_at != event.former_appointment_at or latter.appointment_at != event.appointment_at:
        return f"clock {event.clock_id} had another appointment"
    return None if former.end_at == latter.end_at else f"a new appointment moved the limit of {event.clock_id}"


def _wrong_extension(scene: Scene, event: ev.ClockExtended, _: ClockState) -> str | None:
    older = event.cause == "new_appointment" and not scene.is_older
    return f"a new appointment moved the limit of {event.clock_id}" if older else None


def _wrong_confirmation(scene: Scene, event: ev.BreachConfirmed, state: ClockState) -> str | None:
    if timetable_of(state, scene.before.definitions).lawful_end_at != event.lawful_end_at:
        return f"clock {event.clock_id} does not end in law at {event.lawful_end_at.isoformat()}"
    early = scene.record.decided_at <= event.lawful_end_at
    return f"breach of {event.clock_id} confirmed before its lawful end" if early else None


def _wrong_set_aside(scene: Scene, event: ev.BreachSetAside, state: ClockState) -> str | None:
    table = timetable_of(state, scene.before.definitions)
    ends_at = table.appointment_at if scene.is_older else table.end_at
    if event.due_at != ends_at:
        return f"clock {event.clock_id} was not due at {event.due_at.isoformat() if event.due_at else 'no time'}"
    would_end_at = ends_at or _end_if_resumed(scene, state)
    if would_end_at is None or event.received_at > would_end_at:
        return f"breach of {event.clock_id} set aside for an answer received after it was due"
    if event.cause == "lawful_end":
        too_early = tuple(rung for rung in state.fired if table.kinds.get(rung) in ("breach", "escalation"))
        return None if event.rungs == too_early else f"other rungs of {event.clock_id} had fired too early"
    if scene.is_older:
        return f"breach of {event.clock_id} set aside without an answer" if _is_tick(scene) else None
    in_time = state.breached_at is None or event.received_at <= state.breached_at
    if in_time is not (event.cause == "delayed_by_system"):
        return f"breach of {event.clock_id} at {state.breached_at} set aside as {event.cause}"
    return _wrong_word_of_appointment(scene, event, state)


def _end_if_resumed(scene: Scene, state: ClockState) -> datetime | None:
    """Of a breached clock that stands still: where it would end if it ran on from now, which is when it was answered."""
    if not state.is_paused:
        return None
    clock = state.clock.resume(max(scene.record.at, state.clock.suspensions[-1].from_at))
    return timetable_of(state.changed({"clock": clock}), scene.before.definitions).end_at


def _wrong_verdict(scene: Scene, event: ev.ClockMet | ev.ClockStopped, state: ClockState) -> str | None:
    ends_at = timetable_of(state, scene.before.definitions).end_at
    if isinstance(event, ev.ClockMet) and ends_at is not None and scene.record.at > ends_at:
        return f"clock {event.clock_id} counts as met after its end at {ends_at.isoformat()}"
    return _wrong_word_of_appointment(scene, event, state)


def _wrong_word_of_appointment(
    scene: Scene, event: ev.ClockMet | ev.ClockStopped | ev.BreachSetAside, state: ClockState
) -> str | None:
    """Whether the appointment was kept is said of clocks with two ends, and by none of the older events."""
    kept = None
    if not scene.is_older and has_two_ends(state.kind, state.clock.budget):
        told_at = timetable_of(state, scene.before.definitions).appointment_at
        # While it stands still no appointment holds: one that had passed before stays missed.
        kept = state.appointment_passed_at is None if told_at is None else scene.record.at <= told_at
    said = event.appointment_kept
    return None if said is kept else f"the appointment of {event.clock_id} was kept: {kept}, recorded {said}"


def _is_tick(scene: Scene) -> bool:
    return scene.record.command_id.startswith(TICK_PREFIX)


_ENDS: dict[type, Callable[[Scene, Any, ClockState], str | None]] = {
    ev.ClockBreached: _wrong_breach,
    ev.AppointmentPassed: _wrong_passing,
    ev.AppointmentMoved: _wrong_move,
    ev.ClockExtended: _wrong_extension,
    ev.BreachConfirmed: _wrong_confirmation,
    ev.BreachSetAside: _wrong_set_aside,
    ev.ClockMet: _wrong_verdict,
    ev.ClockStopped: _wrong_verdict,
}


def consumed_time(story: Story) -> Iterator[Violation]:
    """I7: consumed time equals the working time of the running stretches, by the oracle."""
    for scene in story.scenes:
        event = scene.record.event
        if not isinstance(event, MEASURED):
            continue
        state = scene.before.clocks.get(event.clock_id)
        reason = None if state is None else _wrong_consumption(scene, event, state)
        if reason is not None:
            yield Violation("I7", story.case_id, scene.record.sequence, reason)


def _wrong_consumption(scene: Scene, event: ev.ClockMet | ev.ClockStopped, state: ClockState) -> str | None:
    calendar = _calendar_of(scene.before, state)
    used = consumed_seconds(state.clock, event.ended_at, calendar)
    if event.consumed_seconds is None:
        # Only where no calendar covers it: what is told by the wall clock needs none.
        known = state.clock.budget.unit not in WORKED or covers(calendar, state.clock.anchored_at, event.ended_at)
        return f"clock {event.clock_id} consumed {used} s, recorded as unknown" if known else None
    if abs(used - event.consumed_seconds) > TOLERANCE_SECONDS:
        return f"clock {event.clock_id} consumed {used} s, recorded {event.consumed_seconds} s"
    return None


def anchors(story: Story) -> Iterator[Violation]:
    """I7: a clock counts from where its time begins: a promise from receipt, work and an applicant's limit from the turn.

    A clock that takes another's place keeps its anchor. Older rules let work count from receipt.
    """
    for scene in story.scenes:
        event = scene.record.event
        if not isinstance(event, ev.ClockStarted) or scene.is_older:
            continue
        promised = event.kind in CASE_CLOCKS
        begins_at = scene.record.at if promised else scene.record.decided_at
        kept = (s.clock.anchored_at for s in scene.before.clocks.values() if _took_place_of(event, s))
        if event.anchored_at != begins_at and event.anchored_at not in kept:
            message = f"clock {event.clock_id} counts from {event.anchored_at.isoformat()}, not {begins_at.isoformat()}"
            yield Violation("I7", story.case_id, scene.record.sequence, message)


def _took_place_of(event: ev.ClockStarted, former: ClockState) -> bool:
    promised = event.kind in CASE_CLOCKS and former.kind in CASE_CLOCKS
    return promised or (event.kind == former.kind and event.step_id == former.step_id)
