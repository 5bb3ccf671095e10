"""Reading topics from their beginning to where they end now: for verification and tools, never on the main path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from events.transport.admin import topic_names
from events.transport.cluster import Cluster
from events.transport.consumption import incoming_of
from events.transport.ports import Incoming

POLL_MS = 500
EMPTY_POLLS_MAX = 40


class TopicReading:
    """One reading of topics from their beginning to where they end when it begins."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.cut: set[str] = set()
        """Of the topics read, those whose oldest messages Kafka has removed; grows when the reading begins, and when it ends."""

    def names(self) -> frozenset[str]:
        """All topics that this account may see. Raises KafkaAwayError, NotPermittedError."""
        return topic_names(self._cluster)

    def messages(self, topics: Iterable[str]) -> Iterator[Incoming]:
        """Every message of these topics, per partition in order. Topics that do not exist are passed over.

        Raises KafkaAwayError, NotPermittedError.
        """
        consumer = self._cluster.connected(
            KafkaConsumer,
            "greenlane-reader",
            group_id=None,
            # What is removed meanwhile is passed over; all after it is read.
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        try:
            places = [TopicPartition(topic, number) for topic in topics for number in _partitions(consumer, topic)]
            if not places:
                return
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            ends = {place: end for place, end in consumer.end_offsets(places).items() if end > consumer.position(place)}
            self._note_cut(consumer, places)
            yield from _until(consumer, ends)
            self._note_cut(consumer, places)
        except kafka_errors.KafkaError as error:
            raise self._cluster.explain(error, "reading topics from their beginning") from error
        finally:
            consumer.close(autocommit=False)

    def _note_cut(self, consumer: KafkaConsumer, places: list[TopicPartition]) -> None:
        self.cut |= {place.topic for place, first in consumer.beginning_offsets(places).items() if first > 0}


def read_all(cluster: Cluster, topics: Iterable[str]) -> Iterator[Incoming]:
    """Every message of these topics, as `TopicReading.messages`."""
    return TopicReading(cluster).messages(topics)


def _partitions(consumer: KafkaConsumer, topic: str) -> Iterable[int]:
    return sorted(consumer.partitions_for_topic(topic) or ())


def _until(consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> Iterator[Incoming]:
    empty = 0
    while ends:
        polled = consumer.poll(timeout_ms=POLL_MS)
        empty = 0 if polled else empty + 1
        if empty > EMPTY_POLLS_MAX:
            raise kafka_errors.KafkaTimeoutError(f"{len(ends)} partition(s) fell silent before their end")
        for place, messages in polled.items():
            for message in messages:
                if message.offset < ends.get(place, 0):
                    yield incoming_of(message)
        # The position also passes what is no message (transaction marks, compacted records).
        for place in [place for place, end in ends.items() if consumer.position(place) >= end]:
            del ends[place]
