"""A command whose id another command had before: refused under an id of its own, so that the first keeps its outcome."""

from __future__ import annotations

from cases.turn import CommandOutcome
from events.language.commands import Command
from events.language.identity import conflict_id_of
from events.language.refusals import refuse


def settled_as(command: Command) -> str:
    """The id under which it is refused."""
    return conflict_id_of(command.command_id, command.digest or "")


def conflict_outcome(command: Command) -> CommandOutcome:
    """How it ends."""
    return CommandOutcome(
        command_id=settled_as(command), refusal=refuse("command_conflict", "command_id"), digest=command.digest
    )
