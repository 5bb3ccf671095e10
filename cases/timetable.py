"""When things fall due: the ends of a clock and the rungs of its ladder, worked out once for each clock.

A clock of days or months that is promised to an applicant, or set to him, has two ends: the appointment, and the lawful end at
24:00 of the last day. Shares of a ladder are of the appointment; the breach, and delays after it, of the lawful end.

A timetable depends on nothing but the clock (a value), its ladder and the calendar it runs on. What has fired, been met or been
acknowledged only crosses out entries. So it is kept beside the state of the clock it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, Literal

from cases.model import APPLICANT_CLOCKS, CASE_CLOCKS, FIRST, Case, ClockState
from catalog.model import Definitions
from events.language.case_events import ClockKind
from sla.calendar import compiled
from sla.clock import Clock
from sla.deadline import Due
from sla.errors import CalendarRangeError
from sla.ladder import Ladder, Rung
from sla.units import Budget, Unit

RECENT_MAX = 256

SUSPENSION = "suspension"
"""Stands in a due item for the end of a capped suspension, which belongs to no single clock."""
REVIEW = "review"
"""Stands there for the instant at which somebody must look at a suspension again."""

TWO_ENDED_KINDS: Final[tuple[ClockKind, ...]] = (*CASE_CLOCKS, *APPLICANT_CLOCKS)
"""What is promised to an applicant, or set to him. Steps and consultations are the agencies' own time: they have one end."""
TWO_ENDED_UNITS: Final = (Unit.WORKING_DAYS, Unit.DAYS, Unit.MONTHS)
"""Civil Code 2015 art. 147-148: such limits end with their last day; limits in hours or minutes at their instant."""

_KEPT = "_timetable"
_WARNING_FIRST = 100

What = Literal["rung", "appointment", "breach", "set_aside", "calendar_end"]


@dataclass(frozen=True, slots=True, order=True)
class DueItem:
    """One thing that falls due: the passing of an end (rank 0 and below) or a rung, in the order in which it must happen."""

    at: datetime
    clock_id: str
    rank: int
    rung: str | None = None
    what: What = field(default="breach", compare=False)


_SET_ASIDE_RANK = -1000
_APPOINTMENT_RANK = -1


def has_two_ends(kind: ClockKind, budget: Budget) -> bool:
    """Whether a clock has an appointment and, later, a lawful end."""
    return kind in TWO_ENDED_KINDS and budget.unit in TWO_ENDED_UNITS


