"""`greenlane watch`: open cases and the latest events, live."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.acting import reading
from greenlane.cli.clock import now
from greenlane.cli.run import Look, as_look

if TYPE_CHECKING:
    from greenlane.session import Session
    from services.watching import Present, Watch

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
    from greenlane.cli.output import print_json, show
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


def follow(session: Session, watched: Watch, present: Present, interval_seconds: float) -> None:
    """Show and refresh until interrupted. A database that is away for a while is waited for."""
    from rich.live import Live

    from greenlane.cli.failure import asked_language
    from greenlane.cli.output import out, tell
    from greenlane.terminal import together
    from presentation.blocks import line
    from presentation.cases.present import present_screen
    from presentation.troubles import WARNING
    from services.watching import StoreError
    from wording.text import in_language

    shown = together(present_screen(present, session.moments))
    with Live(shown, console=out, screen=out.is_terminal, auto_refresh=False) as live, suppress(KeyboardInterrupt):
        while True:
            time.sleep(interval_seconds)
            try:
                present = watched.look(now())
            except StoreError as error:
                if not error.retryable:
                    raise
                tell(line(WARNING, " ", in_language(error.message, asked_language())))
                continue
            live.update(together(present_screen(present, session.moments)), refresh=True)
