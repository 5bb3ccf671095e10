"""An outbox in memory, for tests and for tools without a database. It passes the same contract as the real one."""

from __future__ import annotations

import threading
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from types import TracebackType
from typing import Self

from events.transport.errors import Unavailable
from events.transport.ports import OutboxLag, OutboxRow


class MemoryOutbox:
    """Rows in memory. Safe for several threads; `away` plays a store that does not answer."""

    def __init__(self) -> None:
        self.away = False
        self._rows: dict[int, tuple[int, OutboxRow, datetime]] = {}
        self._waiting: defaultdict[int, list[int]] = defaultdict(list)
        self._published: set[int] = set()
        self._holders: dict[int, MemoryLease] = {}
        self._cluster_id: str | None = None
        self._last_id = 0
        self._changes = 0
        self._changed = threading.Condition()

    def add(self, row: OutboxRow, shard: int = 0) -> OutboxRow:
        """Commit one row; the id 0 stands for the next free one. Returns the row as stored."""
        return self.add_all([row], shard)[0]

    def add_all(self, rows: Iterable[OutboxRow], shard: int = 0) -> list[OutboxRow]:
        """Commit rows together, in their order."""
        with self._changed:
            stored = [self._stored(row, shard) for row in rows]
            self._changes += 1
            self._changed.notify_all()
        return stored

    def claim_shard(self, shard: int) -> MemoryLease | None:
        """The right to publish this shard; None while somebody has it."""
        with self.answering():
            if shard in self._holders:
                return None
            self._holders[shard] = MemoryLease(self, shard)
            return self._holders[shard]

    def lag(self) -> OutboxLag:
        """What waits."""
        with self.answering():
            waiting = [self._rows[row_id][2] for ids in self._waiting.values() for row_id in ids]
            oldest = (datetime.now(UTC) - min(waiting)).total_seconds() if waiting else 0.0
            return OutboxLag(rows=len(waiting), oldest_seconds=oldest)

    def cluster_id(self) -> str | None:
        """The cluster that got what is marked."""
        with self.answering():
            return self._cluster_id

    def remember_cluster(self, cluster_id: str) -> None:
        """From now on this one."""
        with self.answering():
            self._cluster_id = cluster_id

    def republish(self, from_id: int = 0) -> int:
        """Unmark every row with at least this id."""
        with self.answering():
            for row_id in [row_id for row_id in self._published if row_id >= from_id]:
                self._published.discard(row_id)
                insort(self._waiting[self._rows[row_id][0]], row_id)
            self._cluster_id = None
            self._changes += 1
            self._changed.notify_all()
            return sum(1 for row_id in self._rows if row_id >= from_id)

    @contextmanager
    def answering(self, lease: MemoryLease | None = None) -> Iterator[threading.Condition]:
        """The lock, unless the store is away or the lease that wants it is lost."""
        with self._changed:
            if self.away:
                raise Unavailable("the outbox")
            if lease is not None and self._holders.get(lease.shard) is not lease:
                raise Unavailable("the lease of the shard")
            yield self._changed

    def changes(self) -> int:
        """How often something was added; call it with the lock held."""
        return self._changes

    def first_waiting(self, shard: int, limit: int, without_topics: Set[str]) -> list[OutboxRow]:
        """The first rows not yet marked; call it with the lock held."""
        rows = (self._rows[row_id][1] for row_id in self._waiting[shard])
        return list(islice((row for row in rows if row.topic not in without_topics), limit))

    def mark(self, ids: Sequence[int]) -> None:
        """These were acknowledged; call it with the lock held."""
        done = set(ids) & self._rows.keys()
        self._published |= done
        for shard in {self._rows[row_id][0] for row_id in done}:
            self._waiting[shard] = [row_id for row_id in self._waiting[shard] if row_id not in done]

    def release(self, lease: MemoryLease) -> None:
        """Take the right back."""
        with self._changed:
            if self._holders.get(lease.shard) is lease:
                del self._holders[lease.shard]
            self._changed.notify_all()

    def _stored(self, row: OutboxRow, shard: int) -> OutboxRow:
        self._last_id = max(self._last_id, row.id) if row.id else self._last_id + 1
        stored = replace(row, id=row.id or self._last_id)
        self._rows[stored.id] = (shard, stored, datetime.now(UTC))
        insort(self._waiting[shard], stored.id)
        return stored


class MemoryLease:
    """The right to one shard of a MemoryOutbox."""

    def __init__(self, outbox: MemoryOutbox, shard: int) -> None:
        self.shard = shard
        self._outbox = outbox
        self._seen = -1

    def unpublished(self, limit: int, without_topics: Set[str] = frozenset()) -> Sequence[OutboxRow]:
        """The first rows not yet marked, by id."""
        with self._outbox.answering(self):
            self._seen = self._outbox.changes()
            return self._outbox.first_waiting(self.shard, limit, without_topics)

    def mark_published(self, ids: Sequence[int]) -> None:
        """These were acknowledged."""
        with self._outbox.answering(self):
            self._outbox.mark(ids)

    def wait(self, timeout_seconds: float) -> None:
        """Until something was added since the last look, or the timeout."""
        with self._outbox.answering(self) as changed:
            changed.wait_for(lambda: self._outbox.changes() != self._seen, timeout_seconds)

    def release(self) -> None:
        """Let another have it; also what a cut connection does."""
        self._outbox.release(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
