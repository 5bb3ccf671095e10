"""`greenlane escalations`: what a supervisor has to see to, with the command that acknowledges it."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.listing import Limit
from greenlane.cli.options import Json, Lang, StateDir, name_of

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(escalations)


def escalations(
    *,
    department: Annotated[
        str | None,
        typer.Option("--department", help="Only those of steps that this department holds.", callback=name_of),
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option(
            "--audience",
            metavar="ROLE",
            help="Only those told to this role, as the ladders name it: head, lead-head, or a department's id.",
            callback=name_of,
        ),
    ] = None,
    is_open: Annotated[
        bool, typer.Option("--open", help="Only those that wait for somebody: neither acknowledged nor over.")
    ] = False,
    limit: Limit = 50,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """List the escalations of cases and linked dossiers, the most urgent first, each with the command to acknowledge it.

    Example: greenlane escalations --open --audience chairman-office
    """
    from greenlane.cli.escalation_sheet import EscalationSheet
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session
    from store.escalations import EscalationFilter

    with a_session(state_dir, lang) as session:
        wanted = EscalationFilter(open_only=is_open, department=department, audience=audience)
        sheet = EscalationSheet.of(session, wanted, limit=limit, state_dir=state_dir)
        if not sheet.items:
            sheet.refuse_unknown(wanted)
        if as_json:
            print_json({"ok": True, "total": sheet.total, "escalations": sheet.as_json()})
        else:
            show(*sheet.screen())
    return 0
