"""`greenlane show`: one case with all that is known of it."""

from __future__ import annotations

import typer

from greenlane.cli.acting import reading
from greenlane.cli.options import CaseReference
from greenlane.cli.run import Look, as_look

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(show)


@as_look
def show(
    run: Look,
    case: CaseReference,
) -> int:
    """Show a case: both promises, its clocks, who holds it, its steps and its whole timeline.

    Example: greenlane show H05.8-260302-0001
    """
    from presentation.cases.case_screen import case_screen
    from presentation.json_of_cases import case_json
    from services.case_sheets import read_case
    from services.granting import granted

    with run.session() as session:
        sheet = granted(read_case(session.wiring, reading(session, "show"), case))
        return run.answer(lambda: case_json(sheet, session.words.language), lambda: case_screen(sheet, session.moments))
