"""Asking a case for something and showing its answer: what all commands for a case share. Light until it is called."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any, Literal

Acting = tuple[Literal["officer", "supervisor", "administrator", "operator"], str]
"""Who acts: a kind of actor and an account."""


def acting(by: str | None, kind: Literal["officer", "supervisor", "administrator"] = "officer") -> Acting:
    """Who acts: the account that is named, else the operator of the installation. Either way it is only claimed."""
    return ("operator", _system_account()) if by is None else (kind, by)


def _system_account() -> str:
    """The operating system's account, not what the environment says of itself."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"uid-{os.getuid()}"


def asked(
    kind: str,
    case: str,
    actor: Acting,
    content: dict[str, Any],
    command_id: str | None,
    state_dir: Path | None,
    lang: str | None,
    as_json: bool,
) -> int:
    """Give the case the command, wait for its answer, and show the case; the exit code. Raises what `ask` raises."""
    from greenlane.cli.asking import Question, ask
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session, waiting
    from presentation.cases.case_table import case_table

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
