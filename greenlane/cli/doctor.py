"""`greenlane doctor`: what is wrong with an installation, and what mends it."""

from __future__ import annotations

import typer

from greenlane.cli.options import Json, Lang, StateDir

PANEL = "Running it"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(doctor)


def doctor(*, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """Look for what is wrong, and say what mends it: settings, servers, processes, space, clocks, catalogue. Changes nothing.

    Works with a stack that runs, with outside servers, and with neither. The exit code is 0 when all is well, 2 otherwise.

    Example: greenlane doctor --json
    """
    from greenlane.speaking.state import show_examination

    return show_examination(state_dir, lang, as_json=as_json)
