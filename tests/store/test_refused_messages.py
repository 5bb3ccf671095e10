"""Answers to messages that became dead letters: owed once, by the bridge's account."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import text

from store.database import Store
from store.refused_messages import Answer, RefusedMessages

ANSWER = Answer(
    topic="greenlane.work.culture.v1",
    key="department/culture",
    event_id="unread-1",
    name="MessageRefused",
    body=json.dumps({"code": "malformed_json"}),
)


async def test_an_answer_is_owed_once(store: Store, as_account: Callable[[str], Store]) -> None:
    """However often it is asked for, and by several at once; the bridge may write it, and the publisher sees it."""
    answers = RefusedMessages(as_account("bridge"))
    other = replace(ANSWER, event_id="unread-2")
    try:
        await asyncio.gather(*(answers.owe(answer) for answer in (ANSWER, ANSWER, other)))
        await answers.owe(ANSWER)
    finally:
        answers.close()
    with store.reading() as connection:
        owed = connection.execute(text("SELECT event_id, topic, case_id, name, sequence FROM outbox ORDER BY id")).all()
        waiting = connection.scalar(text("SELECT count(*) FROM outbox_unpublished"))
    assert [tuple(row) for row in owed] == [
        (event_id, ANSWER.topic, ANSWER.key, ANSWER.name, None) for event_id in ("unread-1", "unread-2")
    ]
    assert waiting == 2
