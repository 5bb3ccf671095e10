"""`greenlane escalations`: what a supervisor has to see to, with the command that acknowledges it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from greenlane.cli.acting import reading
from greenlane.cli.clock import now
from greenlane.cli.listing import Limit
from greenlane.cli.run import Look, as_look
from greenlane.speaking.typed import name_of

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(escalations)


@as_look
def escalations(
    run: Look,
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
) -> int:
    """List the escalations of cases and linked dossiers, the most urgent first, each with the command to acknowledge it.

    Example: greenlane escalations --open --audience chairman-office
    """
    from presentation.acknowledging import command_of
    from presentation.cases.escalations import escalation_screen
    from presentation.json_of_escalations import escalation_json
    from services.escalations import EscalationFilter, list_escalations

    command = partial(command_of, state_dir=run.state_dir)
    with run.session() as session:
        wanted = EscalationFilter(open_only=is_open, department=department, audience=audience)
        found = list_escalations(session.wiring, reading(session, "escalations"), wanted, limit=limit, now=now())
        return run.answer(
            lambda: {
                "ok": True,
                "total": found.total,
                "escalations": [escalation_json(one, command) for one in found.items],
            },
            lambda: escalation_screen(found, session.moments, command),
        )
