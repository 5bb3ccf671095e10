"""A working calendar on a terminal: its months drawn, its answers in words."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from rich.columns import Columns
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from greenlane.cli.catalogue_in_use import catalogue_in_use
from greenlane.cli.clock import now
from greenlane.cli.instants import instant_of
from greenlane.cli.output import table_of
from greenlane.settings import Settings
from presentation.instants import instant_json
from presentation.moments import Moments
from presentation.sources import source_text
from presentation.words.words import Words
from sla.business_time import BusinessTime
from sla.calendar import CalendarDefinition, WorkingCalendar, compiled
from sla.days import OfficeDays
from sla.deadline import Due
from sla.definition import WEEKDAYS
from sla.errors import AmountRefused, CalendarRangeError
from sla.texts import ANSWER
from sla.units import AMOUNT_MAX, Budget, Unit
from wording.text import _

Counting = Callable[[Budget, datetime, WorkingCalendar], Due]
"""`sla.deadline.due`, or `sla.beginning.beginning`."""

DAY: Final = timedelta(days=1)
MONTHS_SHOWN: Final = 3
MONTHS_OF_YEAR: Final = 12
MARKS: Final = {
    "working": (" ", "default"),
    "weekend": (" ", "bright_black"),
    "holiday": ("*", "bold red"),
    "swap": ("~", "bold magenta"),
    "made_up": ("+", "bold green"),
    "flagged": ("?", "yellow"),
}
"""How a day is drawn: a mark that a printer shows too, and a colour."""


@dataclass(frozen=True)
class CalendarSheet:
    """One calendar, in a language."""

    definition: CalendarDefinition
    moments: Moments

    @classmethod
    def of(cls, calendar_id: str | None, language: str | None, state_dir: Path | None = None) -> Self:
        """A calendar of the catalogue in use; None: the province's own. Raises UnknownCalendar with what looks like it."""
        settings = Settings.load(language=language, state_dir=state_dir)
        catalog = catalogue_in_use(settings).catalog
        return cls.showing(catalog.calendar(calendar_id or catalog.province.calendar), settings.language)

    @classmethod
    def all_of(cls, language: str | None, state_dir: Path | None = None) -> list[Self]:
        """Every calendar of the catalogue in use."""
        settings = Settings.load(language=language, state_dir=state_dir)
        catalog = catalogue_in_use(settings).catalog
        return [cls.showing(definition, settings.language) for definition in catalog.calendars.values()]

    @classmethod
    def showing(cls, definition: CalendarDefinition, language: str) -> Self:
        """A calendar, also one that is in no catalogue."""
        zone = compiled(definition).zone
        return cls(definition, Moments(Words(language), zone, BusinessTime.real_time(), now()))

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The calendar's arithmetic."""
        return compiled(self.definition)

    def as_json(self) -> dict[str, Any]:
        """Which version of which calendar."""
        given = self.definition
        return {
            "id": given.id,
            "version": given.version,
            "digest": given.digest,
            "zone": given.zone,
            "first_day": given.first_day.isoformat(),
            "last_day": given.last_day.isoformat(),
            "verified": given.verified,
        }

    # ---- answers

    def instant(self, text: str, field: str) -> datetime:
        """An instant within the calendar's years. Raises NaiveInstant, InstantInvalid, CalendarRangeError with the field."""
        at = instant_of(text, field)
        try:
            self.calendar.local(at)
        except CalendarRangeError as error:
            raise CalendarRangeError(error.reason, field=field, remedy=error.remedy) from None
        return at

    def budget(self, amount: int, unit: str) -> Budget:
        """An amount of time. Raises AmountRefused where it is not a positive number, CalendarRangeError for a vast one."""
        if amount < 1:
            raise AmountRefused.of("amount_not_positive", field="amount", given=amount)
        if amount > AMOUNT_MAX:
            raise self._beyond()
        return Budget(amount=amount, unit=Unit(unit))

    def end(self, count: Counting, budget: Budget, at: datetime) -> Due:
        """The answer of a calculation that begins within the calendar. Raises CalendarRangeError for the amount."""
        try:
            return count(budget, at, self.calendar)
        except CalendarRangeError:
            raise self._beyond() from None

    def _beyond(self) -> CalendarRangeError:
        return CalendarRangeError.outside(ANSWER, self.definition, field="amount", key="amount_outside")

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

    def end_screen(self, at: datetime, budget: Budget, end: Due) -> Table:
        """The same in words."""
        words, moments = self.moments.words, self.moments
        grid = Table.grid(padding=(0, 2))
        lawful = (
            words(_("that very instant"))
            if end.lawful_day is None
            else words(_("24:00 of {day}"), day=moments.day(end.lawful_day))
        )
        weekday = "" if end.lawful_day is None else f" [dim]{self._weekday(end.lawful_day)}[/dim]"
        for key, text in (
            (_("Working calendar"), f"{self.definition.id} {self.definition.version}"),
            (_("At"), f"{moments.instant(at, seconds=True)}, {moments.budget(budget)}"),
            (_("Appointment"), f"[bold]{moments.instant(end.operational_at, seconds=True)}[/bold]"),
            (_("Lawful end"), f"[bold]{lawful}[/bold]{weekday}"),
        ):
            grid.add_row(f"[bold]{words(key)}[/bold]", text)
        return grid

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

    # ---- months

    def months(self, year: int | None, month: int | None) -> list[date]:
        """The first days of the months to draw. Raises CalendarRangeError for a year that the calendar does not cover."""
        today = self.moments.now.astimezone(self.moments.zone).date()
        if year is None and month is None:
            whole = [_month_after(today.replace(day=1), count) for count in range(MONTHS_SHOWN)]
            return [first for first in whole if self._covers(first)] or [self.definition.last_day.replace(day=1)]
        asked = [month] if month is not None else range(1, MONTHS_OF_YEAR + 1)
        wanted = year if year is not None else today.year
        found = [date(wanted, number, 1) for number in asked if 1 <= wanted <= date.max.year]
        covered = [first for first in found if self._covers(first)]
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

    def screen(self, months: Sequence[date]) -> Iterator[RenderableType]:
        """The months side by side, what the marks mean, and the days that are not as usual."""
        given, words = self.definition, self.moments.words
        first, last = self.moments.day(given.first_day), self.moments.day(given.last_day)
        yield f"[bold]{given.id} {given.version}[/bold] [dim]{first} – {last}, {given.zone}[/dim]"
        yield Columns([self._month(first) for first in months], padding=(0, 2))
        yield self._legend()
        if given.source:
            unverified = "" if given.verified else f" ({words(_('not verified'))})"
            yield f"[dim]{escape(source_text(given.source, words.language))}{unverified}[/dim]"

    def _month(self, first: date) -> Table:
        table = Table.grid(padding=(0, 0, 0, 1))
        title = f"{first:%m/%Y}"
        table.title, table.title_style = title, "bold"
        table.add_row(*(Text(f"{self._weekday(date(2026, 3, 2) + DAY * i):>3}", style="dim") for i in range(7)))
        cells = [Text("")] * first.weekday() + [self._cell(day) for day in _days_of(first)]
        for start in range(0, len(cells), 7):
            table.add_row(*cells[start : start + 7])
        return table

    def _cell(self, day: date) -> Text:
        if not self.definition.first_day <= day <= self.definition.last_day:
            return Text("  .", style="dim")
        mark, style = MARKS[self.days.kind(day)]
        return Text(f"{day.day:2}{mark}", style=style)

    def _legend(self) -> Text:
        legend = Text()
        for kind, (mark, style) in MARKS.items():
            if kind != "working":
                legend.append(f"{mark.strip() or '12'} {self.moments.words.named('day', kind)}   ", style)
        return legend

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
        given = sheet.definition
        valid = f"{sheet.moments.day(given.first_day)} – {sheet.moments.day(given.last_day)}"
        verified = words(_("yes")) if given.verified else f"[yellow]{words(_('no'))}[/yellow]"
        counts = str(len(given.days_off)), str(len(given.working_days))
        table.add_row(given.id, given.version, valid, given.zone, *counts, verified)
    return table


def _days_of(first: date) -> list[date]:
    return [first.replace(day=number) for number in range(1, monthrange(first.year, first.month)[1] + 1)]


def _month_after(first: date, count: int) -> date:
    years, month = divmod(first.month - 1 + count, MONTHS_OF_YEAR)
    return date(first.year + years, month + 1, 1)
