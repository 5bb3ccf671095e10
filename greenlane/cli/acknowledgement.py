"""`greenlane acknowledge`: somebody has seen an escalation, named by its number, its id, its level, or as the one that waits."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.acting import acting
from greenlane.cli.clock import now
from greenlane.cli.commanding import show_accepted
from greenlane.cli.options import CaseReference
from greenlane.cli.run import Act, as_act
from greenlane.speaking.typed import id_of, name_of, number_of

PANEL = "Answers"
Escalation = Annotated[
    str | None,
    typer.Argument(
        metavar="ESCALATION",
        help="Number of the alert, as in its letter and the timeline (17), or its id. Default: the one that waits.",
        callback=name_of,
    ),
]
Level = Annotated[
    int | None,
    typer.Option(
        "--level", min=1, help="All that wait at this level, such as 3 for those told to the chairman's office."
    ),
]
Note = Annotated[str | None, typer.Option("--note", help="What is done about it.")]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(rich_help_panel=PANEL)(acknowledge)


@as_act
def acknowledge(
    run: Act,
    case: CaseReference,
    escalation: Escalation = None,
    *,
    level: Level = None,
    note: Note = None,
) -> int:
    """Acknowledge an escalation: its chain stops, the breach stays on record.

    By its number in the timeline, such as 17, or its id, such as step:site-check/first. Without: the only one that waits in
    the case, or with --level all of that level.

    Example: greenlane acknowledge H05.8-260302-0001 17 --by head-of-culture
    """
    from greenlane.session import waiting
    from services.acknowledging import KIND, acknowledge_escalations, find_escalations
    from services.cases import case_command
    from services.granting import granted

    actor, own_id, exact = acting(run.by, "supervisor"), run.new_id, id_of(escalation)
    # Whatever is meant: what cannot be said is refused before a stack is started.
    case_command(actor, KIND, {"escalation_id": exact or "-", "note": note}, command_id=own_id, now=now())
    with run.session() as session:
        ids = [exact] if exact else granted(find_escalations(session.wiring, actor, case, number_of(escalation), level))
        answer = waiting(
            lambda: acknowledge_escalations(session.wiring, actor, case, ids, note, command_id=own_id, now=now())
        )
        done = granted(answer)
        body = {"command_id": done.command_id, "acknowledged": ids}
        return show_accepted(run, session, KIND, done.case, body)
