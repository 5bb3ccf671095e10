"""Giving a case a command and waiting for its answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import TypeAdapter, ValidationError

from cases.turn import CaseView
from events.language.commands import CaseCommand
from events.language.messages import MessageError, message_error_of
from events.language.refusals import refuse
from events.transport.errors import Unavailable
from greenlane.cli.clock import now
from greenlane.cli.command_ids import refuse_reserved
from greenlane.cli.failure import NoAnswerError, RefusedError
from greenlane.cli.question import Acting
from greenlane.cli.session import Session
from wording.names import tidied
from wording.text import Said, in_language

ANSWER_SECONDS = 60.0
"""A command that nobody has answered so long is not lost: the case takes it when a worker runs again."""
_COMMAND: Final[TypeAdapter[Any]] = TypeAdapter(CaseCommand)


@dataclass(frozen=True)
class Question:
    """One command for one case, checked before any server is asked."""

    case: str
    command: CaseCommand

    @classmethod
    def checked(cls, kind: str, case: str, actor: Acting, content: Mapping[str, Any], command_id: str | None) -> Self:
        """Raises MessageError that names the first wrong field, never its value."""
        refuse_reserved(command_id)
        given = {
            "type": kind,
            "command_id": command_id or f"cli:{uuid.uuid4()}",
            "received_at": now(),
            "actor": {"kind": actor[0], "id": actor[1], "assurance": "claimed"},
            **tidied(dict(content)),
        }
        try:
            return cls(case, _COMMAND.validate_python(given))
        except ValidationError as error:
            found = message_error_of(error)
            raise MessageError(found.field.removeprefix(f"{kind}."), found.reason, code=found.code) from None

    @property
    def command_id(self) -> str:
        """The id under which the case knows it."""
        return self.command.command_id


async def ask(session: Session, question: Question) -> CaseView:
    """The case after the command. Raises RefusedError, NoAnswerError, ServerUnusableError and StoreError."""
    intake = session.wiring.intake(await session.temporal())
    # The instant of receipt is business time, and that of reaching the system, not of typing.
    command = question.command.model_copy(update={"received_at": intake.business(now())})
    try:
        outcome = await asyncio.wait_for(intake.ask(question.case, command), ANSWER_SECONDS)
    except (TimeoutError, Unavailable) as error:
        why = (
            Said(f"{error}", f"{in_language(error.what, 'vi')} không trả lời")
            if isinstance(error, Unavailable)
            else Said(f"nothing came within {ANSWER_SECONDS:g} s", f"không có gì trong {ANSWER_SECONDS:g} giây")
        )
        raise NoAnswerError(
            Said(
                f"The case did not answer ({why}); what it got it takes when its worker runs.",
                f"Hồ sơ không trả lời ({in_language(why, 'vi')}); yêu cầu sẽ được xử lý khi có tiến trình xử lý.",
            ),
            field="command_id",
            remedy=Said(
                f"Ask again with --command-id {question.command_id}: it takes effect once.",
                f"Gửi lại với --command-id {question.command_id}: yêu cầu chỉ có hiệu lực một lần.",
            ),
        ) from error
    if outcome.refusal is not None:
        raise RefusedError(outcome.refusal, session.words.language)
    view = await asyncio.to_thread(session.views.case, question.case)
    if view is None:
        raise RefusedError(refuse("case_unknown", "case"), session.words.language)
    return view
