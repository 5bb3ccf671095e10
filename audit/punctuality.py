"""That nothing due passes by (I6): asked of the engine's own timetable, and of what is plain to see without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from audit.story import Story
from audit.violation import Violation
from cases.model import CASE_CLOCKS, Case, ClockState
from cases.timetable import has_two_ends, next_due, timetable_of
from events.language import case_events as ev

STANDING_STILL = ("suspension", "stop")


def missed_instants(story: Story) -> Iterator[Violation]:
    """I6: what was due before a command counted fired before it, and a turn leaves nothing behind that was due."""
    pause_ends_at: datetime | None = None
    due, older_due = _once(_due), _once(_older_due)
    for previous, scene, following in zip([None, *story.scenes], story.scenes, [*story.scenes[1:], None], strict=False):
        record = scene.record
        due_of = older_due if scene.is_older else due
        begins = previous is None or previous.record.command_id != record.command_id
        due_at = _earliest(due_of(scene.before), pause_ends_at) if begins else None
        if due_at is not None and due_at < record.at:
            message = f"due at {due_at.isoformat()} and not fired before what counted at {record.at.isoformat()}"
            yield Violation("I6", story.case_id, record.sequence, message)
        pause_ends_at = _pause_end(record.event, pause_ends_at)
        if following is not None and following.record.decided_at == record.decided_at:
            continue  # the same turn goes on
        due_at = _earliest(due_of(scene.after), pause_ends_at)
        if due_at is not None and due_at <= record.decided_at:
            message = f"due at {due_at.isoformat()} and not fired by {record.decided_at.isoformat()}"
            yield Violation("I6", story.case_id, record.sequence, message)


def _once(due_of: Callable[[Case], datetime | None]) -> Callable[[Case], datetime | None]:
    """The same, worked out once of a case that is asked twice in a row: after one command, and before the next."""
    last: tuple[Case | None, datetime | None] = (None, None)

    def asked(case: Case) -> datetime | None:
        nonlocal last
        if last[0] is not case:
            last = case, due_of(case)
        return last[1]

    return asked


def _pause_end(event: ev.CaseEvent, open_until: datetime | None) -> datetime | None:
    """When the suspension or stop that is open ends by itself, as its own event said."""
    if isinstance(event, ev.ClockPaused) and event.cause in STANDING_STILL:
        return event.ends_at
    ended = isinstance(event, ev.ClockResumed) and event.cause in STANDING_STILL
    return None if ended or isinstance(event, ev.CaseClosed) else open_until


def _due(case: Case) -> datetime | None:
    """The earliest instant that must not pass by."""
    if case.is_closed:
        return None
    found = [next_due(case), case.suspension_review_at]
    for state in _ticking(case):
        table = timetable_of(state, case.definitions)
        found.append(table.end_at)
        is_told = state.kind in CASE_CLOCKS and has_two_ends(state.kind, state.clock.budget)
        if is_told and state.appointment_passed_at is None:
            found.append(table.appointment_at)
    return _earliest(*found)


def _older_due(case: Case) -> datetime | None:
    """What every version had to fire: warnings, and the end that older versions knew.

    Their later rungs counted from that end: whether they fired in time cannot be told by today's timetable.
    """
    found: list[datetime | None] = []
    for state in _ticking(case):
        table = timetable_of(state, case.definitions)
        left = [item for item in table.until_end if item.rung is not None and item.rung not in state.fired]
        found += [item.at for item in left if table.kinds.get(item.rung or "") == "warning"]
        found.append(table.appointment_at)
    return _earliest(*found)


def _ticking(case: Case) -> list[ClockState]:
    states = case.clocks.values()
    return [state for state in states if state.is_undecided and not (state.stopped or state.is_paused)]


def _earliest(*instants: datetime | None) -> datetime | None:
    first: datetime | None = None
    for at in instants:
        if at is not None and (first is None or at < first):
            first = at
    return first
