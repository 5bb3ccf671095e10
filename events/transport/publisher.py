"""The way out: outbox rows to Kafka, in order per case, marked only when acknowledged."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from events.language.envelope import MESSAGE_MAX_BYTES
from events.transport.admin import cluster_id
from events.transport.backoff import SERVER_AWAY, Backoff, Wait
from events.transport.cluster import Cluster
from events.transport.errors import (
    ClusterReplacedError,
    KafkaAwayError,
    NotPermittedError,
    TopicMissingError,
    TransportError,
    Unavailable,
)
from events.transport.metrics import PublisherMetrics
from events.transport.ports import OutboxPort, OutboxRow, ShardLease
from events.transport.producer import Pending, Producer
from events.transport.rendering import message_of
from events.transport.serving import serve_in_thread
from wording.text import _

UNTIL_TOLD_SECONDS = 10 * 365 * 24 * 3600.0
"""A message once handed over is never given up while we run: giving up one and sending the next would change their order."""
RATE_WINDOW_SECONDS = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PublisherSettings:
    """How the publisher works; the defaults are for a stack on one machine."""

    shards: tuple[int, ...] = (0,)
    """The shards this process serves, if nobody else does."""
    round_rows: int = 1000
    idle_seconds: float = 0.25
    """How long to wait for new rows at most; the outbox wakes us as soon as there are some."""
    pace_seconds_max: float = 0.05
    """The least time from round to round under load. A lone message goes out at once; the more there are, the longer we
    gather: at 300 a second, rounds of 15 cost half the CPU here and a third of it in Kafka of what single ones do."""
    pace_full_rows_per_second: float = 300.0
    """From this rate on the pace is the slowest; below it, in proportion."""
    claim_seconds: float = 1.0
    """How often to ask for a shard that another process has."""
    backoff: Backoff = SERVER_AWAY
    held_seconds: float = 5.0
    """How long a missing topic, or a message that its topic refuses, is left alone before the next attempt."""
    lag_seconds: float = 1.0
    """How often the lag is measured."""
    max_message_bytes: int = MESSAGE_MAX_BYTES


class Publisher:
    """Publishes shards of an outbox until told to stop; one thread a shard, one producer for all."""

    def __init__(
        self,
        outbox: OutboxPort,
        cluster: Cluster,
        settings: PublisherSettings | None = None,
        metrics: PublisherMetrics | None = None,
        make_topic: Callable[[str], None] | None = None,
    ) -> None:
        """`make_topic` makes a topic that is missing; without it its rows wait until somebody does."""
        self._outbox = outbox
        self._cluster = cluster
        self._settings = settings or PublisherSettings()
        self._metrics = metrics or PublisherMetrics()
        self._make_topic = make_topic
        self._stop = threading.Event()
        self._failure: BaseException | None = None

    def stop(self) -> None:
        """Finish the round in hand and return from `run`. May be called from a signal handler or another thread."""
        self._stop.set()

    async def serve(self) -> None:
        """Run until cancelled or stopped, without blocking the event loop. Raises NotPermittedError."""
        await serve_in_thread(self.run, self.stop)

    def run(self) -> None:
        """Run until `stop`. Waits for Kafka and the outbox as long as it takes; raises NotPermittedError."""
        producer = self._connected()
        if producer is None:
            return
        threads = [
            threading.Thread(target=self._guarded, args=(shard, producer), name=f"publisher-{shard}", daemon=True)
            for shard in self._settings.shards
        ]
        try:
            for thread in threads:
                thread.start()
            while not self._stop.wait(self._settings.lag_seconds):
                self._measure()
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            producer.close(timeout_seconds=1.0)
        if self._failure is not None:
            raise self._failure

    def _connected(self) -> Producer | None:
        wait = Wait(self._stop, self._settings.backoff)
        while not self._stop.is_set():
            try:
                return Producer(
                    self._cluster,
                    client_id="greenlane-publisher",
                    max_message_bytes=self._settings.max_message_bytes,
                    # Long, because each round is flushed as a whole once it is handed over.
                    linger_ms=50,
                    delivery_seconds=UNTIL_TOLD_SECONDS,
                )
            except KafkaAwayError as error:
                self._metrics.available.set(0)
                wait.say_once("kafka_away", str(error))
                wait.pause()
        return None

    def _guarded(self, shard: int, producer: Producer) -> None:
        try:
            ShardPublisher(
                shard,
                self._outbox,
                self._cluster,
                producer,
                self._settings,
                self._metrics,
                self._stop,
                self._make_topic,
            ).run()
        except BaseException as error:
            # Raised again by `run`, in the thread that waits for the outcome.
            self._failure = error
            self._stop.set()

    def _measure(self) -> None:
        try:
            lag = self._outbox.lag()
        except Unavailable:
            return
        self._metrics.lag_rows.set(lag.rows)
        self._metrics.lag_seconds.set(lag.oldest_seconds)


@dataclass(slots=True)
class ShardPublisher:
    """The loop of one shard."""

    shard: int
    outbox: OutboxPort
    cluster: Cluster
    producer: Producer
    settings: PublisherSettings
    metrics: PublisherMetrics
    stop: threading.Event
    make_topic: Callable[[str], None] | None = None
    _held_topics: dict[str, float] = field(default_factory=dict)
    _held_rows: dict[int, float] = field(default_factory=dict)
    _skipped: int = 0
    _last_began: float = 0.0
    _rows_per_second: float = 0.0
    _told: set[int] = field(default_factory=set)
    """Rows whose failure was logged."""
    _trusted: bool = False
    """Whether the cluster is known to be the one that holds what is marked."""

    def run(self) -> None:
        """Claim the shard, publish it while the lease holds, and claim it again. Raises NotPermittedError."""
        wait = Wait(self.stop, self.settings.backoff)
        while not self.stop.is_set():
            try:
                lease = self.outbox.claim_shard(self.shard)
                if lease is None:
                    self.stop.wait(self.settings.claim_seconds)
                    continue
                with lease:
                    self.metrics.shards.inc()
                    try:
                        self._publish(lease, wait)
                    finally:
                        self.metrics.shards.dec()
            except (Unavailable, KafkaAwayError, ClusterReplacedError) as error:
                self._trusted = False
                self.metrics.available.set(0)
                wait.say_once(getattr(error, "code", "outbox_away"), str(error))
                wait.pause()

    def _publish(self, lease: ShardLease, wait: Wait) -> None:
        while not self.stop.is_set():
            if not self._trusted:
                self._check_cluster()
                self.metrics.available.set(1)
                wait.over("publishing_again")
            rows = self._sendable(lease)
            if rows:
                began = time.monotonic()
                self._round(lease, rows, wait)
                if len(rows) < self.settings.round_rows:
                    self.stop.wait(began + self._pace(began, len(rows)) - time.monotonic())
            else:
                lease.wait(self.settings.idle_seconds)

    def _sendable(self, lease: ShardLease) -> Sequence[OutboxRow]:
        """The next rows, without those of topics that are missing and of cases that wait for a refused message."""
        if not (self._held_topics or self._held_rows):
            return lease.unpublished(self.settings.round_rows)
        now = time.monotonic()
        self._held_topics = {topic: until for topic, until in self._held_topics.items() if until > now}
        self._held_rows = {row_id: until for row_id, until in self._held_rows.items() if until > now}
        rows = lease.unpublished(self.settings.round_rows + self._skipped, frozenset(self._held_topics))
        waiting = {row.key for row in rows if row.id in self._held_rows}
        sendable = [row for row in rows if row.key not in waiting]
        self._skipped = len(rows) - len(sendable)
        return sendable

    def _pace(self, began: float, rows: int) -> float:
        """Seconds from the beginning of this round to that of the next, by how much has come lately."""
        elapsed = max(began - self._last_began, 1e-3)
        self._last_began = began
        share = 1 - math.exp(-elapsed / RATE_WINDOW_SECONDS)
        self._rows_per_second += share * (rows / elapsed - self._rows_per_second)
        slowness = self._rows_per_second / self.settings.pace_full_rows_per_second
        return self.settings.pace_seconds_max * min(1.0, slowness)

    def _round(self, lease: ShardLease, rows: Sequence[OutboxRow], wait: Wait) -> None:
        sent = self._hand_over(rows)
        self._await_settled(len(sent), wait)
        if not self._trusted:
            self._check_cluster()
        done = self._acknowledged(sent)
        lease.mark_published(done)
        self.metrics.published.inc(len(done))
        self.metrics.round_rows.observe(len(rows))

    def _hand_over(self, rows: Sequence[OutboxRow]) -> list[tuple[OutboxRow, Pending]]:
        """Give the rows to the producer; those after a failed one of the same case stay behind."""
        sent: list[tuple[OutboxRow, Pending]] = []
        blocked: set[str] = set()
        for row in rows:
            if row.key in blocked or row.topic in self._held_topics:
                continue
            try:
                sent.append((row, self.producer.send(row.topic, *message_of(row))))
            except KafkaAwayError:
                if not sent:
                    raise
                # What was handed over goes out when Kafka is back: to hand it over again would only double it.
                break
            except TransportError as error:
                self._fail(row, error, blocked)
        return sent

    def _await_settled(self, messages: int, wait: Wait) -> None:
        """Wait until Kafka has answered for the whole round, however long it is away, or we are told to stop."""
        while not self.producer.flush(timeout_seconds=1.0):
            self._trusted = False
            self.metrics.available.set(0)
            wait.say_once("kafka_away", f"{messages} messages wait for Kafka at {self.cluster.bootstrap}")
            if self.stop.is_set():
                raise KafkaAwayError(
                    bootstrap=self.cluster.bootstrap,
                    reason=_("told to stop before it came back"),
                )

    def _acknowledged(self, sent: Sequence[tuple[OutboxRow, Pending]]) -> list[int]:
        """The ids to mark: of each case those up to its first message that failed."""
        done: list[int] = []
        blocked: set[str] = set()
        for row, pending in sent:
            if row.key in blocked:
                continue
            if pending.acknowledged:
                done.append(row.id)
            elif error := pending.error():
                self._fail(row, error, blocked)
            else:
                blocked.add(row.key)
        return done

    def _fail(self, row: OutboxRow, error: TransportError, blocked: set[str]) -> None:
        """One message was refused: its case waits, the others go on."""
        blocked.add(row.key)
        self.metrics.failed.labels(error.code).inc()
        if isinstance(error, NotPermittedError):
            raise error
        until = time.monotonic() + self.settings.held_seconds
        if isinstance(error, TopicMissingError):
            if self._made(row.topic):
                return
            self._held_topics[row.topic] = until
        elif not error.retryable:
            self._held_rows[row.id] = until
        if row.id not in self._told:
            self._told.add(row.id)
            log.warning("publish_failed", case_id=row.case_id, event_id=row.event_id, code=error.code, what=str(error))

    def _made(self, topic: str) -> bool:
        if self.make_topic is None:
            return False
        try:
            self.make_topic(topic)
        except TransportError as error:
            log.warning("topic_not_made", topic=topic, what=str(error))
            return False
        log.info("topic_made", topic=topic)
        return True

    def _check_cluster(self) -> None:
        """Raises ClusterReplacedError when Kafka answers, but is not the cluster that holds what is marked."""
        answering = cluster_id(self.cluster, timeout_seconds=3.0)
        remembered = self.outbox.cluster_id()
        if remembered is None:
            self.outbox.remember_cluster(answering)
        elif remembered != answering:
            raise ClusterReplacedError(remembered=remembered, found=answering)
        self._trusted = True