class Timetable:
    """All that one clock ever has to say, in order; empty while it is suspended. Instants in UTC."""

    def __init__(self, state: ClockState, definitions: Definitions) -> None:
        self.clock = state.clock
        self.appointment_by = state.appointment_by
        self.definitions = definitions
        self.two_ends = has_two_ends(state.kind, state.clock.budget)
        self._clock_id, self._kind = state.id, state.kind
        self._calendar = compiled(definitions.calendar_of(state.calendar))
        ladder = ladder_of(definitions, state.kind)
        self._rungs = () if ladder is None else tuple(enumerate(ladder.rungs, start=1))
        self._told = self.clock if self.appointment_by is None else self.clock.extended(self.appointment_by)
        self.is_beyond_calendar = False
        """It has no end because the calendar ends before it does, not because it is suspended."""
        self.due = self._due(self.clock)
        """The limit's ends; None while the clock is suspended, or where the calendar ends before."""
        first = self.due if self._told is self.clock else self._due(self._told)
        self.appointment_at = None if first is None else first.operational_at.astimezone(UTC)
        """As told to the applicant; the only end, where there is one."""
        self.lawful_end_at = self._lawful_end()
        """None: the clock has one end, or none now."""
        only_at = None if self.due is None else self.due.operational_at.astimezone(UTC)
        self.end_at = self.lawful_end_at or only_at
        """The end whose passing is a breach."""

    @cached_property
    def until_end(self) -> tuple[DueItem, ...]:
        """The ends, and the rungs at shares of the clock."""
        if self.end_at is None:
            return ()
        items = [DueItem(at=self.end_at, clock_id=self._clock_id, rank=0), *self._shares()]
        # Where both are one instant, the breach says it all. To the applicant his own limit is told as a day.
        is_told = self._kind in CASE_CLOCKS and self.two_ends and self.appointment_at != self.end_at
        if is_told and self.appointment_at is not None:
            passed = DueItem(self.appointment_at, self._clock_id, _APPOINTMENT_RANK, what="appointment")
            items.append(passed)
        return tuple(sorted(items))

    @cached_property
    def after_end(self) -> tuple[DueItem, ...]:
        """The rungs at delays after an end: worked out only when it comes to that, which it mostly does not."""
        if self.end_at is None:
            return ()
        late = [(rank, rung, self._after(rung, rung.delay)) for rank, rung in self._rungs if rung.delay is not None]
        return tuple(sorted(filter(None, (self._item(rank, rung, at) for rank, rung, at in late if at is not None))))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of each rung, by its id."""
        return {rung.id: rung.kind for _, rung in self._rungs}

    def _due(self, clock: Clock) -> Due | None:
        try:
            return clock.due(self._calendar)
        except CalendarRangeError:
            # A long suspension may push an end beyond the published calendar; the next version brings it back.
            self.is_beyond_calendar = True
            return None

    def _lawful_end(self) -> datetime | None:
        if not self.two_ends or self.due is None or self.due.lawful_end_at is None:
            return None
        return self.due.lawful_end_at.astimezone(UTC)

    def _shares(self) -> Iterator[DueItem]:
        shares = [(rank, rung) for rank, rung in self._rungs if rung.percent is not None and self._has(rung)]
        of_appointment = [(rank, rung) for rank, rung in shares if rung.kind != "breach"]
        instants = self._instants([rung.percent or 0 for _, rung in of_appointment])
        timed = [(rank, rung, at) for (rank, rung), at in zip(of_appointment, instants, strict=False)]
        if self.end_at is not None:
            timed += [(rank, rung, self.end_at) for rank, rung in shares if rung.kind == "breach"]
        yield from filter(None, (self._item(rank, rung, at) for rank, rung, at in timed))

    def _has(self, rung: Rung) -> bool:
        return self.two_ends or rung.kind != "past_appointment"

    def _instants(self, percents: list[int]) -> list[datetime]:
        if self.appointment_at is None:
            return []
        return self._told.instants_at(percents, self._calendar)

    def _after(self, rung: Rung, delay: Budget) -> datetime | None:
        from_at = self.appointment_at if rung.counts_from == "appointment" else self.end_at
        if from_at is None:
            return None
        try:
            return self.clock.later(from_at, delay, self._calendar)
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
        return DueItem(at=at.astimezone(UTC), clock_id=self._clock_id, rank=order, rung=rung.id, what="rung")


_recent: dict[tuple[object, ...], Timetable] = {}


def timetable_of(state: ClockState, definitions: Definitions) -> Timetable:
    """The timetable of a clock; worked out anew only when the clock itself has changed, by a pause for instance."""
    timetable: Timetable | None = state.__dict__.get(_KEPT)
    if (
        timetable is not None
        and timetable.clock is state.clock
        and timetable.appointment_by == state.appointment_by
        and timetable.definitions is definitions
    ):
        return timetable
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
        state.appointment_by,
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


def appointment_at(state: ClockState, definitions: Definitions) -> datetime | None:
    """The instant told to whoever waits; None while the clock is suspended, or where the calendar ends before."""
    return timetable_of(state, definitions).appointment_at


def end_at(state: ClockState, definitions: Definitions) -> datetime | None:
    """The end whose passing is a breach: the lawful one, where the clock has two. None as for `appointment_at`."""
    return timetable_of(state, definitions).end_at


def lawful_end_at(state: ClockState, definitions: Definitions) -> datetime | None:
    """24:00 of the last day; None for a clock with one end, and as for `appointment_at`."""
    return timetable_of(state, definitions).lawful_end_at


def next_item(case: Case) -> DueItem | None:
    """The first thing that is still to fall due."""
    if case.is_closed:
        return None
    firsts = [_first(state, case.definitions) for state in case.clocks.values() if not state.stopped]
    if case.suspension_ends_at is not None:
        firsts.append(DueItem(at=case.suspension_ends_at, clock_id=SUSPENSION, rank=0))
    if case.suspension_review_at is not None:
        firsts.append(DueItem(at=case.suspension_review_at, clock_id=REVIEW, rank=0))
    return _earliest(firsts)


def _earliest(items: Iterable[DueItem | None]) -> DueItem | None:
    first: DueItem | None = None
    for item in items:
        # Instants mostly differ: to compare them alone is a quarter of the work.
        if item is not None and (first is None or item.at < first.at or (item.at == first.at and item < first)):
            first = item
    return first


def next_due(case: Case) -> datetime | None:
    """The earliest instant at which something falls due by itself; None: nothing does."""
    item = next_item(case)
    return None if item is None else item.at


def ladder_of(definitions: Definitions, kind: ClockKind) -> Ladder | None:
    """The ladder that a kind of clock climbs; the applicant's own limits have none."""
    if kind in APPLICANT_CLOCKS:
        return None
    return definitions.case_ladder if kind in CASE_CLOCKS else definitions.step_ladder


