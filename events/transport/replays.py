"""A replayed message counts from when it first came: who sent it must not pay for the time that our fault took to mend."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from events.language.topics import Topics
from events.transport import letters
from events.transport.cluster import Cluster
from events.transport.consumption import incoming_of
from events.transport.errors import TransportError, Unavailable
from events.transport.ports import Incoming

READ_MS = 3_000
REFERENCE = re.compile(rb"(?P<topic>[a-zA-Z0-9._-]{1,249})/(?P<partition>[0-9]{1,9})-(?P<offset>[0-9]{1,18})")

log = structlog.get_logger(__name__)


def is_replay(message: Incoming) -> bool:
    """Whether the message says that it was sent again from the dead letters; anybody may say so."""
    return any(name == letters.REPLAY_OF for name, _ in message.headers)


def dated(cluster: Cluster, message: Incoming) -> Incoming:
    """The message with the instant of its first arrival, if the dead letter that it names bears it out.

    Only we can write dead letters, so a sender cannot date its message back: the letter must be there, must have come from
    the same topic, and must be the same byte for byte. Raises Unavailable when Kafka does not answer.
    """
    letter = _letter(cluster, message)
    texts = letters.texts_of(letter.headers) if letter is not None else {}
    same = (
        letter is not None
        and (letter.key, letter.value) == (message.key, message.value)
        and texts.get(letters.TOPIC) == message.topic
    )
    if not same:
        log.warning("replay_not_borne_out", topic=message.topic, partition=message.partition, offset=message.offset)
        return message
    return replace(message, timestamp_at=datetime.fromisoformat(texts[letters.FIRST_SEEN_AT]))


def _letter(cluster: Cluster, message: Incoming) -> Incoming | None:
    reference = REFERENCE.fullmatch(dict(message.headers).get(letters.REPLAY_OF) or b"")
    if reference is None or reference["topic"].decode() != Topics.dead_letters(message.topic):
        return None
    place = TopicPartition(reference["topic"].decode(), int(reference["partition"]))
    try:
        return _read(cluster, place, int(reference["offset"]))
    except (kafka_errors.KafkaError, TransportError) as error:
        raise Unavailable("Kafka") from error


def _read(cluster: Cluster, place: TopicPartition, offset: int) -> Incoming | None:
    consumer = cluster.connected(
        KafkaConsumer,
        "greenlane-replays",
        group_id=None,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
    try:
        if place.partition not in consumer.partitions_for_topic(place.topic):
            return None
        begin, end = consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
        if not begin <= offset < end:
            return None
        consumer.assign([place])
        consumer.seek(place, offset)
        for records in consumer.poll(timeout_ms=READ_MS, max_records=1).values():
            return next((incoming_of(record) for record in records if record.offset == offset), None)
        raise kafka_errors.KafkaTimeoutError("the dead letter could not be read")
    finally:
        consumer.close(autocommit=False)
