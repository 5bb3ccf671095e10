"""Telling senders of their dead letters: whoever has the topic hears that its message could not be used, and why."""

from __future__ import annotations

from events.language.envelope import named_in
from events.language.identity import message_command_id, unread_id_of
from events.language.notices import MessageRefused
from events.language.topics import Topics
from events.transport.errors import Unavailable
from events.transport.ports import DeadLetter, Incoming
from store.errors import StoreError
from store.refused_messages import Answer, RefusedMessages
from wording.foreign import visible
from wording.text import _, in_language

MEND = _("Mend it and send it again; the same id may be used, since nothing was done.")


class Telling:
    """Owes the answers. A sender is known by its topic alone: what a message says of itself proves nothing."""

    def __init__(self, answers: RefusedMessages, topics: Topics) -> None:
        self._answers = answers
        self._topics = topics

    async def tell(self, message: Incoming, letter: DeadLetter) -> None:
        """Owe the sender the answer; nothing happens where the topic is nobody's. Idempotent. Raises Unavailable, StoreError."""
        if (department := self._topics.department_of(message.topic)) is not None:
            kind, account, topic = "department", department, self._topics.work(department)
        elif (system := self._topics.system_of(message.topic)) is not None:
            kind, account, topic = "system", system, self._topics.answers(system)
        else:
            return
        answer = Answer(
            topic=topic,
            key=f"{kind}/{account}",
            event_id=unread_id_of(
                message.topic,
                message.partition,
                message.offset,
                message.timestamp_at,
                "" if message.replay is None else message.replay.place,
            ),
            name=MessageRefused.__name__,
            body=_told(message, letter, _command_id(kind, account, message)).model_dump_json(),
        )
        try:
            await self._answers.owe(answer)
        except StoreError as error:
            if error.retryable:
                raise Unavailable("PostgreSQL") from error
            raise


def _told(message: Incoming, letter: DeadLetter, command_id: str | None) -> MessageRefused:
    remedy = letter.remedy or MEND
    return MessageRefused(
        command_id=command_id,
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        received_at=message.timestamp_at,
        code=letter.code,
        field=None if letter.field is None else visible(letter.field),
        message=visible(in_language(letter.reason, "en")),
        remedy=visible(in_language(remedy, "en")),
        message_vi=visible(in_language(letter.reason, "vi")),
        remedy_vi=visible(in_language(remedy, "vi")),
    )


def _command_id(kind: str, account: str, message: Incoming) -> str | None:
    named = None if message.unreadable is not None else named_in(message.headers, message.value)
    return None if named is None else message_command_id(kind, account, *named)
