"""Asking a case for something and showing its answer: what all commands for a case share. Light until it is called."""

# ruff: noqa: PLC0415 - what is heavy is loaded by the command that needs it, so that --help is quick

from __future__ import annotations

from pathlib import Path
from typing import Any

ACCOUNT = "command-line"
"""Who acts where nobody is named."""


def asked(
    kind: str,
    case: str,
    actor: tuple[str, str],
    content: dict[str, Any],
    command_id: str | None,
    state_dir: Path | None,
    lang: str | None,
    as_json: bool,
) -> int:
    """Give the case the command, wait for its answer, and show the case; the exit code. Raises what `ask` raises."""
    from greenlane.cli.asking import Question, ask
    from greenlane.cli.case_table import case_table
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session, waiting

    question = Question.checked(kind, case, actor, content, command_id)
    with a_session(state_dir, lang) as session:
        view = waiting(lambda: ask(session, question))
        if as_json:
            print_json(
                {
                    "ok": True,
                    "accepted": True,
                    "command_id": question.command_id,
                    "case": view.model_dump(mode="json"),
                }
            )
            return 0
        moments = session.moments
        show(session.words("accepted", what=session.words(f"command.{kind}")))
        show(case_table(session.words("case"), [view], moments), moments.scale)
    return 0
