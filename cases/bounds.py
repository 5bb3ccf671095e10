"""How much of it a case takes: what is beyond is refused, so that no message can make a case too large to go on."""

from __future__ import annotations

from typing import Final

from pydantic_core import to_json

from events.language.commands import ApplyCalendar, Command, MigrateProcedure, SubmitApplication
from events.language.refusals import Refusal, refuse

COMMAND_MAX_BYTES: Final = 64 * 1024
"""Of one command as JSON; eight of them, and what a case carries, fit into one of Temporal's payloads several times."""

_OF_THE_ENGINE: Final = (SubmitApplication, ApplyCalendar, MigrateProcedure)
"""Those whose length is held elsewhere: that of an application where it is accepted, the catalogue's by its files."""


def too_long(command: Command) -> Refusal | None:
    """Why the command is longer than one may be; None: it is not."""
    if isinstance(command, _OF_THE_ENGINE):
        return None
    size = len(to_json(command))
    if size <= COMMAND_MAX_BYTES:
        return None
    return refuse("command_too_large", "data", size=str(size), most=str(COMMAND_MAX_BYTES))
