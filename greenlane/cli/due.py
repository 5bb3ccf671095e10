"""`greenlane due`: the deadline calculator, on the catalogue in use."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.clock import now
from greenlane.cli.listing import Lane
from greenlane.cli.run import Run, as_command

PANEL = "Looking things up"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(due)


@as_command
def due(
    run: Run,
    procedure: Annotated[str, typer.Argument(metavar="PROCEDURE", help="Id of the procedure.")],
    *,
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="When it is received: RFC 3339 with the offset.")],
    lane: Annotated[Lane, typer.Option("--lane", help="The lane it takes.")] = "standard",
    pause: Annotated[
        list[str] | None,
        typer.Option("--pause", metavar="FROM/TO", help="Time that does not count; may be given several times."),
    ] = None,
    calendar: Annotated[
        str | None, typer.Option("--calendar", metavar="ID", help="Another calendar than the procedure's own.")
    ] = None,
) -> int:
    """Calculate both promises of an application, its warnings and escalations, and why.

    Example: greenlane due work-permit --lane green_60 --at 2026-03-02T09:00:00+07:00
    --pause 2026-03-04T07:00:00+07:00/2026-03-06T07:00:00+07:00
    """
    from presentation.time.calculation import calculation_screen
    from presentation.time.calculation_json import calculation_json
    from services.calculating import calculated
    from sla.instants import instant_of, pause_of

    received_at = instant_of(at, "at")
    pauses = tuple(pause_of(text) for text in pause or ())
    catalog, language = run.catalog(), run.settings().language
    answer = calculated(catalog, procedure, lane, received_at, pauses, calendar, now=now())
    return run.answer(
        lambda: {"ok": True, **calculation_json(answer, language, catalog)},
        lambda: calculation_screen(answer, language, catalog),
    )
