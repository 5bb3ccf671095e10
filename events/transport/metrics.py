"""What the transport counts, for Prometheus. One object a process; the registry serves it."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
PARTITION = ("topic", "partition")


class BridgeMetrics:
    """The way in."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.lag = Gauge(
            "greenlane_bridge_lag_messages", "Messages not yet committed, by partition.", PARTITION, registry=registry
        )
        self.position = Gauge(
            "greenlane_bridge_position",
            "Offset committed by partition; alert when it stands still while the lag is above zero.",
            PARTITION,
            registry=registry,
        )
        self.messages = Counter(
            "greenlane_bridge_messages",
            "Messages taken, by what became of them (done, dead_letter).",
            ("disposition",),
            registry=registry,
        )
        self.dead_letters = Counter(
            "greenlane_dead_letters", "Messages put on a dead-letter topic.", ("topic", "code"), registry=registry
        )
        self.retries = Counter(
            "greenlane_bridge_retries", "Messages tried again, by reason.", ("reason",), registry=registry
        )
        self.handling_seconds = Histogram(
            "greenlane_bridge_handling_seconds",
            "Time to handle a message, from its arrival here.",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.backlog = Gauge("greenlane_bridge_backlog_messages", "Messages taken and not yet done.", registry=registry)
        self.available = Gauge(
            "greenlane_bridge_available", "1 while what the bridge needs answers, 0 while it waits.", registry=registry
        )


class PublisherMetrics:
    """The way out."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.lag_rows = Gauge("greenlane_outbox_lag_rows", "Outbox rows not yet published.", registry=registry)
        self.lag_seconds = Gauge(
            "greenlane_outbox_lag_seconds", "Age of the oldest outbox row not yet published.", registry=registry
        )
        self.published = Counter("greenlane_published", "Messages acknowledged by Kafka and marked.", registry=registry)
        self.failed = Counter(
            "greenlane_publish_failures", "Messages not acknowledged, by error code.", ("code",), registry=registry
        )
        self.round_rows = Histogram(
            "greenlane_publisher_round_rows",
            "Rows sent in one round.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000),
            registry=registry,
        )
        self.shards = Gauge("greenlane_publisher_shards", "Shards this process publishes.", registry=registry)
        self.available = Gauge(
            "greenlane_publisher_available", "1 while Kafka and the outbox answer, 0 otherwise.", registry=registry
        )
