"""Giving a case a command and waiting for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from cases.turn import CaseView
from events.language.commands import Actor, CaseCommand
from events.language.refusals import Refusal, refuse
from services.commanding import checked_command, refusal_of
from services.installation import Installation
from wording.text import _

_COMMANDS: Final[TypeAdapter[Any]] = TypeAdapter(CaseCommand)


def case_command(actor: Actor, kind: str, content: Mapping[str, Any], *, command_id: str, now: datetime) -> CaseCommand:
    """A command checked before any server is asked. Raises MessageError that names the first wrong field."""
    command: CaseCommand = checked_command(_COMMANDS, actor, kind, content, command_id, now)
    return command


async def command_case(
    installation: Installation, actor: Actor, case: str, command: CaseCommand, *, now: datetime
) -> CaseView | Refusal:
    """The case, named by its id or dossier code, after the actor's command. `now`: when it reached us (real).

    Raises NotAnsweredError and the errors of the servers.
    """
    intake = installation.intake(await installation.temporal())
    # The instant of receipt is business time, and that of reaching the system, not of typing.
    received = command.model_copy(update={"actor": actor, "received_at": intake.business(now)})
    refusal = await refusal_of(intake.ask(case, received), command.command_id, _unanswered)
    if refusal is not None:
        return refusal
    view = await asyncio.to_thread(installation.views.case, case)
    return refuse("case_unknown", "case") if view is None else view


def _unanswered(why: str) -> str:
    return _("The case did not answer ({why}); what it got it takes when its worker runs.", why=why)
