"""The outcome of a command as the inbox keeps it."""

from __future__ import annotations

from cases.turn import CommandOutcome
from events.language.refusals import Refusal


def outcome_of(command_id: str, refusal: str | None, digest: str | None) -> CommandOutcome:
    """The outcome that a row of `commands` holds; `refusal` is JSON, None when the command was accepted."""
    refused = None if refusal is None else Refusal.model_validate_json(refusal)
    return CommandOutcome(command_id=command_id, refusal=refused, digest=digest)
