"""What a day of a calendar is to the offices, and when they are open on it. Days are local dates of its zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from sla.definition import WEEKDAYS, CalendarDefinition, Weekday, Window
from sla.older_calendars import days_off_in_prose


class DayKind(StrEnum):
    """What a day is."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SWAP = "swap"
    """Off, and made up for by another day."""
    MADE_UP = "made_up"
    """Worked for a day off elsewhere."""
    FLAGGED = "flagged"
    """Off only where a flag is set."""


@dataclass(frozen=True)
class OfficeDays:
    """The days of one calendar."""

    definition: CalendarDefinition

    def kind(self, day: date) -> DayKind:
        """What the day is."""
        if day in self._made_up:
            return DayKind.MADE_UP
        if day in self._off:
            return DayKind.SWAP if day in self._swapped else DayKind.HOLIDAY
        if any(day in entry.days for entry in self.definition.flagged_days_off):
            return DayKind.FLAGGED
        return DayKind.WORKING if self.windows(day) else DayKind.WEEKEND

    def windows(self, day: date) -> tuple[Window, ...]:
        """The opening hours of the day; of a flagged one as long as its flag is not set."""
        if day in self._off:
            return ()
        return self.definition.weekly.get(self._made_up.get(day, WEEKDAYS[day.weekday()]), ())

    @cached_property
    def _off(self) -> frozenset[date]:
        return frozenset(self.definition.days_off)

    @cached_property
    def _made_up(self) -> dict[date, Weekday]:
        return {entry.day: entry.takes for entry in self.definition.working_days}

    @cached_property
    def _swapped(self) -> frozenset[date]:
        entries = self.definition.working_days
        named = {entry.instead_of for entry in entries if entry.instead_of is not None}
        return frozenset(named.union(*(days_off_in_prose(entry) for entry in entries if entry.instead_of is None)))
