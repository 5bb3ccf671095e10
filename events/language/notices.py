"""What reaches a sender besides events: the answer to a command that was refused, on a work topic or a system's answers."""

from __future__ import annotations

from typing import Self

from pydantic import AwareDatetime

from events.language.commands import Message
from events.language.refusals import Refusal


class AnswerRefused(Message):
    """A message was not taken, and why. Not a ledger event: nothing happened to the case."""

    case_id: str
    command_id: str
    """`<kind>/<account>:<digest>` of the refused message: `department` or `system`, whose topic it came on, and SHA-256 (hex, its
    first 32 digits) of the CloudEvents source, a newline, and the id."""
    step_id: str | None = None
    code: str
    """Stable, for machines."""
    field: str | None = None
    message: str
    remedy: str
    message_vi: str
    remedy_vi: str

    @classmethod
    def of(cls, refusal: Refusal, *, case_id: str, command_id: str, step_id: str | None) -> Self:
        """The answer that carries a refusal, in both languages."""
        return cls(
            case_id=case_id,
            command_id=command_id,
            step_id=step_id,
            code=refusal.code,
            field=refusal.field,
            message=refusal.message("en"),
            remedy=refusal.remedy("en"),
            message_vi=refusal.message("vi"),
            remedy_vi=refusal.remedy("vi"),
        )


class MessageRefused(Message):
    """A message could not be used at all, and why; it lies with the dead letters. Not a ledger event.

    It is told to whose topic it came on. Mended, it may be sent again under its id: nothing was done with it.
    """

    command_id: str | None = None
    """As in `AnswerRefused`; None where the message does not even tell its source and id."""
    topic: str
    """Where it came, with its place there."""
    partition: int
    offset: int
    received_at: AwareDatetime
    """When Kafka took it (real time)."""
    code: str
    """Stable, for machines."""
    field: str | None = None
    message: str
    remedy: str
    message_vi: str
    remedy_vi: str
