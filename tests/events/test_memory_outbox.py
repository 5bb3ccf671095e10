"""The outbox in memory keeps the contract of every outbox."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from events.transport.errors import Unavailable
from events.transport.memory import MemoryOutbox
from events.transport.ports import OutboxPort, OutboxRow
from tests.events.outbox_contract import OutboxContract, a_row


class TestMemoryOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self) -> OutboxPort:
        return MemoryOutbox()

    def add(self, outbox: OutboxPort, rows: list[OutboxRow], shard: int = 0) -> None:
        cast("MemoryOutbox", outbox).add_all(rows, shard)


def test_an_id_that_commits_late_is_still_found() -> None:
    """Ids are given before the commit: a lower one may appear after a higher one was published."""
    outbox = MemoryOutbox()
    lease = outbox.claim_shard(0)
    assert lease is not None
    outbox.add(replace(a_row(1), id=7))
    lease.mark_published([7])
    outbox.add(replace(a_row(1, case_id="case-b"), id=3))
    assert [row.id for row in lease.unpublished(10)] == [3]


def test_a_store_that_is_away_says_so() -> None:
    """Every method raises the same retryable error."""
    outbox = MemoryOutbox()
    outbox.away = True
    for call in (outbox.lag, outbox.cluster_id, outbox.republish, lambda: outbox.claim_shard(0)):
        with pytest.raises(Unavailable):
            call()
