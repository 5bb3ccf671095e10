"""The bridge's consumer: one thread that reads, hands over, commits what is finished, and gives partitions back tidily."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors
from kafka.consumer.subscription_state import AsyncConsumerRebalanceListener
from kafka.structs import OffsetAndMetadata

from events.transport.backoff import Wait
from events.transport.cluster import Cluster
from events.transport.errors import KafkaAwayError, is_refusal, reason_of
from events.transport.metrics import BridgeMetrics
from events.transport.offsets import Job, OffsetBook, Partition
from events.transport.ports import Incoming
from wording.text import _

POLL_MS = 100
PAUSED_POLL_MS = 20
REBALANCE_POLL_MS = 3_000
REVOKE_STEP_SECONDS = 0.01
LAG_SECONDS = 1.0
LAG_WHILE_PAUSED_SECONDS = 5.0
CLOSE_MS = 3_000
UNREADABLE_TRIES = 3
"""How often a record is fetched that Kafka's client cannot read: what a network spoilt is whole the next time."""

Hand = Callable[[list[tuple[Incoming, Job]]], None]
"""Takes messages with their jobs, from the consumer's thread."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsumerSettings:
    """How messages are read."""

    group: str = "greenlane-bridge"
    instance_id: str | None = None
    """A name of this process that stays over restarts: it then gets its partitions back at once, even after a kill."""
    poll_records: int = 500
    backlog_max: int = 20_000
    """Messages taken and not finished, above which reading stops for a while."""
    backlog_bytes_max: int = 64 * 1024 * 1024
    topic_backlog_max: int = 5_000
    """Of one topic; above it only this one is not read for a while: who floods one does not hold up the others. So many that
    what its sender writes about other cases is reached soon."""
    commit_seconds: float = 0.2
    commit_messages: int = 500
    session_seconds: float = 10.0
    """After a kill without `instance_id`, others get its partitions after this time."""
    discovery_seconds: float = 2.0
    """How often new topics are looked for."""
    drain_seconds: float = 10.0
    """How long work in hand may take when partitions are taken away or we are told to stop."""


class Consumption:
    """Run it in a thread of its own: kafka-python's consumer belongs to one thread."""

    def __init__(
        self,
        cluster: Cluster,
        pattern: str,
        *,
        book: OffsetBook,
        hand: Hand,
        is_away: Callable[[], bool],
        settings: ConsumerSettings,
        metrics: BridgeMetrics,
        assigned: Callable[[], None] | None = None,
    ) -> None:
        """`assigned` is called whenever partitions became ours, before anything of them is read."""
        self.stop = threading.Event()
        self._cluster = cluster
        self._pattern = pattern
        self._book = book
        self._hand = hand
        self._is_away = is_away
        self._settings = settings
        self._metrics = metrics
        self._assigned = assigned
        self._wait = Wait(self.stop)
        self._paused = False
        """Nothing is read for a while."""
        self._flooded: set[str] = set()
        """Topics of which too much waits by itself."""
        self._held: set[TopicPartition] = set()
        self._shown: set[Partition] = set()
        self._finished_at_commit = 0
        self._taken = 0
        self._committing = False
        self._next_commit = 0.0
        self._next_lag = 0.0
        self._unread: tuple[Partition, int] | None = None
        self._unread_tries = 0

    def run(self) -> None:
        """Read until stopped. Waits for Kafka as long as it takes; raises NotPermittedError, RequestRefusedError."""
        consumer = self._connected()
        if consumer is None:
            return
        try:
            consumer.subscribe(
                pattern=self._pattern, listener=Rebalance(consumer, self._book, self._settings, self._became_ours)
            )
            while not self.stop.is_set():
                self._step(consumer)
        finally:
            try:
                self._drain(consumer)
            except kafka_errors.KafkaError as error:
                # What could not be committed comes again.
                log.info("drain_failed", reason=reason_of(error))
            finally:
                _end(consumer)

    def _became_ours(self) -> None:
        if self._assigned is not None:
            self._assigned()

    def _connected(self) -> Any:
        while not self.stop.is_set():
            try:
                return self._cluster.connected(
                    KafkaConsumer,
                    "greenlane-bridge",
                    group_id=self._settings.group,
                    group_instance_id=self._settings.instance_id,
                    enable_auto_commit=False,
                    # What an outside system sent in a transaction and took back was never said.
                    isolation_level="read_committed",
                    # What was sent to a topic before we found it must not be lost.
                    auto_offset_reset="earliest",
                    metadata_max_age_ms=int(self._settings.discovery_seconds * 1000),
                    max_poll_records=self._settings.poll_records,
                    session_timeout_ms=int(self._settings.session_seconds * 1000),
                    heartbeat_interval_ms=int(self._settings.session_seconds * 1000 / 5),
                    allow_auto_create_topics=False,
                    metrics_enabled=False,
                )
            except KafkaAwayError as error:
                self._metrics.available.set(0)
                self._wait.say_once("kafka_away", str(error))
                self._wait.pause()
        return None

    def _step(self, consumer: Any) -> None:
        try:
            self._regulate(consumer)
            _clear_line(consumer)
            batches = consumer.poll(timeout_ms=self._patience_ms(consumer))
            for partition, records in batches.items():
                self._take(partition, records)
            self._commit_soon(consumer)
            self._measure(consumer)
            if batches:
                self._wait.over("reading_again")
        except kafka_errors.KafkaError as error:
            if is_refusal(error) or isinstance(error, kafka_errors.FencedInstanceIdError):
                raise self._cluster.explain(error, f"reading as the group {self._settings.group}") from error
            unreadable = isinstance(error, kafka_errors.CorruptRecordError | kafka_errors.UnsupportedCodecError)
            if unreadable and self._passed(consumer, error):
                return
            self._wait.say_once("kafka_trouble", reason_of(error))
            self._wait.pause()

    def _patience_ms(self, consumer: Any) -> int:
        # kafka-python 3.0.12 begins to join anew when a poll ends before the join does: give it the time it needs.
        if consumer._coordinator.need_rejoin():
            return REBALANCE_POLL_MS
        return PAUSED_POLL_MS if self._paused else POLL_MS

    def _regulate(self, consumer: Any) -> None:
        """Stop reading while the handler's servers are away or too much waits; go on polling, to stay in the group."""
        settings, book = self._settings, self._book
        share = 0.5 if self._paused else 1.0
        full = book.backlog >= settings.backlog_max * share or book.backlog_bytes >= settings.backlog_bytes_max * share
        self._flooded = {
            topic
            for topic, unfinished in book.unfinished().items()
            if unfinished >= settings.topic_backlog_max * (0.5 if topic in self._flooded else 1.0)
        }
        wanted = self._is_away() or full
        if not (wanted or self._paused or self._flooded or self._held):
            return
        self._paused = wanted
        assigned, paused = consumer.assignment(), consumer.paused()
        self._held = {each for each in assigned if self._paused or each.topic in self._flooded}
        if self._held - paused:
            consumer.pause(*(self._held - paused))
        if paused - self._held:
            consumer.resume(*(paused - self._held))

    def _take(self, partition: TopicPartition, records: Iterable[Any]) -> None:
        jobs = []
        name = (partition.topic, partition.partition)
        for record in records:
            message = incoming_of(record)
            job = self._book.take(name, message.offset, len(message.value or b"") + len(message.key or b""))
            if job is not None:
                jobs.append((message, job))
        self._taken += len(jobs)
        self._hand(jobs)

    def _passed(self, consumer: Any, error: BaseException) -> bool:
        """Bury the place of a record that cannot be read and go on behind it: one sender must not stop all others.

        It may be a header's name that is not UTF-8, or a batch packed in a way our client does not know. What stands
        in the same batch behind it cannot be read either, and is buried place by place.
        """
        # kafka-python 3.0.12 tells nowhere else which record it failed at.
        failed = consumer._fetcher._next_partition_records
        if failed is None or failed.topic_partition not in consumer.assignment():
            return False
        name, offset = (failed.topic_partition.topic, failed.topic_partition.partition), failed.next_fetch_offset
        if self._unread not in {(name, offset), (name, offset - 1)}:
            self._unread_tries = 0
        self._unread = (name, offset)
        self._unread_tries += 1
        is_given_up = self._unread_tries >= UNREADABLE_TRIES
        failed.drain()  # else its next poll would turn in a circle for ever
        consumer.seek(failed.topic_partition, offset + is_given_up)
        if is_given_up:
            cause = reason_of(error)
            reason = _("Kafka's record cannot be read ({cause})", cause=cause)
            place = Incoming(*name, offset, None, None, (), datetime.now(UTC), unreadable=reason)
            job = self._book.take(name, offset, 0)
            if job is not None:
                self._taken += 1
                self._hand([(place, job)])
        return is_given_up

    def _commit_soon(self, consumer: Any) -> None:
        finished = self._taken - self._book.backlog
        now = time.monotonic()
        due = now >= self._next_commit or finished - self._finished_at_commit >= self._settings.commit_messages
        if self._committing or not due:
            return
        self._next_commit = now + self._settings.commit_seconds
        offsets = self._book.committable()
        if not offsets:
            return
        self._finished_at_commit = finished
        self._committing = True

        def settled(_: object, outcome: object) -> None:
            self._committing = False
            if isinstance(outcome, BaseException):
                # The next commit says the same and more; at worst messages come again.
                log.info("commit_failed", reason=reason_of(outcome))
            else:
                self._book.confirmed(offsets)

        consumer.commit_async(kafka_offsets(offsets), callback=settled)

    def _measure(self, consumer: Any) -> None:
        now = time.monotonic()
        if now < self._next_lag:
            return
        self._next_lag = now + (LAG_WHILE_PAUSED_SECONDS if self._paused else LAG_SECONDS)
        self._metrics.backlog.set(self._book.backlog)
        self._metrics.available.set(0 if self._is_away() else 1)
        positions = self._book.positions()
        partitions = [TopicPartition(*each) for each in positions]
        # A paused partition is not fetched, so nothing tells us how far its end has moved: ask.
        ends = consumer.end_offsets(partitions, timeout_ms=2_000) if self._paused and partitions else {}
        for gone in self._shown - positions.keys():
            # Else a partition that another bridge has would look like one that stands still here.
            self._metrics.position.remove(gone[0], str(gone[1]))
            self._metrics.lag.remove(gone[0], str(gone[1]))
        self._shown = set(positions)
        for partition in partitions:
            position = positions[partition.topic, partition.partition]
            end = ends.get(partition) or consumer.highwater(partition) or position
            labels = (partition.topic, str(partition.partition))
            self._metrics.position.labels(*labels).set(position)
            self._metrics.lag.labels(*labels).set(max(0, end - position))

    def _drain(self, consumer: Any) -> None:
        """Let the work in hand end, still a member of the group; what only waits for a server is left to the next."""
        deadline = time.monotonic() + self._settings.drain_seconds
        while time.monotonic() < deadline:
            idle = self._book.busy() == 0 if self._is_away() else self._book.backlog == 0
            if idle:
                break
            assigned = consumer.assignment()
            if assigned:
                consumer.pause(*assigned)
            consumer.poll(timeout_ms=PAUSED_POLL_MS)
        self._book.revoke_all()
        offsets = self._book.committable()
        if offsets:
            consumer.commit(kafka_offsets(offsets), timeout_ms=CLOSE_MS)
            self._book.confirmed(offsets)


