"""Answers to messages that became dead letters: owed to Kafka like everything else, each once however often it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from store.arrays import Kinds, Rows, Shorts, Texts
from store.batch import slot_of
from store.database import LastingSession, Store
from store.errors import as_store_errors
from store.group_commit import GroupCommit
from store.statements import statements_in

SQL: Final = statements_in("outbox")
ANSWERS: Final[Kinds] = {
    "slots": Shorts,
    "topics": Texts,
    "keys": Texts,
    "event_ids": Texts,
    "names": Texts,
    "bodies": Texts,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is to be told. `key`: whose answers stay in their order."""

    topic: str
    key: str
    event_id: str
    name: str
    body: str


class RefusedMessages:
    """Writes answers to the outbox, those that come together in one transaction. From one event loop."""

    def __init__(self, store: Store) -> None:
        self._session = LastingSession(store, "answers")
        self._commit: GroupCommit[Answer, None] = GroupCommit("answers", self._write)

    async def owe(self, answer: Answer) -> None:
        """Owe this answer; idempotent. Raises StoreError."""
        await self._commit.submit(answer)

    def close(self) -> None:
        """Write what waits, then give the connection back."""
        self._commit.close()
        self._session.drop()

    def _write(self, answers: Sequence[Answer]) -> Sequence[None]:
        rows = Rows(ANSWERS)
        for answer in {(each.event_id, each.topic): each for each in answers}.values():
            rows.add(slot_of(answer.key), answer.topic, answer.key, answer.event_id, answer.name, answer.body)
        try:
            with as_store_errors():
                # In the order in which they came: ids of the outbox are given as the rows are.
                self._session.get().execute(SQL["add_answers"], rows.columns, prepare=True)
        except BaseException:
            self._session.drop()
            raise
        return [None] * len(answers)
