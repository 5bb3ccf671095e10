"""`greenlane cases` and `greenlane desk`: the read models as lists."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import typer

from greenlane.cli.acting import reading
from greenlane.cli.clock import now
from greenlane.cli.run import Look, as_look
from greenlane.speaking.typed import name_of

LIMIT_MAX = 1000


Lane = Literal["standard", "green_60", "green_24h"]
"""The lanes, as the catalogue names them; here so that --help needs no catalogue."""


Status = Literal[
    "in_progress", "awaiting_supplement", "awaiting_explanation", "awaiting_payment", "suspended", "stopped", "closed"
]
"""The states by which cases are listed."""


Limit = Annotated[int, typer.Option("--limit", min=1, max=LIMIT_MAX, help="So many at most.")]

PANEL = "Cases"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (cases, desk):
        app.command(rich_help_panel=PANEL)(command)


@as_look
def cases(
    run: Look,
    *,
    status: Annotated[Status | None, typer.Option("--status", help="Only cases in this state.")] = None,
    lane: Annotated[Lane | None, typer.Option("--lane", help="Only cases of this lane.")] = None,
    department: Annotated[
        str | None, typer.Option("--department", help="Only cases that this department holds now.")
    ] = None,
    procedure: Annotated[str | None, typer.Option("--procedure", help="Only cases of this procedure.")] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only open cases that are late: the limit, the green promise, or a step.")
    ] = False,
    past_appointment: Annotated[
        bool, typer.Option("--past-appointment", help="Only open cases past an appointment, and not breached.")
    ] = False,
    is_open: Annotated[bool, typer.Option("--open", help="Only open cases.")] = False,
    limit: Limit = 50,
) -> int:
    """List cases, the latest first, with both promises and who holds them now.

    --overdue and --past-appointment together list what is in either state. Late steps are told below, with how late.

    Example: greenlane cases --open --lane green_24h
    """
    from presentation.cases.case_table import case_list_screen
    from presentation.json_of_cases import case_list_json
    from services.case_lists import CaseFilter, list_cases

    wanted = CaseFilter(
        status=status,
        lane=lane,
        holder=department,
        procedure=procedure,
        open_only=is_open,
        late=overdue,
        promise_states=frozenset({"past_appointment"} if past_appointment else ()),
    )
    with run.session() as session:
        listed = list_cases(session.wiring, reading(session, "cases"), wanted, limit=limit, now=now())
        return run.answer(
            lambda: {"ok": True, "total": listed.total, "cases": case_list_json(listed)},
            lambda: case_list_screen(listed, session.moments),
        )


@as_look
def desk(
    run: Look,
    department: Annotated[
        str, typer.Argument(metavar="DEPARTMENT", help="Id of the department, such as finance.", callback=name_of)
    ],
    limit: Limit = 200,
) -> int:
    """Show what waits for a department, the most urgent first, and the escalations that are told to it.

    Of an opinion that it is asked for: the question, who asks, and by when.

    Example: greenlane desk construction --lang en
    """
    from presentation.acknowledging import command_of
    from presentation.cases.desk import desk_screen
    from presentation.json_of_cases import desk_json
    from services.case_lists import read_desk

    command = partial(command_of, state_dir=run.state_dir)
    with run.session() as session:
        waiting = read_desk(session.wiring, reading(session, "desk"), department, limit=limit, now=now())
        return run.answer(lambda: desk_json(waiting, command), lambda: desk_screen(waiting, session.moments, command))