class Rebalance(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """What to do when the group gives or takes partitions. Runs in kafka-python's own loop, heartbeats going on."""

    def __init__(
        self, consumer: Any, book: OffsetBook, settings: ConsumerSettings, assigned: Callable[[], None]
    ) -> None:
        self._consumer = consumer
        self._book = book
        self._settings = settings
        self._assigned = assigned

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Finish what is in hand, commit, let go."""
        # kafka-python 3.0.12 forgets a join that outlasts its poll when only the topics had changed, and then neither
        # reads nor sends heartbeats: with this it remembers until it has joined.
        self._consumer._coordinator.request_rejoin()
        partitions = names_of(revoked)
        self._book.revoke(partitions)
        deadline = time.monotonic() + self._settings.drain_seconds
        while self._book.busy(partitions) and time.monotonic() < deadline:
            # The loop is kafka-python's own, and this its only way to wait in it.
            await self._consumer._net.sleep(REVOKE_STEP_SECONDS)
        offsets = self._book.committable(partitions)
        try:
            if offsets:
                await self._consumer.commit_async(kafka_offsets(offsets))
        except kafka_errors.KafkaError as error:
            log.info("commit_failed", reason=reason_of(error))
        self._book.release(partitions, keep_position=True)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Begin at the commit, or where we let go a moment ago."""
        resume = self._book.assign(names_of(assigned))
        for (topic, partition), offset in resume.items():
            self._consumer.seek(TopicPartition(topic, partition), offset)
        log.info("partitions_assigned", partitions=len(self._book.assigned()))
        self._assigned()

    async def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """Others have them already: commit nothing, begin nothing."""
        partitions = names_of(lost)
        self._book.revoke(partitions)
        self._book.release(partitions, keep_position=False)
        log.warning("partitions_lost", partitions=len(partitions))


def _clear_line(consumer: Any) -> None:
    # kafka-python 3.0.12 gives back what it had read ahead of a partition that was paused only where nothing is in its
    # line, and takes what it has emptied for something: without this the partition would stand still for ever.
    fetcher = consumer._fetcher
    if fetcher._next_partition_records is not None and not fetcher._next_partition_records:
        fetcher._next_partition_records = None


def incoming_of(record: Any) -> Incoming:
    """One of kafka-python's records as ours."""
    return Incoming(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        timestamp_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )


def names_of(partitions: Iterable[TopicPartition]) -> list[Partition]:
    """Partitions as our names for them."""
    return [(each.topic, each.partition) for each in partitions]


def kafka_offsets(offsets: dict[Partition, int]) -> dict[TopicPartition, OffsetAndMetadata]:
    """Offsets as kafka-python commits them."""
    return {TopicPartition(*partition): OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()}


def _end(consumer: Any) -> None:
    try:
        consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
    except kafka_errors.KafkaError as error:
        log.info("close_failed", reason=reason_of(error))
    finally:
        # kafka-python leaves its thread and sockets behind where the group has shut this member out.
        consumer._client.close()
