"""`greenlane show`: one case with all that is known of it."""

from __future__ import annotations

import typer

from greenlane.cli.options import CaseReference, Json, Lang, StateDir

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(show)


def show(case: CaseReference, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """Show a case: both promises, its clocks, who holds it, its steps and its whole timeline.

    Example: greenlane show H05.8-260302-0001
    """
    from greenlane.cli import output
    from greenlane.cli.case_sheet import sheet_of
    from greenlane.cli.session import a_session
    from greenlane.cli.sheet_screen import screen_of

    with a_session(state_dir, lang) as session:
        sheet = sheet_of(session, case)
        if as_json:
            output.print_json(sheet.as_json())
        else:
            output.show(*screen_of(sheet, session))
    return 0
