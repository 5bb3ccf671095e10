"""What was owed to Kafka, for comparing the topics with it: never all of it in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Final, NamedTuple, Self

from events.language.topics import Topics
from events.transport.ports import OutboxRow
from store.arrays import Bigs, Texts
from store.database import Store
from store.errors import as_store_errors
from store.owed import EVERY_PREFIX
from store.statements import statements_in

SQL: Final = statements_in("published")
ALL_EVENTS: Final = Topics(EVERY_PREFIX).case_events


class OwedMessage(NamedTuple):
    """A row of the outbox. Its body is None where it is the ledger's, and the ledger does not have it."""

    row: OutboxRow
    next_id: int | None
    """Of an event on the topic of all events: the row of the next event of its case."""


class OwedPlace(NamedTuple):
    """Where a message belongs."""

    id: int
    topic: str
    case_id: str
    sequence: int | None


class OwedEvent(NamedTuple):
    """An event of the ledger, and where it is owed."""

    case_id: str
    sequence: int
    body: str
    topics: Sequence[str] | None
    differing: Sequence[str] | None
    """Those topics to which it is owed otherwise than the ledger has it."""


def published_ids(store: Store) -> Iterator[int]:
    """The messages that are marked as published, at one instant. Raises StoreError."""
    return (number for (number,) in store.rows(SQL["find_published"]))


def owed_topics(store: Store) -> set[str]:
    """All topics that anything was ever owed to. Raises StoreError."""
    return {topic for (topic,) in store.rows(SQL["find_owed_topics"])}


def owed_events(store: Store) -> Iterator[OwedEvent]:
    """Every event of the ledger, in no order, with where it is owed. Raises StoreError."""
    return (OwedEvent(*row) for row in store.rows(SQL["find_events_with_topics"]))


class OutboxIndex:
    """Messages looked up by what the topics say of them. For one thread; close it by leaving its context."""

    def __init__(self, store: Store) -> None:
        self._session = store.open_session("verification", autocommit=True)

    def find(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OwedMessage]:
        """The messages by topic and id, of those that were ever owed. Raises StoreError."""
        topics, event_ids = Texts(), Texts()
        for topic, event_id in keys:
            topics.append(topic)
            event_ids.append(event_id)
        wanted = {"topics": topics, "event_ids": event_ids, "all_events": ALL_EVENTS}
        with as_store_errors():
            rows = self._session.execute(SQL["find_messages"], wanted, prepare=True)
            messages = (OwedMessage(OutboxRow(*row[:-1]), row[-1]) for row in rows)
            return {(each.row.topic, each.row.event_id): each for each in messages}

    def places(self, ids: Sequence[int]) -> list[OwedPlace]:
        """Where these messages belong. Raises StoreError."""
        with as_store_errors():
            return [OwedPlace(*row) for row in self._session.execute(SQL["find_places"], {"ids": Bigs(ids)})]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
