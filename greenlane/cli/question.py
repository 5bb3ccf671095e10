"""Commanding a case and showing its answer: what all commands for a case share. Light until it is called."""

from __future__ import annotations

import os
import pwd
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from events.language.commands import Actor


def acting(by: str | None, kind: Literal["officer", "supervisor", "administrator"] = "officer") -> Actor:
    """Who acts: the account that is named, else the operator of the installation. Either way it is only claimed."""
    from services.actors import claimed

    return claimed("operator", _system_account()) if by is None else claimed(kind, by)


def _system_account() -> str:
    """The operating system's account, not what the environment says of itself."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"uid-{os.getuid()}"


def new_id(command_id: str | None) -> str:
    """The id that was given, or a new one."""
    return command_id or f"cli:{uuid.uuid4()}"


def asked(
    kind: str,
    case: str,
    actor: Actor,
    content: dict[str, Any],
    command_id: str | None,
    state_dir: Path | None,
    lang: str | None,
    as_json: bool,
) -> int:
    """Give the case the command, wait for its answer, and show the case; the exit code. Raises what the service raises."""
    from greenlane.cli.clock import now
    from greenlane.cli.granting import granted
    from greenlane.cli.output import print_json, show
    from greenlane.cli.session import a_session, waiting
    from presentation.cases.case_table import case_table
    from services.cases import case_command, command_case

    command = case_command(actor, kind, content, command_id=new_id(command_id), now=now())
    with a_session(state_dir, lang) as session:
        view = granted(waiting(lambda: command_case(session.wiring, actor, case, command, now=now())))
        if as_json:
            view_json = view.model_dump(mode="json")
            print_json({"ok": True, "accepted": True, "command_id": command.command_id, "case": view_json})
            return 0
        moments = session.moments
        show(session.words("accepted", what=session.words(f"command.{kind}")))
        show(case_table(session.words("case"), [view], moments), moments.scale)
    return 0
