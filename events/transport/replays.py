"""A replayed message counts from when it first came: who sent it must not pay for the time that our fault took to mend.

The operator orders it on a topic that only the command line writes and only the bridge reads. The order names a dead letter
and holds nothing of it, since a letter may hold personal data. What a sender writes into its own message never moves time:
a letter counts from its first arrival only where it bears the installation's seal, which only the bridge can set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from events.language.topics import DEAD_LETTER_SUFFIX, Topics
from events.transport import letters
from events.transport.cluster import Cluster
from events.transport.consumption import incoming_of
from events.transport.errors import LetterErasedError, LetterSealedError, TransportError, Unavailable
from events.transport.letter_content import content_of
from events.transport.ports import DeadLetter, Incoming, LetterVault, Replay
from wording.text import _

READ_MS = 3_000
REFERENCE = re.compile(rb"(?P<topic>[a-zA-Z0-9._-]{1,249})/(?P<partition>[0-9]{1,9})-(?P<offset>[0-9]{1,18})")
COUNT_DIGITS_MAX = 6

log = structlog.get_logger(__name__)


def order_of(letters_topic: str, letter_id: str, partition: int) -> tuple[bytes, bytes]:
    """Key and value of an order to replay a letter; `partition`: where its message came first.

    Messages with one key came on one partition: in their order they are carried out, without a word about the key, which may
    be a person's number.
    """
    return f"{letters_topic}/{partition}".encode(), f"{letters_topic}/{letter_id}".encode()


@dataclass(frozen=True, slots=True)
class Replays:
    """Finds the messages that are ordered to be replayed."""

    cluster: Cluster
    topics: Topics
    seal: bytes | None = None
    """The installation's secret; without it every letter counts from its replay."""
    vault: LetterVault | None = None
    """Seals letters and opens them; None: they lie in clear, as those of an older program do."""

    def is_order(self, message: Incoming) -> bool:
        """Whether this is an order to replay a letter."""
        return message.topic == self.topics.replays

    def original_of(self, order: Incoming) -> Incoming | DeadLetter:
        """The message that is to be handled again, as it first came. Raises Unavailable when Kafka, or the vault, is away."""
        reference = REFERENCE.fullmatch(order.value or b"")
        topic = "" if reference is None else reference["topic"].decode()
        origin = topic.removesuffix(DEAD_LETTER_SUFFIX)
        if reference is None or origin == topic or not self._is_incoming(origin):
            return DeadLetter(
                "letter_unknown",
                "value",
                _("names no letter of a topic that the bridge reads"),
            )
        place = TopicPartition(topic, int(reference["partition"]))
        try:
            letter = _read(self.cluster, place, int(reference["offset"]))
        except (kafka_errors.KafkaError, TransportError) as error:
            raise Unavailable("Kafka") from error
        if letter is None:
            return DeadLetter(
                "letter_unknown",
                "value",
                _("the letter is not there, or not any more"),
            )
        return self._opened(letter, origin, order)

    def _is_incoming(self, topic: str) -> bool:
        return self.topics.system_of(topic) is not None or self.topics.department_of(topic) is not None

    def _opened(self, letter: Incoming, origin: str, order: Incoming) -> Incoming | DeadLetter:
        texts = letters.texts_of(letter.headers)
        if letters.OMITTED_BYTES in texts or letters.REPLAYED in texts:
            return DeadLetter(
                "letter_without_content",
                "value",
                _("the letter does not hold its message"),
            )
        try:
            content = content_of(letter, self.vault)
        except (LetterSealedError, LetterErasedError) as error:
            return DeadLetter(error.code, "value", error.message, error.remedy)
        is_borne_out = (
            self.seal is not None and texts.get(letters.TOPIC) == origin and letters.bears_seal(self.seal, letter)
        )
        if not is_borne_out:
            log.warning("letter_without_seal", topic=letter.topic, partition=letter.partition, offset=letter.offset)
        return replace(
            letter,
            topic=origin,
            partition=_number(texts.get(letters.PARTITION)),
            offset=_number(texts.get(letters.OFFSET)),
            key=content.key,
            value=content.value,
            headers=content.headers,
            timestamp_at=datetime.fromisoformat(texts[letters.FIRST_SEEN_AT]) if is_borne_out else order.timestamp_at,
            replay=Replay(
                place=f"{order.partition}-{order.offset}",
                attempts=_number(texts.get(letters.ATTEMPTS), COUNT_DIGITS_MAX),
                is_borne_out=is_borne_out,
            ),
        )


def _number(text: str | None, digits_max: int = 18) -> int:
    known = text is not None and text.isascii() and text.isdigit() and len(text) <= digits_max
    return int(text or "") if known else 0


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
        if place.partition not in (consumer.partitions_for_topic(place.topic) or ()):
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
