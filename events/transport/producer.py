"""Sending to Kafka: one long-lived idempotent producer a process, and errors that say what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka import errors as kafka_errors
from kafka.record.default_records import DefaultRecordBatchBuilder

from events.language.envelope import MESSAGE_MAX_BYTES
from events.language.topics import DEAD_LETTER_SUFFIX
from events.transport.admin import DEAD_LETTER_HEADROOM_BYTES
from events.transport.cluster import Cluster
from events.transport.errors import (
    KafkaAwayError,
    MessageTooLargeError,
    NotPermittedError,
    SendFailedError,
    TopicMissingError,
    TransportError,
    is_refusal,
    reason_of,
)

BATCH_BYTES = 262_144
METADATA_SECONDS = 2.0
"""How long a send may wait for a topic it has not met before."""
DELIVERY_SECONDS = 30.0
LINGER_MS = 1
PROBE_SECONDS = 2.0

SendHeaders = Sequence[tuple[str, bytes]]


class Pending:
    """A message handed over, not yet acknowledged."""

    __slots__ = ("_future", "_producer", "size_bytes", "topic")

    def __init__(self, producer: Producer, topic: str, size_bytes: int, future: Any) -> None:
        self.topic = topic
        self.size_bytes = size_bytes
        self._producer = producer
        self._future = future

    @property
    def acknowledged(self) -> bool:
        """Whether all in-sync replicas have it."""
        return bool(self._future.succeeded())

    @property
    def settled(self) -> bool:
        """Whether it was acknowledged or has failed for good."""
        return bool(self._future.is_done)

    def error(self) -> TransportError | None:
        """Why it has failed for good; None otherwise."""
        if not self._future.failed():
            return None
        return self._producer.explain(self._future.exception, self.topic, self.size_bytes)

    def wait(self, timeout_seconds: float) -> tuple[int, int]:
        """Partition and offset, once acknowledged. Raises TransportError, KafkaAwayError after the timeout."""
        try:
            record = self._future.get(timeout=timeout_seconds)
        except kafka_errors.KafkaError as error:
            raise self._producer.explain(error, self.topic, self.size_bytes) from error
        return record.partition, record.offset


class Producer:
    """Sends messages in order per key. Safe for several threads."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        client_id: str = "greenlane",
        max_message_bytes: int = MESSAGE_MAX_BYTES,
        linger_ms: int = LINGER_MS,
        delivery_seconds: float = DELIVERY_SECONDS,
    ) -> None:
        """Connects. `delivery_seconds` is how long a message is retried before it fails.

        Raises KafkaAwayError, NotPermittedError.
        """
        self._cluster = cluster
        self._max_message_bytes = max_message_bytes
        # Idempotence and acks=all are the client's defaults; said here because everything rests on them.
        self._options: dict[str, object] = {
            "acks": "all",
            "enable_idempotence": True,
            "compression_type": None,
            "linger_ms": linger_ms,
            "batch_size": BATCH_BYTES,
            "max_request_size": max_message_bytes + DEAD_LETTER_HEADROOM_BYTES,
            "max_block_ms": int(METADATA_SECONDS * 1000),
            "delivery_timeout_ms": int(delivery_seconds * 1000),
            "request_timeout_ms": min(10_000, int(delivery_seconds * 1000) - linger_ms),
            "allow_auto_create_topics": False,
            "metrics_enabled": False,
        }
        self._client_id = client_id
        self._replacing = threading.Lock()
        self._kafka = self._connected()

    def _connected(self) -> Any:
        return self._cluster.connected(KafkaProducer, self._client_id, **self._options)

    def _working(self) -> Any:
        """kafka-python's producer. Raises KafkaAwayError, NotPermittedError."""
        with self._replacing:
            if self._kafka._transaction_manager.has_fatal_error():
                # kafka-python 3.0.12 refuses everything for ever once the broker has refused one message for good, such
                # as one too large for its topic. The others that were on their way have failed, and are sent again.
                failed, self._kafka = self._kafka, self._connected()
                _end(failed, 0.0)
            return self._kafka

    def send(self, topic: str, key: str | bytes | None, value: bytes | None, headers: SendHeaders = ()) -> Pending:
        """Hand a message over without waiting for Kafka (but up to two seconds for a topic not met before).

        Raises MessageTooLargeError, TopicMissingError, KafkaAwayError, NotPermittedError.
        """
        key_bytes = key.encode() if isinstance(key, str) else key
        size = len(value or b"") + len(key_bytes or b"")
        if DefaultRecordBatchBuilder.estimate_size_in_bytes(key_bytes, value, list(headers)) > self._limit_of(topic):
            raise MessageTooLargeError(topic=topic, size_bytes=size, limit_bytes=self._max_message_bytes)
        try:
            future = self._working().send(topic, value=value, key=key_bytes, headers=list(headers))
        except kafka_errors.KafkaError as error:
            raise self.explain(error, topic, size) from error
        return Pending(self, topic, size, future)

    def _limit_of(self, topic: str) -> int:
        return self._max_message_bytes + (DEAD_LETTER_HEADROOM_BYTES if topic.endswith(DEAD_LETTER_SUFFIX) else 0)

    def send_now(
        self,
        topic: str,
        key: str | bytes | None,
        value: bytes | None,
        headers: SendHeaders = (),
        *,
        timeout_seconds: float = DELIVERY_SECONDS,
    ) -> tuple[int, int]:
        """Send and wait for the acknowledgement; returns partition and offset. Raises TransportError."""
        return self.send(topic, key, value, headers).wait(timeout_seconds)

    def flush(self, timeout_seconds: float) -> bool:
        """Send what is buffered at once and wait until all of it is settled; False after the timeout."""
        try:
            self._kafka.flush(timeout_seconds)
        except kafka_errors.KafkaTimeoutError:
            return False
        return True

    def explain(self, error: BaseException, topic: str, size_bytes: int) -> TransportError:
        """One of our errors for one of kafka-python's."""
        if isinstance(error, kafka_errors.MessageSizeTooLargeError):
            return MessageTooLargeError(topic=topic, size_bytes=size_bytes, limit_bytes=self._max_message_bytes)
        if isinstance(error, kafka_errors.UnknownTopicOrPartitionError):
            return TopicMissingError(topic=topic)
        if is_refusal(error):
            return NotPermittedError(what=f"sending to {topic}", reason=reason_of(error))
        if isinstance(error, kafka_errors.KafkaTimeoutError | kafka_errors.KafkaConnectionError):
            return self._away_or_missing(topic, error)
        return SendFailedError(topic=topic, reason=reason_of(error))

    def _away_or_missing(self, topic: str, error: BaseException) -> TransportError:
        # kafka-python reports a topic that is not there as a timeout, the same as a broker that is away.
        try:
            with self._cluster.admin(PROBE_SECONDS) as admin:
                known = set(admin.list_topics())
        except TransportError as away:
            return away
        if topic not in known:
            return TopicMissingError(topic=topic)
        return KafkaAwayError(bootstrap=self._cluster.bootstrap, reason=reason_of(error))

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Wait for what is on its way, up to the timeout; what is not acknowledged then was never said to be sent."""
        _end(self._kafka, timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _end(producer: Any, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    try:
        producer.close(timeout=timeout_seconds)
    except kafka_errors.KafkaTimeoutError:
        # kafka-python leaves its thread running when messages wait for a broker that is away.
        producer._sender.force_close()
        producer._sender.join(max(0.1, deadline - time.monotonic()))
