"""What every outbox must do for the publisher. A test module subclasses `OutboxContract` and gives it an outbox."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest

from events.transport.errors import Unavailable
from events.transport.ports import OutboxPort, OutboxRow, ShardLease

PATIENCE_SECONDS = 60


def a_row(number: int, *, topic: str = "greenlane.case-events.v1", case_id: str = "case-a") -> OutboxRow:
    """A lawful row; the outbox gives the id."""
    return OutboxRow(
        id=0,
        topic=topic,
        key=case_id,
        event_id=f"{case_id}.{number}",
        name="StepAssigned",
        body=f'{{"case_id":"{case_id}","sequence":{number},"name":"Thẩm định"}}',
        at=datetime(2025, 6, 2, 1, 0, tzinfo=UTC),
        case_id=case_id,
        sequence=number,
    )


class OutboxContract(ABC):
    """The rules. `outbox` and `add` are what the implementation under test supplies."""

    @abstractmethod
    def add(self, outbox: OutboxPort, rows: list[OutboxRow], shard: int = 0) -> None:
        """Commit these rows to the outbox, in their order."""

    @pytest.fixture
    def outbox(self) -> OutboxPort:
        """An empty outbox with at least two shards."""
        raise NotImplementedError

    @pytest.fixture
    def lease(self, outbox: OutboxPort) -> ShardLease:
        """The right to shard 0."""
        lease = outbox.claim_shard(0)
        assert lease is not None
        return lease

    def test_an_empty_outbox_has_nothing_to_publish(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """Nothing waits, nothing lags."""
        assert list(lease.unpublished(10)) == []
        assert outbox.lag().rows == 0
        assert outbox.lag().oldest_seconds == 0

    def test_rows_come_whole_and_in_order_of_their_ids(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """What was committed is what is published, byte for byte."""
        wanted = [a_row(number) for number in (1, 2, 3)]
        self.add(outbox, wanted)
        found = list(lease.unpublished(10))
        assert [row.id for row in found] == sorted({row.id for row in found})
        for given, row in zip(wanted, found, strict=True):
            names = ("topic", "key", "event_id", "name", "body", "at", "case_id", "sequence")
            assert [getattr(row, name) for name in names] == [getattr(given, name) for name in names]
            assert row.at.tzinfo is not None

    def test_at_most_the_limit(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """A round is bounded, and begins with the oldest."""
        self.add(outbox, [a_row(number) for number in range(1, 6)])
        assert [row.sequence for row in lease.unpublished(2)] == [1, 2]

    def test_marked_rows_do_not_come_again(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """Any subset may be marked; what is left keeps its order."""
        self.add(outbox, [a_row(number) for number in range(1, 5)])
        rows = lease.unpublished(10)
        lease.mark_published([rows[0].id, rows[2].id])
        lease.mark_published([rows[0].id])
        lease.mark_published([])
        assert [row.sequence for row in lease.unpublished(10)] == [2, 4]
        assert outbox.lag().rows == 2

    def test_a_row_of_no_ledger_event(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """Refusals have no sequence."""
        row = a_row(1)
        notice = OutboxRow(
            id=0,
            topic="greenlane.work.finance.v1",
            key=row.key,
            event_id="refusal-1",
            name="AnswerRefused",
            body='{"code":"wrong_department"}',
            at=row.at,
            case_id=row.case_id,
            sequence=None,
        )
        self.add(outbox, [notice])
        assert [(found.sequence, found.body) for found in lease.unpublished(1)] == [(None, notice.body)]

    def test_topics_can_be_left_out(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """A missing topic never stops the others."""
        self.add(outbox, [a_row(1, topic="greenlane.work.lost.v1"), a_row(2), a_row(3, topic="greenlane.work.lost.v1")])
        assert [row.sequence for row in lease.unpublished(10, frozenset({"greenlane.work.lost.v1"}))] == [2]

    def test_shards_are_apart(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """A lease sees only its own shard; the lag counts all."""
        self.add(outbox, [a_row(1)], shard=0)
        self.add(outbox, [a_row(1, case_id="case-b")], shard=1)
        other = outbox.claim_shard(1)
        assert other is not None
        with other:
            assert [row.case_id for row in lease.unpublished(10)] == ["case-a"]
            assert [row.case_id for row in other.unpublished(10)] == ["case-b"]
            assert outbox.lag().rows == 2

    def test_one_publisher_a_shard(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """The second asks in vain until the first lets go."""
        assert outbox.claim_shard(0) is None
        lease.release()
        lease.release()
        second = outbox.claim_shard(0)
        assert second is not None
        second.release()

    def test_a_released_lease_is_dead(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """Whoever lost the right can neither read nor mark."""
        self.add(outbox, [a_row(1)])
        row = lease.unpublished(1)[0]
        lease.release()
        with pytest.raises(Unavailable):
            lease.unpublished(1)
        with pytest.raises(Unavailable):
            lease.mark_published([row.id])

    def test_waiting_ends_early_when_rows_come(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """A row committed while the publisher waits is seen well before the timeout."""
        assert list(lease.unpublished(1)) == []
        adder = threading.Timer(0.05, self.add, (outbox, [a_row(1)]))
        adder.start()
        began = time.monotonic()
        while not lease.unpublished(1):
            lease.wait(PATIENCE_SECONDS)
            assert time.monotonic() - began < PATIENCE_SECONDS
        adder.join()

    def test_waiting_ends_with_the_timeout(self, lease: ShardLease) -> None:
        """Without rows it returns all the same."""
        lease.unpublished(1)
        began = time.monotonic()
        lease.wait(0.05)
        assert time.monotonic() - began < PATIENCE_SECONDS

    def test_lag_grows_with_the_age_of_the_oldest(self, outbox: OutboxPort) -> None:
        """Seconds in real time since the oldest waiting row was committed."""
        began = time.time()
        self.add(outbox, [a_row(1)])
        first = outbox.lag().oldest_seconds
        time.sleep(0.05)
        assert first + 0.04 < outbox.lag().oldest_seconds <= time.time() - began

    def test_the_cluster_is_remembered(self, outbox: OutboxPort) -> None:
        """None at first, then the last one named."""
        assert outbox.cluster_id() is None
        outbox.remember_cluster("one")
        outbox.remember_cluster("two")
        assert outbox.cluster_id() == "two"

    def test_republish_sends_again(self, outbox: OutboxPort, lease: ShardLease) -> None:
        """All rows, or those from an id on, wait again in their old order."""
        self.add(outbox, [a_row(number) for number in range(1, 5)])
        ids = [row.id for row in lease.unpublished(10)]
        lease.mark_published(ids)
        assert list(lease.unpublished(10)) == []
        assert outbox.republish(from_id=ids[2]) == 2
        assert [row.id for row in lease.unpublished(10)] == ids[2:]
        assert outbox.republish() == 4
        assert [row.id for row in lease.unpublished(10)] == ids

    def test_republish_forgets_the_cluster(self, outbox: OutboxPort) -> None:
        """Whoever says "send again" has decided for the cluster that is there now."""
        outbox.remember_cluster("lost")
        outbox.republish()
        assert outbox.cluster_id() is None
