"""`greenlane watch`: open cases and the latest events, live."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.acting import reading
from greenlane.cli.clock import now
from greenlane.cli.run import Look, as_look

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(watch)


@as_look
def watch(
    run: Look,
    *,
    once: Annotated[bool, typer.Option("--once", help="Show the present once and leave.")] = False,
    interval: Annotated[float, typer.Option("--interval", min=0.2, max=60, help="Seconds between two looks.")] = 1.0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="So many cases and events at most.")] = 15,
) -> int:
    """Watch open cases and what happens to them, until Ctrl-C.

    With --json one snapshot is printed.

    Example: greenlane watch --interval 2
    """
    from greenlane.speaking.live import follow
    from greenlane.speaking.output import print_json, show
    from presentation.cases.present import present_screen
    from presentation.json_of_cases import present_json
    from services.watching import Watch

    with run.session() as session:
        watched = Watch(session.wiring, reading(session, "watch"), limit)
        present = watched.look(now())
        if run.as_json:
            print_json(present_json(present))
        elif once:
            show(*present_screen(present, session.moments))
        else:
            follow(session, watched, present, interval)
    return 0
