"""When things fall due: the due instant of a clock and the rungs of its ladder, worked out once for each clock.

A timetable depends on nothing but the clock (a value), its ladder and the calendar it runs on. What has fired, been met or been
acknowledged only crosses out entries. So it is kept beside the state of the clock it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from cases.model import CASE_CLOCKS, Case, ClockKind, ClockState, ClockStatus
from catalog.model import Definitions
from sla.calendar import compiled
from sla.deadline import Due
from sla.errors import CalendarRangeError
from sla.ladder import Ladder, Rung
from sla.units import Budget

RECENT_MAX = 256

SUSPENSION = "suspension"
"""Stands in a due item for the end of a capped suspension, which belongs to no single clock."""

_KEPT = "_timetable"
_WARNING_FIRST = 100


@dataclass(frozen=True, slots=True, order=True)
class DueItem:
    """One thing that falls due: a breach (rank 0) or a rung, in the order in which it must happen."""

    at: datetime
    clock_id: str
    rank: int
    rung: str | None = None


class Timetable:
    """All that one clock ever has to say, in order; empty while it is suspended. Instants in UTC."""

    def __init__(self, state: ClockState, definitions: Definitions) -> None:
        self.clock = state.clock
        self.definitions = definitions
        self._clock_id = state.id
        self._calendar = compiled(definitions.calendar_of(state.calendar))
        ladder = ladder_of(definitions, state.kind)
        self._rungs = () if ladder is None else tuple(enumerate(ladder.rungs, start=1))
        self.due = self._due()
        """None while the clock is suspended, or where the calendar ends before."""
        self.due_at = None if self.due is None else self.due.operational_at.astimezone(UTC)

    @cached_property
    def until_end(self) -> tuple[DueItem, ...]:
        """The breach, and the rungs at shares of the clock."""
        if self.due_at is None:
            return ()
        shares = [(rank, rung) for rank, rung in self._rungs if rung.percent is not None]
        instants = self.clock.instants_at([rung.percent or 0 for _, rung in shares], self._calendar)
        items = [self._item(rank, rung, at) for (rank, rung), at in zip(shares, instants, strict=True)]
        return tuple(sorted([DueItem(at=self.due_at, clock_id=self._clock_id, rank=0), *filter(None, items)]))

    @cached_property
    def after_end(self) -> tuple[DueItem, ...]:
        """The rungs at delays after the end: worked out only when it comes to that, which it mostly does not."""
        if self.due_at is None:
            return ()
        late = [(rank, rung, self._after(rung.delay)) for rank, rung in self._rungs if rung.delay is not None]
        return tuple(sorted(filter(None, (self._item(rank, rung, at) for rank, rung, at in late if at is not None))))

    @cached_property
    def escalations(self) -> frozenset[str]:
        """The rungs that an acknowledgement silences."""
        return frozenset(rung.id for _, rung in self._rungs if rung.kind == "escalation")

    def _due(self) -> Due | None:
        try:
            return self.clock.due(self._calendar)
        except CalendarRangeError:
            # A long suspension may push a due instant beyond the published calendar; the next version brings it back.
            return None

    def _after(self, delay: Budget) -> datetime | None:
        try:
            return self.clock.after_due(delay, self._calendar)
        except CalendarRangeError:
            return None  # this rung lies beyond the calendar; the others do not

    def _item(self, rank: int, rung: Rung, at: datetime) -> DueItem | None:
        if rung.quiet_outside_hours:
            try:
                at = self._calendar.normalise(at)
            except CalendarRangeError:
                return None
        # A warning may share the instant of the breach (a budget of minutes): it is told before the breach.
        order = rank - _WARNING_FIRST if rung.kind == "warning" else rank
        return DueItem(at=at.astimezone(UTC), clock_id=self._clock_id, rank=order, rung=rung.id)


_recent: dict[tuple[object, ...], Timetable] = {}


def timetable_of(state: ClockState, definitions: Definitions) -> Timetable:
    """The timetable of a clock; worked out anew only when the clock itself has changed, by a pause for instance."""
    kept: Timetable | None = state.__dict__.get(_KEPT)
    if kept is not None and kept.clock is state.clock and kept.definitions is definitions:
        return kept
    made = _recent_or_made(state, definitions)
    state.__dict__[_KEPT] = made  # not a field: it takes no part in equality, and is never written out
    return made


def _recent_or_made(state: ClockState, definitions: Definitions) -> Timetable:
    # A case evolves twice on each event: in the draft, and again on what stands in the ledger. The same clock then comes
    # as two equal values, one after the other.
    clock = state.clock
    budget = clock.budget
    key = (
        state.id,
        clock.anchored_at,
        budget.amount,
        budget.unit,
        clock.after_hours,
        clock.suspensions,
        state.calendar,
        id(definitions),
    )
    recent = _recent.get(key)
    if recent is not None and recent.definitions is definitions:
        recent.clock = clock
        return recent
    if len(_recent) >= RECENT_MAX:
        _recent.clear()
    made = _recent[key] = Timetable(state, definitions)
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
    firsts = [_first(state, case.definitions) for state in case.clocks.values() if not state.stopped]
    if case.suspension_ends_at is not None:
        firsts.append(DueItem(at=case.suspension_ends_at, clock_id=SUSPENSION, rank=0))
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


def _first(state: ClockState, definitions: Definitions) -> DueItem | None:
    if state.is_paused:
        return None
    table = timetable_of(state, definitions)
    first = next(_open_among(table.until_end, state, table), None)
    # Every delay ends after the end of the clock; only a rung held back to an opening may be later than one of them.
    if first is not None and table.due_at is not None and first.at <= table.due_at:
        return first
    late = next(_open_among(table.after_end, state, table), None)
    return min((item for item in (first, late) if item is not None), default=None)


def _pending(state: ClockState, definitions: Definitions) -> Iterator[DueItem]:
    if not state.stopped and not state.is_paused:
        table = timetable_of(state, definitions)
        yield from _open_among(table.until_end + table.after_end, state, table)


def _open_among(items: Iterable[DueItem], state: ClockState, table: Timetable) -> Iterator[DueItem]:
    for item in items:
        if item.rung is None:
            if state.status is ClockStatus.RUNNING:
                yield item
        elif item.rung not in state.fired and not (state.acknowledged and item.rung in table.escalations):
            yield item
