"""`greenlane calendar`: the working calendars, their arithmetic, and what a new version changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from greenlane.cli.clock import now
from greenlane.cli.options import Json, Lang
from greenlane.cli.run import Run, as_command
from wording.text import _

if TYPE_CHECKING:
    from presentation.time.calendars import CalendarSheet
    from services.calculating import CountedTime
    from sla.calendar import CalendarDefinition

PANEL = "Looking things up"

group = typer.Typer(
    name="calendar",
    help="Look at the working calendars, compute with them, and apply a new version to open cases.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


CountedUnit = Literal["working_days", "working_hours", "hours", "days", "months"]
"""The units that the calendar counts in."""


CalendarId = Annotated[
    str | None,
    typer.Option(
        "--calendar", metavar="ID", help="Id of the calendar, as `list` shows it; default: the province's own."
    ),
]
At = Annotated[str, typer.Option("--at", metavar="INSTANT", help="An instant of RFC 3339 with its offset.")]
Amount = Annotated[int, typer.Option("--amount", metavar="N", help="How many; 1 or more.")]
CountedIn = Annotated[CountedUnit, typer.Option("--unit", help="Of what.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (
        ("list", list_calendars),
        ("show", show_calendar),
        ("add", add),
        ("subtract", subtract),
        ("between", between),
        ("check", check),
    ):
        group.command(name)(command)
    app.add_typer(group, rich_help_panel=PANEL)


@as_command
def list_calendars(run: Run) -> int:
    """List the working calendars with their versions, years and opening hours.

    Example: greenlane calendar list
    """
    from presentation.time.calendars import CalendarSheet, calendar_table

    language = run.settings().language
    sheets = [CalendarSheet.of(definition, language, now()) for definition in run.catalog().calendars.values()]
    return run.answer(
        lambda: {"ok": True, "calendars": [sheet.as_json() for sheet in sheets]}, lambda: (calendar_table(sheets),)
    )


@as_command
def show_calendar(
    run: Run,
    *,
    calendar: CalendarId = None,
    year: Annotated[int | None, typer.Option("--year", help="A whole year; with --month one month of it.")] = None,
    month: Annotated[int | None, typer.Option("--month", min=1, max=12, help="One month.")] = None,
) -> int:
    """Draw months of a calendar: weekends, holidays, swapped days and make-up working days.

    Without --year and --month: the present month and the two after it.

    Example: greenlane calendar show --year 2026 --month 8
    """

    sheet = _sheet(run, calendar)
    months = sheet.months(year, month)
    return run.answer(
        lambda: {"ok": True, "calendar": sheet.as_json(), "days": sheet.days_json(months)}, lambda: sheet.screen(months)
    )


@as_command
def add(
    run: Run,
    *,
    at: At,
    amount: Amount,
    unit: CountedIn,
    calendar: CalendarId = None,
) -> int:
    """Compute when a limit ends: the appointment, and the day whose 24:00 is its lawful end.

    Example: greenlane calendar add --at 2026-02-13T09:00:00+07:00 --amount 3 --unit working_days
    """
    from services.calculating import add_time

    return _count(run, add_time, at, amount, unit, calendar)


@as_command
def subtract(
    run: Run,
    *,
    at: At,
    amount: Amount,
    unit: CountedIn,
    calendar: CalendarId = None,
) -> int:
    """Compute from when a limit must run to end at the instant, and the day of receipt that has it end on that day.

    Working days and hours are the exact inverse of `add` on working instants. A day off moves back to the working day
    before.

    Example: greenlane calendar subtract --at 2026-02-25T09:00:00+07:00 --amount 3 --unit working_days
    """
    from services.calculating import subtract_time

    return _count(run, subtract_time, at, amount, unit, calendar)


@as_command
def between(
    run: Run,
    *,
    from_at: Annotated[str, typer.Option("--from", metavar="INSTANT", help="The beginning, with its offset.")],
    to_at: Annotated[str, typer.Option("--to", metavar="INSTANT", help="The end, with its offset.")],
    calendar: CalendarId = None,
) -> int:
    """Compute the working time between two instants; negative where the end comes first.

    Example: greenlane calendar between --from 2026-03-02T09:00:00+07:00 --to 2026-03-04T10:00:00+07:00
    """
    from services.calculating import measure_between
    from sla.instants import instant_of

    sheet = _sheet(run, calendar)
    begins, ends = instant_of(from_at, "from"), instant_of(to_at, "to")
    working = measure_between(sheet.definition, begins, ends)
    return run.answer(lambda: sheet.between_json(begins, ends, working), lambda: (sheet.between_line(working),))


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A calendar in YAML.")],
    *,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Check a calendar's file before it is published: every fault with its line and field.

    Example: greenlane calendar check vn-public-2027.yaml
    """
    from catalog.calendar_files import read_calendar
    from greenlane.settings import Settings
    from greenlane.speaking.faults import faults_shown
    from greenlane.speaking.output import print_json, show
    from presentation.words.words import Words

    settings = Settings.load(language=lang)
    with faults_shown():
        definition = read_calendar(file)
    if as_json:
        print_json({"ok": True, "calendar": definition.id, "version": definition.version, "digest": definition.digest})
    else:
        names = {"file": file, "calendar": definition.id, "version": definition.version}
        show(Words(settings.language)(_("{file}: calendar {calendar} {version} is sound."), **names))
    return 0


def _sheet(run: Run, calendar: str | None) -> CalendarSheet:
    """A calendar of the catalogue in use; None: the province's own. Raises UnknownCalendar with what looks like it."""
    from presentation.time.calendars import CalendarSheet

    catalog = run.catalog()
    return CalendarSheet.of(catalog.calendar(calendar or catalog.province.calendar), run.settings().language, now())


def _count(
    run: Run,
    counting: Callable[[CalendarDefinition, datetime, int, str], CountedTime],
    at: str,
    amount: int,
    unit: CountedUnit,
    calendar: str | None,
) -> int:
    """Count from the instant, and show where that ends."""
    from sla.instants import instant_of

    sheet = _sheet(run, calendar)
    counted = counting(sheet.definition, instant_of(at, "at"), amount, unit)
    return run.answer(
        lambda: sheet.end_json(counted.at, counted.budget, counted.end),
        lambda: (sheet.end_screen(counted.at, counted.budget, counted.end),),
    )
