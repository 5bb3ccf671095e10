"""The outbox as the publisher sees it: shards under lease, rows in order, marks, lag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, Self

import psycopg
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from events.transport.errors import Unavailable
from events.transport.ports import OutboxLag, OutboxRow
from store.arrays import Bigs, Shorts, Texts
from store.batch import SLOTS
from store.database import Session, Store
from store.errors import StoreError, as_store_errors
from store.statements import statements_in
from store.tables import outbox, outbox_unpublished, stack

CLUSTER = "kafka_cluster_id"
LOCK_SPACE = 0x6F7574  # "out": first half of the advisory locks' keys; the second is the slot

OUTBOX_CHANNEL: Final = "greenlane_outbox"
SQL: Final = statements_in("outbox")


class Outbox:
    """Implements the transport's OutboxPort on PostgreSQL. Every call raises `Unavailable` when the store is away."""

    def __init__(self, store: Store, shards: int = 1) -> None:
        """`shards`: how many publishers share the work, at most 64; all must be told the same number."""
        if not 1 <= shards <= SLOTS:
            raise ValueError(f"shards: 1 to {SLOTS}, not {shards}")
        self._store = store
        self._shards = shards

    def claim_shard(self, shard: int) -> OutboxLease | None:
        """The right to publish this shard; None while another process has any part of it, whatever its number of shards."""
        if not 0 <= shard < self._shards:
            raise ValueError(f"shard: 0 to {self._shards - 1}, not {shard}")
        slots = [slot for slot in range(SLOTS) if slot % self._shards == shard]
        with _as_unavailable():
            session = self._store.open_session("publisher", autocommit=True)
            lease = OutboxLease(session, slots)
            try:
                claimed = session.execute(SQL["claim_slots"], {"space": LOCK_SPACE, "slots": slots}).fetchone()
                if claimed == (len(slots),):
                    session.execute(SQL["listen"])
                    return lease
            except BaseException:
                lease.release()
                raise
        lease.release()
        return None

    def lag(self) -> OutboxLag:
        """What waits, over all shards."""
        age = func.coalesce(func.extract("epoch", func.now() - func.min(outbox_unpublished.c.recorded_at)), 0)
        with _as_unavailable(), self._store.reading() as connection:
            rows, seconds = connection.execute(select(func.count(), age).select_from(outbox_unpublished)).one()
        return OutboxLag(rows=rows, oldest_seconds=max(0.0, float(seconds)))

    def cluster_id(self) -> str | None:
        """The Kafka cluster that got what is marked as published."""
        with _as_unavailable():
            return self._store.recall(CLUSTER)

    def remember_cluster(self, cluster_id: str) -> None:
        """From now on this is the cluster that holds what is marked."""
        with _as_unavailable():
            self._store.remember(CLUSTER, cluster_id)

    def republish(self, from_id: int = 0) -> int:
        """Unmark every row with at least this id, so that all are sent again. Returns how many rows that are.

        The remembered cluster is forgotten with it: the publisher takes the one it finds.
        """
        again = select(outbox.c.id, outbox.c.slot).where(outbox.c.id >= from_id)
        with _as_unavailable(), self._store.writing() as connection:
            connection.execute(insert(outbox_unpublished).from_select(["id", "slot"], again).on_conflict_do_nothing())
            rows = connection.scalar(select(func.count()).where(outbox.c.id >= from_id)) or 0
            connection.execute(delete(stack).where(stack.c.key == CLUSTER))
            connection.execute(select(func.pg_notify(OUTBOX_CHANNEL, "")))
        return rows

    def messages(self, batch: int = 5000) -> Iterator[tuple[str, str, str, int]]:
        """All messages ever owed, as (topic, event id, stream id, outbox id) in the order of their ids; for verification."""
        query = select(outbox.c.topic, outbox.c.event_id, outbox.c.case_id, outbox.c.id).order_by(outbox.c.id)
        with _as_unavailable(), self._store.reading() as connection:
            for row in connection.execution_options(yield_per=batch).execute(query):
                yield row[0], row[1], row[2], row[3]


class OutboxLease:
    """The right to publish one shard; it lives and dies with its connection, so nobody holds it without knowing."""

    def __init__(self, session: Session, slots: Sequence[int]) -> None:
        self._session = session
        self._slots = Shorts(slots)

    def unpublished(self, limit: int, without_topics: Set[str] = frozenset()) -> Sequence[OutboxRow]:
        """The first rows not yet marked, by id: per case in the order of the ledger."""
        with _as_unavailable():
            statement = SQL["find_unpublished_elsewhere" if without_topics else "find_unpublished"]
            wanted = {"topics": Texts(sorted(without_topics)), "slots": self._slots, "limit": limit}
            return [OutboxRow(*row) for row in self._session.execute(statement, wanted, prepare=True)]

    def mark_published(self, ids: Sequence[int]) -> None:
        """These rows were acknowledged by Kafka."""
        if ids:
            with _as_unavailable():
                self._session.execute(SQL["mark_published"], {"ids": Bigs(ids)}, prepare=True)

    def wait(self, timeout_seconds: float) -> None:
        """When a transaction that added rows has been committed since the last call, at the latest after the timeout."""
        with _as_unavailable():
            for _ in self._session.notifies(timeout=timeout_seconds, stop_after=1):
                pass

    def release(self) -> None:
        """Let another process have the shard."""
        with suppress(psycopg.Error):
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


@contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        with as_store_errors():
            yield
    except StoreError as error:
        if not error.retryable:  # such as a right that is missing: no waiting helps, and its own words do
            raise
        raise Unavailable("the outbox") from error
