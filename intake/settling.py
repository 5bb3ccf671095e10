"""How a command ends that no workflow can take: by what the inbox knows of it, or by a refusal of its own."""

from __future__ import annotations

from collections.abc import Collection

from cases.conflicts import conflict_outcome
from cases.notices import notice_of
from cases.turn import CommandOutcome
from events.language.commands import Command
from events.language.identity import conflict_id_of
from events.language.refusals import Refusal
from events.language.sameness import is_other
from store.inbox import Inbox

CommandKey = tuple[str, str | None]
"""A command's id and digest."""


def outcome_of(inbox: Inbox, stream_id: str, command: Command) -> CommandOutcome | None:
    """How the command ended: as it was settled, or refused where another command had its id. None: it was never settled."""
    outcome = inbox.command_outcome(stream_id, command.command_id)
    if outcome is None or not is_other(command.digest, outcome.digest):
        return outcome
    return conflict_outcome(command).model_copy(update={"command_id": command.command_id})


def without_outcome(inbox: Inbox, stream_id: str, keys: Collection[CommandKey]) -> set[CommandKey]:
    """Those of these commands, by id and digest, that have no outcome yet."""
    conflicts = {one: conflict_id_of(one[0], one[1] or "") for one in keys}
    known = inbox.ended_commands(stream_id, [*{command_id for command_id, _ in conflicts}, *conflicts.values()])

    def is_settled(command_id: str, digest: str | None) -> bool:
        return command_id in known and not is_other(digest, known[command_id])

    return {one for one, conflict in conflicts.items() if conflict not in known and not is_settled(*one)}


def refuse(inbox: Inbox, stream_id: str, command: Command, refusal: Refusal) -> CommandOutcome:
    """Settle the command as refused and owe its sender the answer; how it stands then. Idempotent.

    What was settled before keeps its outcome, and nobody is told again; another command of the same id is told so.
    """
    outcome = CommandOutcome(command_id=command.command_id, refusal=refusal, digest=command.digest)
    standing = inbox.refuse_command(stream_id, outcome, notice_of(command, outcome))
    if not is_other(command.digest, standing.digest):
        return standing
    return refuse_conflict(inbox, stream_id, command)


def refuse_conflict(inbox: Inbox, stream_id: str, command: Command) -> CommandOutcome:
    """Refuse the command because another has its id, and owe its sender the answer. Idempotent."""
    conflict = conflict_outcome(command)
    inbox.refuse_command(stream_id, conflict, notice_of(command, conflict))
    return conflict.model_copy(update={"command_id": command.command_id})
