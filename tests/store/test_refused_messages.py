"""Answers to messages that could not be used are owed by the bridge, with its own account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import text

from store.database import Store
from store.refused_messages import Answer, RefusedMessages
from tests.store.conftest import TOPICS

ANSWER = Answer(
    topic=TOPICS.answers("portal"), key="system/portal", event_id="unread-1", name="MessageRefused", body="{}"
)


async def test_an_answer_is_owed_once_however_often_it_is_asked(
    store: Store, as_account: Callable[[str], Store]
) -> None:
    """Its account may add to what is unpublished without reading it; nothing else is asked of the database."""
    answers = RefusedMessages(as_account("bridge"))
    for answer in (ANSWER, ANSWER, replace(ANSWER, event_id="unread-2")):
        await answers.owe(answer)
    answers.close()
    with store.reading() as connection:
        owed = connection.execute(
            text("SELECT event_id, topic, case_id FROM outbox JOIN outbox_unpublished USING (id) ORDER BY id")
        ).all()
    assert [tuple(row) for row in owed] == [
        (f"unread-{number}", TOPICS.answers("portal"), "system/portal") for number in (1, 2)
    ]
