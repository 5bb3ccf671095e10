"""Bridges for tests: each in a group of its own, with short waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry

from events.language.topics import Topics
from events.transport.admin import TopicLayout, make_topic
from events.transport.backoff import Backoff
from events.transport.bridge import BridgeSettings, ConsumerSettings, LaneSettings, incoming_pattern
from events.transport.cluster import Cluster
from events.transport.metrics import BridgeMetrics
from events.transport.ports import Disposition, Done, Handler, Teller
from events.transport.replays import Replays
from tests.events.memory_letters import LETTERS, MemoryLetters
from tests.events.sending import ReadyBridge, read_topic

MakeTopics = Callable[..., Topics]
SEAL = b"of this installation"
QUICK = Backoff(first_seconds=0.02, most_seconds=0.1)
FAST = LaneSettings(attempts_max=3, retries=QUICK, outage=QUICK)


def a_bridge(
    cluster: Cluster,
    topics: Topics,
    handler: Handler,
    handling: LaneSettings = FAST,
    *,
    registry: CollectorRegistry | None = None,
    instance_id: str | None = None,
    drain_seconds: float = 60.0,
    session_seconds: float = 30.0,
    teller: Teller | None = None,
    seal: bytes | None = SEAL,
    vault: MemoryLetters | None = LETTERS,
    **reading: int,
) -> ReadyBridge:
    """A bridge of this test's own group."""
    how = ConsumerSettings(
        group=f"{topics.prefix}-bridge",
        instance_id=instance_id,
        discovery_seconds=0.5,
        session_seconds=session_seconds,
        commit_seconds=0.05,
        drain_seconds=drain_seconds,
        **reading,
    )
    return ReadyBridge(
        cluster,
        incoming_pattern(topics),
        handler,
        settings=BridgeSettings(how, handling),
        metrics=BridgeMetrics(registry or CollectorRegistry()),
        make_topic=partial(make_topic, cluster, topics=topics, layout=TopicLayout(partitions=1)),
        teller=teller,
        replays=Replays(cluster, topics, seal, vault),
    )


def ends(cluster: Cluster, topic: str) -> dict[int, int]:
    """One more than the last offset of each partition that holds anything."""
    return {message.partition: message.offset + 1 for message in read_topic(cluster, topic)}


async def after(seconds: float) -> Disposition:
    """Done, once so much time has passed."""
    await asyncio.sleep(seconds)
    return Done()
