"""What commands to cases and to linked dossiers share: checked before any server is asked, answered in time or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cases.turn import CommandOutcome
from events.language.commands import Actor
from events.language.identity import is_reserved
from events.language.messages import MessageError, message_error_of
from events.language.refusals import Refusal
from events.transport.errors import Unavailable
from services.errors import NotAnsweredError
from wording.names import tidied
from wording.text import Said, in_language

ANSWER_SECONDS = 60.0
"""A command that nobody has answered so long is not lost: it is taken when a worker runs again."""


def checked_command(
    known: TypeAdapter[Any], actor: Actor, kind: str, content: Mapping[str, Any], command_id: str, now: datetime
) -> Any:
    """The command, received at the real instant `now`. Raises MessageError that names the first wrong field, never its value."""
    if is_reserved(command_id):
        reason = Said(
            "begins as the ids of the engine's own do; begin it otherwise",
            "bắt đầu giống mã do hệ thống tự đặt; hãy dùng phần đầu khác",
        )
        # Nobody may take the place of a message from Kafka.
        raise MessageError("command_id", reason, code="id_reserved")
    envelope = {"type": kind, "command_id": command_id, "received_at": now, "actor": actor.model_dump()}
    try:
        return known.validate_python(envelope | tidied(dict(content)))
    except ValidationError as error:
        found = message_error_of(error)
        raise MessageError(found.field.removeprefix(f"{kind}."), found.reason, code=found.code) from None


async def refusal_of(answer: Awaitable[CommandOutcome], command_id: str, said: Callable[[str], str]) -> Refusal | None:
    """Wait for the answer; None: it was taken. `said`: the sentence for why nobody answers. Raises NotAnsweredError."""
    try:
        return (await asyncio.wait_for(answer, ANSWER_SECONDS)).refusal
    except Unavailable as error:
        why = Said(f"{error}", f"{in_language(error.what, 'vi')} không trả lời")
        raise NotAnsweredError(said(why), field="command_id", command_id=command_id) from error
    except TimeoutError as error:
        nothing = Said(f"nothing came within {ANSWER_SECONDS:g} s", f"không có gì trong {ANSWER_SECONDS:g} giây")
        raise NotAnsweredError(said(nothing), field="command_id", command_id=command_id) from error
