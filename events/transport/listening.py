"""Reading topics from a known place on, as whoever plays somebody outside does: by partition and offset, in no group."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from events.transport.cluster import Cluster
from events.transport.errors import TopicMissingError

METADATA_SECONDS = 20.0
READ_OPTIONS: dict[str, object] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "fetch_max_wait_ms": 100,
    "max_poll_records": 5_000,
    "max_partition_fetch_bytes": 4 << 20,
    "metrics_enabled": False,
}

Place = tuple[str, int]


class Share(NamedTuple):
    """The `number`-th of `readers` that read the same topics side by side; every partition is read by exactly one."""

    number: int
    readers: int

    def of(self, places: Sequence[TopicPartition]) -> list[TopicPartition]:
        """Its part of the partitions."""
        return list(places[self.number - 1 :: self.readers])


WHOLE = Share(1, 1)


def assigned(
    cluster: Cluster, topics: Iterable[str], client_id: str, *, share: Share = WHOLE, group: str | None = None
) -> Any:
    """A consumer of a share of the partitions of the topics; `group`: under which name it may commit how far it is.

    It joins no group: who reads what is settled beforehand, so nothing is to be agreed on before the first record.
    Raises KafkaAwayError, NotPermittedError, TopicMissingError.
    """
    consumer = cluster.connected(KafkaConsumer, client_id, group_id=group, **READ_OPTIONS)
    try:
        places = [place for topic in topics for place in _partitions(consumer, topic)]
        consumer.assign(share.of(places))
    except kafka_errors.KafkaError as error:
        consumer.close()
        raise cluster.explain(error, "reading") from error
    except BaseException:
        consumer.close()
        raise
    return consumer


def _partitions(consumer: Any, topic: str) -> list[TopicPartition]:
    deadline = time.monotonic() + METADATA_SECONDS
    while not (partitions := consumer.partitions_for_topic(topic)):
        if time.monotonic() > deadline:
            raise TopicMissingError(topic=topic)
        time.sleep(0.2)
    return [TopicPartition(topic, partition) for partition in sorted(partitions)]


def move(consumer: Any, offsets: Mapping[Place, int]) -> None:
    """Go to these offsets; partitions without one stay where they are."""
    for place in consumer.assignment():
        if (place.topic, place.partition) in offsets:
            consumer.seek(place, offsets[place.topic, place.partition])


def offsets_of(consumer: Any) -> dict[Place, int]:
    """The offset of the next record of every partition whose place is known; Kafka may be away."""
    positions = {(place.topic, place.partition): consumer.position(place) for place in consumer.assignment()}
    return {place: offset for place, offset in positions.items() if offset is not None}


def not_empty(cluster: Cluster, topics: Iterable[str], client_id: str) -> list[str]:
    """Those of the topics that hold anything. Raises KafkaAwayError, NotPermittedError, TopicMissingError."""
    consumer = assigned(cluster, topics, client_id)
    try:
        places = list(consumer.assignment())
        first, last = consumer.beginning_offsets(places), consumer.end_offsets(places)
        return sorted({place.topic for place in places if last[place] > first[place]})
    except kafka_errors.KafkaError as error:
        raise cluster.explain(error, "reading offsets") from error
    finally:
        consumer.close()


def behind(cluster: Cluster, topics: Iterable[str], client_id: str, group: str) -> int:
    """How many records of the topics the group has not finished yet. Raises KafkaAwayError, NotPermittedError."""
    consumer = assigned(cluster, topics, client_id)
    try:
        places = list(consumer.assignment())
        first, last = consumer.beginning_offsets(places), consumer.end_offsets(places)
    except kafka_errors.KafkaError as error:
        raise cluster.explain(error, "reading offsets") from error
    finally:
        consumer.close()
    with cluster.admin() as admin:
        committed = admin.list_group_offsets({group: places}).get(group, {})
    done = {place: found.offset for place, found in committed.items()}
    return sum(max(0, last[place] - max(done.get(place, -1), first[place])) for place in places)
