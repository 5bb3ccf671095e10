"""`greenlane acknowledge`: somebody has seen an escalation, named by its id, its level, or as the only one that waits."""

# ruff: noqa: PLC0415 - what is heavy is loaded by the command that needs it, so that --help is quick

from __future__ import annotations

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
        help="Id of the alert, as its letter and the timeline show it. Default: the one that waits.",
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

    Without its id: the only one that waits in the case, or with --level all of that level.

    Example: greenlane acknowledge H05.8-260302-0001 step:site-check/breach --by head-of-culture
    """
    from greenlane.cli.asking import Question, ask
    from greenlane.cli.case_table import case_table
    from greenlane.cli.open_escalations import waiting_of_case
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session, waiting

    def question_of(escalation_id: str, number: int = 0) -> Question:
        content = {"escalation_id": escalation_id, "note": note}
        own_id = command_id and (f"{command_id}.{number}" if number else command_id)
        return Question.checked(KIND, case, acting(by, "supervisor"), content, own_id)

    named = None if escalation is None else question_of(escalation)
    with a_session(state_dir, lang) as session:
        ids = waiting_of_case(session, case, level) if escalation is None else [escalation]
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
