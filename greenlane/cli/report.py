"""`greenlane report`: promised against used, breaches, escalations and duties, by department, lane or procedure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from greenlane.cli.acting import acting, reading
from greenlane.cli.clock import now
from greenlane.cli.run import Look, as_look
from wording.text import _

PANEL = "Cases"


Grouping = Literal["department", "lane", "procedure"]
"""What the figures are added up by."""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(report)


@as_look
def report(
    run: Look,
    *,
    by: Annotated[Grouping, typer.Option("--by", help="What the figures are added up by.")] = "lane",
    from_at: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="Cases opened from then on; with its offset.")
    ] = None,
    to_at: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="Cases opened before then; with its offset.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the figures as CSV too.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw promised against used.")] = None,
) -> int:
    """Report promised against used time, breaches, escalations and the agencies' own duties, all in working time.

    Example: greenlane report --by department --from 2026-03-01T00:00:00+07:00 --csv march.csv --plot march.svg
    """
    from greenlane.side_files import writable, write_file
    from greenlane.speaking.progress import counted
    from presentation.cases.report import report_plot, report_screen
    from presentation.json_of_reports import report_csv, report_json
    from services.reports import Period, count_cases, report_cases
    from sla.instants import instant_of

    period = Period(*(instant_of(text, name) if text else None for name, text in (("from", from_at), ("to", to_at))))
    writable(csv, ".csv", "csv")
    writable(plot, ".svg", "plot")
    with run.session() as session:
        total = count_cases(session.wiring, acting(None))
        with counted(session.words(_("Looking at the open cases")), total) as progress:
            figures = report_cases(session.wiring, reading(session, "report"), by, period, now=now(), progress=progress)
        if csv is not None:
            write_file(csv, report_csv(figures), "csv")
        if plot is not None:
            write_file(plot, report_plot(figures, session.moments), "plot")
        return run.answer(lambda: report_json(figures), lambda: report_screen(figures, session.moments))
