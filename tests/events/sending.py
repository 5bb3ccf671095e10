"""What the transport's tests share: a producer of raw messages, a reader of whole topics, and a handler that remembers."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from events.transport.bridge import Bridge
from events.transport.cluster import Cluster
from events.transport.consumption import incoming_of
from events.transport.memory import MemoryLease, MemoryOutbox
from events.transport.ports import Disposition, Done, Incoming
from events.transport.producer import Producer

PATIENCE_SECONDS = 90.0


def send_all(cluster: Cluster, topic: str, messages: Iterable[tuple[str | None, str]]) -> None:
    """Send (key, value) pairs in their order and wait until all are acknowledged."""
    with Producer(cluster, linger_ms=20) as producer:
        pending = [producer.send(topic, key, value.encode()) for key, value in messages]
        for each in pending:
            each.wait(PATIENCE_SECONDS)


def read_topic(cluster: Cluster, topic: str, *, at_least: int = 0) -> list[Incoming]:
    """Everything on a topic, partition by partition, once there are at least so many messages."""
    consumer: Any = cluster.connected(KafkaConsumer, "tests", enable_auto_commit=False, metrics_enabled=False)
    try:
        partitions = [TopicPartition(topic, each) for each in consumer.partitions_for_topic(topic)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        found: list[Incoming] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            ends = consumer.end_offsets(partitions)
            if all(consumer.position(each) >= ends[each] for each in partitions) and len(found) >= at_least:
                break
            for batch in consumer.poll(timeout_ms=100).values():
                found += [incoming_of(record) for record in batch]
        return sorted(found, key=lambda each: (each.partition, each.offset))
    finally:
        consumer.close(autocommit=False)


def committed(cluster: Cluster, group: str, topic: str) -> dict[int, int]:
    """The committed offset of each partition that has one."""
    with cluster.admin() as admin:
        found = admin.list_group_offsets({group: None})[group]
    return {each.partition: entry.offset for each, entry in found.items() if each.topic == topic and entry.offset >= 0}


async def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the condition holds; fails with `what` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, f"in vain waited until {what}"
        await asyncio.sleep(0.02)


class WatchedOutbox(MemoryOutbox):
    """An outbox that shows which rows are marked as published."""

    def __init__(self) -> None:
        super().__init__()
        self.published: set[int] = set()

    def mark(self, ids: Sequence[int]) -> None:
        super().mark(ids)
        self.published |= set(ids)

    def republish(self, from_id: int = 0) -> int:
        self.published = {each for each in self.published if each < from_id}
        return super().republish(from_id)


class CountingOutbox(WatchedOutbox):
    """An outbox that counts how often somebody asked for a shard: a publisher that may not go on asks again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def claim_shard(self, shard: int) -> MemoryLease | None:
        self.asked += 1
        return super().claim_shard(shard)


class Remembering:
    """A handler that remembers what it was given, and does what a test tells it to."""

    def __init__(self, act: Callable[[Incoming], Awaitable[Disposition]] | None = None) -> None:
        self.seen: list[Incoming] = []
        self.done: list[Incoming] = []
        self.running: dict[bytes | None, int] = {}
        self.overlaps = 0
        self.concurrent_max = 0
        self._act = act

    async def handle(self, message: Incoming) -> Disposition:
        self.seen.append(message)
        self.running[message.key] = self.running.get(message.key, 0) + 1
        self.overlaps += self.running[message.key] > 1
        self.concurrent_max = max(self.concurrent_max, sum(self.running.values()))
        try:
            disposition = await self._act(message) if self._act else Done()
        finally:
            self.running[message.key] -= 1
        self.done.append(message)
        return disposition

    def values(self) -> list[str]:
        """The values of what was done, in the order of the ends."""
        return [(message.value or b"").decode() for message in self.done]

    def by_key(self) -> dict[str, list[str]]:
        """The values of what was done, per key, in order."""
        found: dict[str, list[str]] = {}
        for message in self.done:
            found.setdefault((message.key or b"").decode(), []).append((message.value or b"").decode())
        return found


class ReadyBridge(Bridge):
    """A bridge that can be waited for."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self._ready = threading.Event()
        super().__init__(*args, assigned=self._ready.set, **named)

    async def wait_ready(self, timeout_seconds: float = 30.0) -> bool:
        """Wait until partitions were assigned for the first time."""
        return await asyncio.to_thread(self._ready.wait, timeout_seconds)


class Running:
    """A bridge that runs for the length of an `async with`."""

    def __init__(self, bridge: ReadyBridge) -> None:
        self.bridge = bridge

    async def __aenter__(self) -> Bridge:
        self._task = asyncio.create_task(self.bridge.run())
        assert await self.bridge.wait_ready(), "the bridge got no partitions"
        return self.bridge

    async def __aexit__(self, *_: object) -> None:
        self.bridge.stop()
        await self._task
