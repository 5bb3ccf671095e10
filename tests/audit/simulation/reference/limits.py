"""When limits end, by the Civil Code (art. 144-148) and the one-stop system's own algorithm, each found by walking.

A limit in days has two ends: the appointment in opening hours that the applicant is told, and 24:00 of its last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sla.units import Unit
from tests.audit.simulation.reference.hours import DAY, HOUR, MINUTE, ONE_DAY, Hours, OffTheCalendarError, Stretch

EXACT = {Unit.HOURS: HOUR, Unit.MINUTES: MINUTE, Unit.WORKING_HOURS: HOUR, Unit.WORKING_MINUTES: MINUTE}
"""Civil Code art. 147(1): limits in hours and minutes run from the exact instant, and end at one."""
WORKED = frozenset({Unit.WORKING_HOURS, Unit.WORKING_MINUTES, Unit.WORKING_DAYS})
Held = tuple[tuple[int, int | None], ...]
"""What stands still, as it was told: from an instant, up to another or until further notice."""


class Ends(NamedTuple):
    """The two ends of a limit. `lawful_at` None: it has but one."""

    appointment_at: int
    lawful_at: int | None

    @property
    def end_at(self) -> int:
        """The instant whose passing is the breach."""
        return self.appointment_at if self.lawful_at is None else self.lawful_at


class Limit(NamedTuple):
    """An amount of time that runs on a calendar from an anchor, less what was held."""

    hours: Hours
    unit: Unit
    amount: int
    anchored: int
    next_opening: bool
    held: Held
    moved: int = 0
    """New appointments, in the limit's unit: they move the appointment and never the limit (Decree 61/2018 art. 19(9))."""

    @property
    def stands_still(self) -> bool:
        """While suspended there is no deadline and nothing is overdue."""
        return any(until is None for _, until in self.held)

    def ends(self) -> Ends | None:
        """None while it stands still. Raises OffTheCalendarError beyond the calendar."""
        if self.stands_still:
            return None
        ends = _ends(self.hours, self.unit, self.amount, self.anchored, self.next_opening, self.held)
        if not self.moved:
            return ends
        later = _ends(self.hours, self.unit, self.amount + self.moved, self.anchored, self.next_opening, self.held)
        return Ends(later.appointment_at, ends.end_at)

    def used(self, until: int) -> int:
        """What of it is used up at an instant, in its own measure: opening hours, or the wall clock."""
        open_end = tuple((begins, self.hours.ends if ends is None else ends) for begins, ends in self.held)
        return self.hours.passed(self.anchored, until, merged(open_end, self.anchored), working=self.unit in WORKED)

    def share(self, percent: int) -> int | None:
        """When so many percent of what the appointment allows are used up."""
        ends = self.ends()
        if ends is None or percent == 100:
            return None if ends is None else ends.appointment_at
        whole = (
            self.amount * EXACT[self.unit] if self.unit in EXACT and not self.moved else self.used(ends.appointment_at)
        )
        held = merged(_closed(self.held), self.anchored)
        return self.hours.run(self.anchored, -(-whole * percent // 100), held, working=self.unit in WORKED)

    def after(self, at: int, unit: Unit, amount: int) -> int:
        """A delay after one of its ends: in its own unit, and what is held does not count for it either."""
        return _ends(self.hours, unit, amount, at, False, self.held).appointment_at


def merged(held: Sequence[Stretch], since: int) -> tuple[Stretch, ...]:
    """What is held from an instant on, in order, each moment once."""
    found: list[Stretch] = []
    for from_at, ends in sorted(held):
        begins = max(from_at, since)
        if begins >= ends:
            continue
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return tuple(found)


def _closed(held: Held) -> tuple[Stretch, ...]:
    return tuple((begins, ends) for begins, ends in held if ends is not None)


@lru_cache(maxsize=65536)
def _ends(hours: Hours, unit: Unit, amount: int, anchored: int, next_opening: bool, held: Held) -> Ends:
    still = merged(_closed(held), anchored)
    if unit in EXACT:
        return Ends(hours.run(anchored, amount * EXACT[unit], still, working=unit in WORKED), None)
    # The lawful end counts from the date of receipt, unless the procedure says from the next opening.
    counted = hours.opening(anchored) if next_opening else anchored
    if unit is Unit.WORKING_DAYS:
        plain = _same_time_after_working_days(hours, anchored, amount)
        appointment = hours.run(anchored, hours.passed(anchored, plain, (), working=True), still, working=True)
        last = _last_working_day(hours, hours.day(counted), amount, still)
        last = _moved_on(hours, max(last, hours.day(appointment - 1)), still)
        return Ends(appointment, hours.end_of(last))
    run_days = (_counted_day(hours.day(counted), unit, amount) - hours.day(counted)).days
    run_at = hours.run(counted, run_days * DAY, still, working=False)
    last = hours.same_or_next_working(hours.day(run_at))
    appointment = _out_of_held(hours, _same_time_on(hours, last, run_at, counted), still)
    return Ends(appointment, hours.end_of(max(_moved_on(hours, last, still), hours.day(appointment - 1))))


def _counted_day(received: date, unit: Unit, amount: int) -> date:
    """Art. 147(2), 148: the first day is not counted; a month ends on the corresponding day, or its last."""
    if unit is Unit.DAYS:
        return received + amount * ONE_DAY
    years, month = divmod(received.month - 1 + amount, 12)
    year, month = received.year + years, month + 1
    return date(year, month, min(received.day, monthrange(year, month)[1]))


def _same_time_after_working_days(hours: Hours, anchored: int, amount: int) -> int:
    """The same hour of the N-th working day, as one-stop systems reckon; received outside hours, from the opening."""
    opened = hours.opening(anchored)
    day = hours.day(opened)
    worked = sum(min(closes, opened) - opens for opens, closes in hours.windows_on(day) if opens < opened)
    if not worked:  # received at the very opening: that working day counts in full, and the limit ends with a closing
        for _ in range(amount - 1):
            day = hours.same_or_next_working(day + ONE_DAY)
        return hours.windows_on(day)[-1][1]
    for _ in range(amount):
        day = hours.same_or_next_working(day + ONE_DAY)
    for opens, closes in hours.windows_on(day):
        if worked <= closes - opens:
            return opens + worked
        worked -= closes - opens
    return hours.windows_on(day)[-1][1]


def _last_working_day(hours: Hours, received: date, amount: int, still: tuple[Stretch, ...]) -> date:
    """The first day is not counted; a working day that was wholly held is none."""
    day = received
    while amount:
        day += ONE_DAY
        if hours.works_on(day) and hours.passed(hours.midnight(day), hours.end_of(day), still, working=True):
            amount -= 1
    return day


def _moved_on(hours: Hours, day: date, still: tuple[Stretch, ...]) -> date:
    """A last day whose end is held moves on to the working day on which time runs again."""
    for begins, ends in still:
        if begins < hours.end_of(day) <= ends:
            day = hours.same_or_next_working(hours.day(ends))
    return day


def _same_time_on(hours: Hours, day: date, run_at: int, received: int) -> int:
    """The time of day at which the days had run, on the last day; that of the receipt where days off moved it."""
    times = [] if hours.day(run_at) != day else [run_at - hours.midnight(hours.day(run_at))]
    if not times or not hours.works_on(day - ONE_DAY):
        times.append(received - hours.midnight(hours.day(received)))
    wanted = hours.midnight(day) + max(times)
    nearest = hours.windows_on(day)[0][0]
    for opens, closes in hours.windows_on(day):
        if opens <= wanted:
            nearest = min(wanted, closes)
    return nearest


def _out_of_held(hours: Hours, at: int, still: tuple[Stretch, ...]) -> int:
    """An appointment inside held time moves on to the next opening after it."""
    moved = False
    for begins, ends in still:
        if (begins <= at if moved else begins < at) and at < ends:
            at, moved = hours.opening(ends), True
    return at


def fits(limit: Limit) -> bool:
    """Whether the calendar reaches to its ends."""
    try:
        limit.ends()
    except OffTheCalendarError:
        return False
    return True
