"""`greenlane reads`: who looked at which case or person, when, by which door, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.acting import reading
from greenlane.cli.listing import Limit
from greenlane.cli.run import Look, as_look
from greenlane.speaking.typed import name_of

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(reads)


@as_look
def reads(
    run: Look,
    *,
    case: Annotated[
        str | None,
        typer.Option("--case", metavar="CASE", help="Only of this case or linked dossier.", callback=name_of),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="ACCOUNT", help="Only by this account.", callback=name_of)
    ] = None,
    from_at: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="Only from then on; with its offset.")
    ] = None,
    to_at: Annotated[
        str | None, typer.Option("--to", metavar="INSTANT", help="Only before then; with its offset.")
    ] = None,
    limit: Limit = 50,
) -> int:
    """List who looked at cases, lists and persons, the newest first. To look at this list is on record too.

    Example: greenlane reads --case H05.8-260302-0001
    """
    from presentation.reads import reads_json, reads_screen
    from services.granting import granted
    from services.reads_on_record import Period, list_reads
    from sla.instants import instant_of

    period = Period(*(instant_of(text, name) if text else None for name, text in (("from", from_at), ("to", to_at))))
    with run.session() as session:
        reader = reading(session, "reads")
        found = granted(list_reads(session.wiring, reader, period, case=case, by=by, limit=limit))
        return run.answer(lambda: reads_json(found), lambda: reads_screen(found, session.moments))
