"""A working calendar on a screen: its months drawn, its answers in words."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, Self

from presentation.blocks import (
    Beside,
    Block,
    Grid,
    Inline,
    Line,
    Table,
    Tone,
    dim,
    facts,
    line,
    strong,
    table_of,
    toned,
)
from presentation.instants import instant_json
from presentation.moments import Moments
from presentation.sources import source_text
from presentation.tones import yes_line
from presentation.words.words import Words
from sla.business_time import BusinessTime
from sla.calendar import CalendarDefinition, compiled
from sla.days import OfficeDays
from sla.deadline import Due
from sla.definition import WEEKDAYS
from sla.errors import CalendarRangeError
from sla.units import Budget
from wording.text import LazyText, _

MONDAY: Final = date(2026, 3, 2)
DAY: Final = timedelta(days=1)
MONTHS_SHOWN: Final = 3
MONTHS_OF_YEAR: Final = 12
MARKS: Final = {
    "working": (" ", Tone.PLAIN),
    "weekend": (" ", Tone.DIM),
    "holiday": ("*", Tone.LATE),
    "swap": ("~", Tone.OTHER),
    "made_up": ("+", Tone.BEST),
    "flagged": ("?", Tone.NEAR),
}
"""How a day is drawn: a mark that a printer shows too, and a tone."""


@dataclass(frozen=True)
class CalendarSheet:
    """One calendar, in a language."""

    definition: CalendarDefinition
    moments: Moments

    @classmethod
    def of(cls, definition: CalendarDefinition, language: str, now: datetime) -> Self:
        """A calendar as it is looked at now, also one that is in no catalogue."""
        zone = compiled(definition).zone
        return cls(definition, Moments(Words(language), zone, BusinessTime.real_time(), now))

    def as_json(self) -> dict[str, Any]:
        """Which version of which calendar."""
        calendar = self.definition
        return {
            "id": calendar.id,
            "version": calendar.version,
            "digest": calendar.digest,
            "zone": calendar.zone,
            "first_day": calendar.first_day.isoformat(),
            "last_day": calendar.last_day.isoformat(),
            "verified": calendar.verified,
        }

    def end_json(self, at: datetime, budget: Budget, end: Due) -> dict[str, Any]:
        """The answer of `add` and `subtract`."""
        return {
            "ok": True,
            "calendar": self.as_json(),
            "at": instant_json(at),
            "amount": budget.amount,
            "unit": budget.unit.value,
            "operational_at": instant_json(end.operational_at),
            "lawful_day": end.lawful_day and end.lawful_day.isoformat(),
        }

    def end_screen(self, at: datetime, budget: Budget, end: Due) -> Grid:
        """The same in words."""
        words, moments, day = self.moments.words, self.moments, end.lawful_day
        lawful: Inline = strong(words(_("that very instant")))
        if day is not None:
            lawful = line(strong(words(_("24:00 of {day}"), day=moments.day(day))), " ", dim(self._weekday(day)))
        known: dict[LazyText, Inline] = {
            _("Working calendar"): f"{self.definition.id} {self.definition.version}",
            _("At"): f"{moments.instant(at, seconds=True)}, {moments.budget(budget)}",
            _("Appointment"): strong(moments.instant(end.operational_at, seconds=True)),
            _("Lawful end"): lawful,
        }
        return facts((words(key), text) for key, text in known.items())

    def between_json(self, begins: datetime, ends: datetime, working: timedelta) -> dict[str, Any]:
        """The answer of `between`; whole seconds where they are whole."""
        seconds = working.total_seconds()
        return {
            "ok": True,
            "calendar": self.as_json(),
            "from": instant_json(begins),
            "to": instant_json(ends),
            "working_seconds": int(seconds) if seconds.is_integer() else seconds,
        }

    def between_line(self, working: timedelta) -> str:
        """The same in words."""
        seconds = working.total_seconds()
        sign = "-" if seconds < 0 else ""
        return self.moments.words(
            _("{span} of working time ({seconds} s)"), span=sign + self.moments.hours(seconds), seconds=f"{seconds:g}"
        )

    def months(self, year: int | None, month: int | None) -> list[date]:
        """The first days of the months to draw. Raises CalendarRangeError for a year that the calendar does not cover."""
        today = self.moments.now.astimezone(self.moments.zone).date()
        if year is None and month is None:
            whole = [_month_after(today.replace(day=1), count) for count in range(MONTHS_SHOWN)]
            return [first for first in whole if self._covers(first)] or [self.definition.last_day.replace(day=1)]
        month_numbers = [month] if month is not None else range(1, MONTHS_OF_YEAR + 1)
        wanted = year if year is not None else today.year
        first_days = [date(wanted, number, 1) for number in month_numbers if 1 <= wanted <= date.max.year]
        covered = [first for first in first_days if self._covers(first)]
        if not covered:
            raise CalendarRangeError.outside(wanted, self.definition, field="year")
        return covered

    def _covers(self, first: date) -> bool:
        return self.definition.first_day.replace(day=1) <= first <= self.definition.last_day

    def days_json(self, months: Iterable[date]) -> list[dict[str, Any]]:
        """Every day of these months with its kind and its opening hours."""
        return [
            {"day": day.isoformat(), "kind": self.days.kind(day), "hours": self._hours(day)}
            for first in months
            for day in _days_of(first)
            if self.definition.first_day <= day <= self.definition.last_day
        ]

    def screen(self, months: Sequence[date]) -> Iterator[Block]:
        """The months side by side, what the marks mean, and the days that are not as usual."""
        shown, words = self.definition, self.moments.words
        first, last = self.moments.day(shown.first_day), self.moments.day(shown.last_day)
        yield line(strong(f"{shown.id} {shown.version}"), " ", dim(f"{first} – {last}, {shown.zone}"))
        yield Beside(tuple(map(self._month, months)))
        yield self._legend()
        if shown.source:
            unverified = "" if shown.verified else f" ({words(_('not verified'))})"
            yield dim(f"{source_text(shown.source, words.language)}{unverified}")

    def _month(self, first: date) -> Grid:
        weekdays = tuple(dim(f"{self._weekday(MONDAY + DAY * place):>3}") for place in range(len(WEEKDAYS)))
        cells = [line()] * first.weekday() + [self._cell(day) for day in _days_of(first)]
        weeks = [tuple(cells[start : start + len(WEEKDAYS)]) for start in range(0, len(cells), len(WEEKDAYS))]
        return Grid([weekdays, *weeks], title=f"{first:%m/%Y}", tight=True)

    def _cell(self, day: date) -> Line:
        if not self.definition.first_day <= day <= self.definition.last_day:
            return dim("  .")
        mark, tone = MARKS[self.days.kind(day)]
        return toned(tone, f"{day.day:2}{mark}")

    def _legend(self) -> Line:
        named = self.moments.words.named
        return line(
            *(
                toned(tone, f"{mark.strip() or '12'} {named('day', kind)}   ")
                for kind, (mark, tone) in MARKS.items()
                if kind != "working"
            )
        )

    def _weekday(self, day: date) -> str:
        if self.moments.words.language == "en":
            return WEEKDAYS[day.weekday()].value.capitalize()
        return "CN" if day.weekday() == WEEKDAYS.index(WEEKDAYS[-1]) else f"T{day.weekday() + 2}"

    def _hours(self, day: date) -> list[str]:
        return [f"{window.opens:%H:%M}-{window.closes:%H:%M}" for window in self.days.windows(day)]

    @cached_property
    def days(self) -> OfficeDays:
        """What each of its days is."""
        return OfficeDays(self.definition)


def calendar_table(sheets: Sequence[CalendarSheet]) -> Table:
    """One line a calendar."""
    words = sheets[0].moments.words
    keys = (
        _("Working calendar"),
        _("Version"),
        _("Valid"),
        _("Time zone"),
        _("Days off"),
        _("Make-up days"),
        _("Verified"),
    )
    table = table_of(words(_("Working calendars")), *map(words, keys))
    for sheet in sheets:
        shown = sheet.definition
        valid = f"{sheet.moments.day(shown.first_day)} – {sheet.moments.day(shown.last_day)}"
        counts = str(len(shown.days_off)), str(len(shown.working_days))
        table.add(shown.id, shown.version, valid, shown.zone, *counts, yes_line(words, is_so=shown.verified))
    return table


def _days_of(first: date) -> list[date]:
    return [first.replace(day=number) for number in range(1, monthrange(first.year, first.month)[1] + 1)]


def _month_after(first: date, count: int) -> date:
    years, month = divmod(first.month - 1 + count, MONTHS_OF_YEAR)
    return date(first.year + years, month + 1, 1)