def _first(state: ClockState, definitions: Definitions) -> DueItem | None:
    # Kept beside the state until it changes: of two hundred clocks one has changed since they were asked before.
    remembered: tuple[Definitions, DueItem | None] | None = state.__dict__.get(FIRST)
    if remembered is not None and remembered[0] is definitions:
        return remembered[1]
    item = None if state.is_paused else _first_of(state, timetable_of(state, definitions))
    state.__dict__[FIRST] = (definitions, item)
    return item


def _first_of(state: ClockState, table: Timetable) -> DueItem | None:
    correction = _correction(state, table)
    if correction is not None:
        return correction
    first = next(open_among(table.until_end, state, table), None)
    # Nothing at a delay after an end comes before the earlier end.
    told_at, ends_at = table.appointment_at, table.end_at
    if told_at is not None and (ends_at is None or told_at < ends_at):
        ends_at = told_at
    if first is not None and ends_at is not None and first.at <= ends_at:
        return first
    late = next(open_among(table.after_end, state, table), None)
    return _earliest((first, late))


def _correction(state: ClockState, table: Timetable) -> DueItem | None:
    """What comes before everything else on a clock: a breach recorded too early, a calendar that ends before it does."""
    # What an older run carries along does not say when: but that it was before the lawful end.
    breached_at, ends_at = state.breached_at or state.clock.anchored_at, table.lawful_end_at
    if state.breached_early and not state.set_aside and ends_at is not None and breached_at < ends_at:
        return DueItem(breached_at, state.id, _SET_ASIDE_RANK, what="set_aside")
    if table.is_beyond_calendar and state.is_undecided:
        digest = table.definitions.calendar_of(state.calendar).digest
        if state.told_beyond != digest:
            pauses = [entry.until_at for entry in state.clock.suspensions if entry.until_at is not None]
            at = max([state.clock.anchored_at, *pauses])
            return DueItem(at.astimezone(UTC), state.id, 0, what="calendar_end")
    return None


def open_among(items: Iterable[DueItem], state: ClockState, table: Timetable) -> Iterator[DueItem]:
    """Those of the items that are still to happen on this clock."""
    for item in items:
        if item.what == "appointment":
            # It passes once, for each time it was moved before that.
            if state.appointment_passed_at is None:
                yield item
        elif item.rung is None:
            if state.is_undecided:
                yield item
        elif item.rung not in state.fired and not (state.acknowledged and table.kinds.get(item.rung) == "escalation"):
            yield item
