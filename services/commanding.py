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
from wording.text import _

ANSWER_SECONDS = 60.0
"""A command that nobody has answered so long is not lost: it is taken when a worker runs again."""


def checked_command(
    known: TypeAdapter[Any], actor: Actor, kind: str, content: Mapping[str, Any], command_id: str, now: datetime
) -> Any:
    """The command, received at the real instant `now`. Raises MessageError that names the first wrong field, never its value."""
    if is_reserved(command_id):
        reason = _("begins as the ids of the engine's own do; begin it otherwise")
        # Nobody may take the place of a message from Kafka.
        raise MessageError("command_id", reason, code="id_reserved")
    envelope = {"type": kind, "command_id": command_id, "received_at": now, "actor": actor.model_dump()}
    try:
        return known.validate_python(envelope | tidied(dict(content)))
    except ValidationError as error:
        fault = message_error_of(error)
        raise MessageError(fault.field.removeprefix(f"{kind}."), fault.reason, code=fault.code) from None


async def refusal_of(answer: Awaitable[CommandOutcome], command_id: str, said: Callable[[str], str]) -> Refusal | None:
    """Wait for the answer; None: it was taken. `said`: the sentence for why nobody answers. Raises NotAnsweredError."""
    try:
        return (await asyncio.wait_for(answer, ANSWER_SECONDS)).refusal
    except Unavailable as error:
        why = _("{what} does not answer", what=error.what)
        raise NotAnsweredError(said(why), field="command_id", command_id=command_id) from error
    except TimeoutError as error:
        nothing = _("nothing came within {answer_seconds:g} s", answer_seconds=ANSWER_SECONDS)
        raise NotAnsweredError(said(nothing), field="command_id", command_id=command_id) from error
