"""`greenlane watch`: open cases and the latest events, live."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.options import Json, Lang, StateDir

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(watch)


def watch(
    *,
    once: Annotated[bool, typer.Option("--once", help="Show the present once and leave.")] = False,
    interval: Annotated[float, typer.Option("--interval", min=0.2, max=60, help="Seconds between two looks.")] = 1.0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="So many cases and events at most.")] = 15,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Watch open cases and what happens to them, until Ctrl-C.

    With --json one snapshot is printed.

    Example: greenlane watch --interval 2
    """
    from greenlane.cli.live_view import LiveView, follow
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session

    with a_session(state_dir, lang) as session:
        view = LiveView(session, limit)
        view.look()
        if as_json:
            print_json(view.as_json())
        elif once:
            show(*view.screen())
        else:
            follow(view, interval)
    return 0
