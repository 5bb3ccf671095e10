"""`greenlane acknowledge`: somebody has seen an escalation, named by its number, its id, its level, or as the one that waits."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated

import typer

from greenlane.cli.options import ActedBy, CaseReference, CommandId, Json, Lang, StateDir, name_of
from greenlane.cli.question import acting

PANEL = "Answers"
KIND = "AcknowledgeEscalation"
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


def id_of(escalation: str | None) -> str | None:
    """What was given, where it is an id; None: it is a number, or nothing, and the ledger says which is meant."""
    # An id of an alert names its clock and its rung: none is a number.
    return None if escalation is None or re.fullmatch(r"[0-9]{1,9}", escalation) else escalation


def acknowledge(
    case: CaseReference,
    escalation: Escalation = None,
    *,
    level: Level = None,
    note: Note = None,
    by: ActedBy = None,
    command_id: CommandId = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Acknowledge an escalation: its chain stops, the breach stays on record.

    By its number in the timeline, such as 17, or its id, such as step:site-check/first. Without: the only one that waits in
    the case, or with --level all of that level.

    Example: greenlane acknowledge H05.8-260302-0001 17 --by head-of-culture
    """
    from greenlane.cli.asking import Question, ask
    from greenlane.cli.open_escalations import meant_in_case
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session, waiting
    from presentation.cases.case_table import case_table

    def question_of(escalation_id: str, number: int = 0) -> Question:
        content = {"escalation_id": escalation_id, "note": note}
        own_id = command_id and (f"{command_id}.{number}" if number else command_id)
        return Question.checked(KIND, case, acting(by, "supervisor"), content, own_id)

    exact = id_of(escalation)
    named = None if exact is None else question_of(exact)
    with a_session(state_dir, lang) as session:
        ids = meant_in_case(session, case, escalation, level) if exact is None else [exact]
        questions = [named] if named else [question_of(escalation_id, n) for n, escalation_id in enumerate(ids)]
        for question in questions:
            view = waiting(partial(ask, session, question))
        if as_json:
            told = {"command_id": questions[0].command_id, "acknowledged": ids, "case": view.model_dump(mode="json")}
            print_json({"ok": True, "accepted": True, **told})
            return 0
        moments = session.moments
        show(session.words("accepted", what=session.words(f"command.{KIND}")))
        show(case_table(session.words("case"), [view], moments), moments.scale)
    return 0
