"""What reaches a department on its work topic besides events: the answer to a command that was refused."""

from __future__ import annotations

from events.language.commands import Message


class AnswerRefused(Message):
    """A department's message was not taken, and why. Not a ledger event: nothing happened to the case."""

    case_id: str
    command_id: str
    """`<scope>:<ce_id>` of the refused message; the scope is the department."""
    step_id: str | None = None
    code: str
    """Stable, for machines."""
    field: str | None = None
    message: str
    remedy: str
    message_vi: str
    remedy_vi: str
