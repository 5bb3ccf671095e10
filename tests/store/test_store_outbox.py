"""The outbox on PostgreSQL keeps the contract of every outbox, and what only this one can break."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from events.transport.errors import Unavailable
from events.transport.ports import OutboxPort, OutboxRow, ShardLease
from store.batch import SLOTS, slot_of
from store.database import Store
from store.ledger import Ledger
from store.outbox import Outbox, OutboxLease
from store.recorder import Recorder
from tests.blocking import record_now
from tests.events.outbox_contract import OutboxContract
from tests.store.database_server import DatabaseServer
from tests.store.turn_builder import Sketch

PATIENCE_SECONDS = 60
INSERT = text(
    "WITH added AS (INSERT INTO outbox (slot, topic, case_id, sequence, event_id, name, body, at)"
    " VALUES (:slot, :topic, :case_id, :sequence, :event_id, :name, :body, :at) RETURNING id, slot)"
    " INSERT INTO outbox_unpublished (id, slot) SELECT id, slot FROM added"
)


class AsProcesses(Outbox):
    """The outbox as the publisher has it; that all is to be sent again is said at the command line."""

    def __init__(self, publisher: Store, operator: Store) -> None:
        super().__init__(publisher, shards=2)
        self._operator = Outbox(operator)

    def republish(self, from_id: int = 0) -> int:
        return self._operator.republish(from_id)


class TestOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, store: Store, as_account: Callable[[str], Store]) -> OutboxPort:
        self.store = store
        return AsProcesses(as_account("publisher"), as_account("operator"))

    @pytest.fixture
    def lease(self, outbox: OutboxPort) -> Iterator[ShardLease]:
        claimed = outbox.claim_shard(0)
        assert claimed is not None
        with claimed:
            yield claimed

    def add(self, outbox: OutboxPort, rows: list[OutboxRow], shard: int = 0) -> None:
        names = ("topic", "case_id", "sequence", "event_id", "name", "body", "at")
        with self.store.writing() as connection:
            for row in rows:
                connection.execute(INSERT, {"slot": shard} | {name: getattr(row, name) for name in names})
            connection.execute(text("NOTIFY greenlane_outbox"))


@pytest.fixture
def lease(as_account: Callable[[str], Store]) -> Iterator[OutboxLease]:
    claimed = Outbox(as_account("publisher")).claim_shard(0)
    assert claimed is not None
    with claimed:
        yield claimed


def test_a_recorded_turn_is_published_with_the_ledgers_bytes(
    store: Store, recorder: Recorder, lease: OutboxLease
) -> None:
    """The body of a message is the row that the hash covers, not a copy of it."""
    sketch = Sketch()
    sketch.take(record_now(recorder, sketch.opening()))
    bodies = {row.sequence: row.body for row in Ledger(store).rows(sketch.case_id)}
    found = lease.unpublished(100)
    assert len(found) == 7
    assert all(row.body == bodies[row.sequence] for row in found if row.sequence is not None)
    assert [row.sequence for row in found if row.topic.endswith("case-events.v1")] == [1, 2, 3, 4, 5]


def test_recording_wakes_the_publisher(recorder: Recorder, lease: OutboxLease) -> None:
    """From the commit to the publisher in milliseconds, without polling."""
    woken = threading.Event()

    def wait() -> None:
        while not lease.unpublished(1):
            lease.wait(PATIENCE_SECONDS * 2)
        woken.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    record_now(recorder, Sketch().opening())
    assert woken.wait(PATIENCE_SECONDS)
    waiter.join()


def test_another_number_of_shards_never_shares_a_case(store: Store) -> None:
    """Publishers that were told different numbers exclude each other where they overlap."""
    one = Outbox(store, shards=1).claim_shard(0)
    assert one is not None
    assert [Outbox(store, shards=4).claim_shard(shard) for shard in range(4)] == [None] * 4
    one.release()
    half = Outbox(store, shards=2).claim_shard(1)
    assert half is not None
    assert Outbox(store, shards=4).claim_shard(3) is None
    other = Outbox(store, shards=4).claim_shard(2)
    assert other is not None
    for lease in (half, other):
        lease.release()


def test_every_slot_belongs_to_one_shard(store: Store, recorder: Recorder) -> None:
    """All cases are published, whatever the number of shards."""
    for number in range(30):
        record_now(recorder, Sketch(number).opening())
    outbox, seen = Outbox(store, shards=3), 0
    for shard in range(3):
        lease = outbox.claim_shard(shard)
        assert lease is not None
        with lease:
            rows = lease.unpublished(1000)
            assert {slot_of(row.case_id) % 3 for row in rows} == {shard}
            seen += len(rows)
    assert seen == 30 * 7 == outbox.lag().rows
    with pytest.raises(ValueError, match="1 to 64"):
        Outbox(store, shards=SLOTS + 1)


def test_a_lost_connection_ends_the_lease(
    store: Store, recorder: Recorder, lease: OutboxLease, database_server: DatabaseServer
) -> None:
    """Its holder learns with the next call, and another may claim at once."""
    record_now(recorder, Sketch().opening())
    database_server.end_connections("greenlane publisher")
    with pytest.raises(Unavailable):
        lease.unpublished(10)
    second = Outbox(store).claim_shard(0)
    assert second is not None
    assert len(second.unpublished(10)) == 7
    second.release()


def test_all_messages_can_be_listed(store: Store, recorder: Recorder) -> None:
    """What was ever owed, for the comparison with the topics."""
    record_now(recorder, Sketch().opening())
    listed = list(Outbox(store).messages(batch=2))
    assert len(listed) == 7
    assert listed[0] == ("greenlane.case-events.v1", f"{Sketch().case_id}.1", Sketch().case_id, listed[0][3])


def test_a_store_that_is_away_says_so(store: Store) -> None:
    """Retryable, and without the driver's words."""
    outbox = Outbox(Store(store.engine.url.set(port=1).render_as_string(hide_password=False)))
    for call in (outbox.lag, outbox.cluster_id, outbox.republish, lambda: outbox.claim_shard(0)):
        with pytest.raises(Unavailable, match="the outbox does not answer"):
            call()
