"""When things fall due: the due instant of a clock and the rungs of its ladder, worked out once for each clock.

A timetable depends on nothing but the clock (a value), its ladder and the calendar. What has fired, been met or been
acknowledged only crosses out entries. So it is kept beside the state of the clock it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cases.model import CASE_CLOCKS, Case, ClockKind, ClockState, ClockStatus
from catalog.model import Definitions
from sla.calendar import WorkingCalendar, compiled
from sla.clock import Clock
from sla.deadline import Due
from sla.errors import CalendarRangeError
from sla.ladder import Ladder, Rung, rung_instant

_KEPT = "_timetable"
_WARNING_FIRST = 100


@dataclass(frozen=True, slots=True, order=True)
class DueItem:
    """One thing that falls due: a breach (rank 0) or a rung, in the order in which it must happen."""

    at: datetime
    clock_id: str
    rank: int
    rung: str | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """All that one clock ever has to say, in order; empty while it is suspended. Instants in UTC."""

    clock: Clock
    definitions: Definitions
    due: Due | None
    """None while it is suspended, or where the calendar ends before."""
    items: tuple[DueItem, ...]
    escalations: frozenset[str]
    """The rungs that an acknowledgement silences."""

    @property
    def due_at(self) -> datetime | None:
        """The operational due instant."""
        return None if self.due is None else self.due.operational_at.astimezone(UTC)


def timetable_of(state: ClockState, definitions: Definitions) -> Timetable:
    """The timetable of a clock; worked out anew only when the clock itself has changed, by a pause for instance."""
    kept: Timetable | None = state.__dict__.get(_KEPT)
    if kept is not None and kept.clock is state.clock and kept.definitions is definitions:
        return kept
    made = _timetable(state, definitions)
    state.__dict__[_KEPT] = made  # not a field: it takes no part in equality, and is never written out
    return made


def due_instant(state: ClockState, definitions: Definitions) -> datetime | None:
    """When the clock is due; None while it is suspended, or where the calendar ends before."""
    return timetable_of(state, definitions).due_at


def due_items(case: Case) -> list[DueItem]:
    """All that is still to fall due, in the order in which it must happen."""
    return sorted(item for state in case.clocks.values() for item in _pending(state, case.definitions))


def next_item(case: Case) -> DueItem | None:
    """The first thing that is still to fall due."""
    if case.is_closed:
        return None
    firsts = (next(_pending(state, case.definitions), None) for state in case.clocks.values() if not state.stopped)
    return min((item for item in firsts if item is not None), default=None)


def next_due(case: Case) -> datetime | None:
    """The earliest instant at which something falls due by itself; None: nothing does."""
    item = next_item(case)
    return None if item is None else item.at


def ladder_of(definitions: Definitions, kind: ClockKind) -> Ladder | None:
    """The ladder that a kind of clock climbs; the applicant's own deadline has none."""
    if kind == "supplement":
        return None
    return definitions.case_ladder if kind in CASE_CLOCKS else definitions.step_ladder


def _pending(state: ClockState, definitions: Definitions) -> Iterator[DueItem]:
    if state.stopped or state.is_paused:
        return
    table = timetable_of(state, definitions)
    for item in table.items:
        if item.rung is None:
            if state.status is ClockStatus.RUNNING:
                yield item
        elif item.rung not in state.fired and not (state.acknowledged and item.rung in table.escalations):
            yield item


def _timetable(state: ClockState, definitions: Definitions) -> Timetable:
    calendar = compiled(definitions.calendar)
    due = _due(state.clock, calendar)
    ladder = ladder_of(definitions, state.kind)
    rungs = () if ladder is None else ladder.rungs
    items: list[DueItem] = []
    if due is not None:
        items.append(DueItem(at=due.operational_at.astimezone(UTC), clock_id=state.id, rank=0))
        items.extend(_climbed(state, rungs, calendar))
    return Timetable(
        clock=state.clock,
        definitions=definitions,
        due=due,
        items=tuple(sorted(items)),
        escalations=frozenset(rung.id for rung in rungs if rung.kind == "escalation"),
    )


def _due(clock: Clock, calendar: WorkingCalendar) -> Due | None:
    try:
        return clock.due(calendar)
    except CalendarRangeError:
        # A long suspension may push a due instant beyond the published calendar; it comes back with the next version.
        return None


def _climbed(state: ClockState, rungs: Iterable[Rung], calendar: WorkingCalendar) -> Iterator[DueItem]:
    for rank, rung in enumerate(rungs, start=1):
        try:
            at = rung_instant(rung, state.clock, calendar)
        except CalendarRangeError:
            continue  # this rung lies beyond the calendar; the earlier ones do not
        if at is not None:
            # A warning may share the instant of the breach (a budget of minutes): it is told before the breach.
            order = rank - _WARNING_FIRST if rung.kind == "warning" else rank
            yield DueItem(at=at.astimezone(UTC), clock_id=state.id, rank=order, rung=rung.id)
