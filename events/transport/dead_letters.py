"""Looking through a dead-letter topic, and sending letters again once their cause is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from events.language.topics import DEAD_LETTER_SUFFIX, Topics
from events.transport import letters
from events.transport.admin import topic_names
from events.transport.cluster import Cluster
from events.transport.errors import LetterUnknownError, LetterWithoutContentError
from events.transport.ports import Headers, Incoming
from events.transport.producer import Producer
from events.transport.reading import read_all
from events.transport.replays import order_of


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter. `value` may hold personal data: show it only to who may see the topic it came from."""

    id: str
    """`<partition>-<offset>` on the dead-letter topic."""
    topic: str
    """The topic it came on."""
    partition: int
    offset: int
    code: str
    field: str | None
    reason: str
    reason_vi: str | None
    """The same in Vietnamese; None: an older letter."""
    attempts: int
    first_seen_at: str
    """When the message first entered the system (RFC 3339, UTC)."""
    dead_at: datetime
    """When it was put away (UTC)."""
    key: str | None
    event_id: str | None
    event_type: str | None
    size_bytes: int
    omitted: bool
    """The message was too large to be kept; it lies where `topic`, `partition` and `offset` say."""
    replayed_at: str | None
    headers: Headers
    value: bytes | None
    """None in lists."""

    @property
    def header_texts(self) -> dict[str, str]:
        """The headers as text, by name."""
        return letters.texts_of(self.headers)


def dead_letter_topics(cluster: Cluster, topics: Topics) -> tuple[str, ...]:
    """Every dead-letter topic under our prefix, sorted. Raises KafkaAwayError, NotPermittedError."""
    prefix = topics.prefix + "."
    names = topic_names(cluster)
    return tuple(sorted(name for name in names if name.startswith(prefix) and name.endswith(DEAD_LETTER_SUFFIX)))


def filled(cluster: Cluster, names: Collection[str]) -> tuple[str, ...]:
    """Those of the topics that hold any record, sorted: one question for all of them. Raises KafkaAwayError."""
    consumer = cluster.connected(KafkaConsumer, "greenlane-letters", enable_auto_commit=False, metrics_enabled=False)
    try:
        places = [TopicPartition(name, each) for name in names for each in consumer.partitions_for_topic(name) or ()]
        if not places:
            return ()
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        return tuple(sorted({place.topic for place in places if ends[place] > begins[place]}))
    except kafka_errors.KafkaError as error:
        raise cluster.explain(error, "reading dead letters") from error
    finally:
        consumer.close(autocommit=False)


def open_letters(cluster: Cluster, topics: Topics) -> dict[str, int]:
    """By dead-letter topic, how many letters nobody has sent again; topics without any are left out.

    Raises KafkaAwayError, NotPermittedError.
    """
    by_topic: dict[str, list[Incoming]] = {}
    for record in read_all(cluster, filled(cluster, dead_letter_topics(cluster, topics))):
        by_topic.setdefault(record.topic, []).append(replace(record, value=None))
    counts = {topic: len(_letters_in(records, with_replayed=False)) for topic, records in by_topic.items()}
    return {topic: count for topic, count in counts.items() if count}


class LetterBox:
    """One dead-letter topic. Every method raises KafkaAwayError, NotPermittedError."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        """`topic`: a dead-letter topic, or the topic whose dead letters are meant."""
        self._cluster = cluster
        self.topic = topic if topic.endswith(DEAD_LETTER_SUFFIX) else Topics.dead_letters(topic)

    def letters(self, *, with_replayed: bool = False) -> list[Letter]:
        """All letters, oldest first, without their values; a message that was put away twice by a crash counts once."""
        return _letters_in(self._records(), with_replayed=with_replayed)

    def letter(self, letter_id: str) -> Letter:
        """One letter, whole. Raises LetterUnknownError."""
        known = {each.id: each for each in self.letters(with_replayed=True)}
        for record in self._records():
            if _id(record) == letter_id and letter_id in known:
                return replace(known[letter_id], value=record.value)
        raise LetterUnknownError(topic=self.topic, letter_id=letter_id)

    def replay(self, producer: Producer, topics: Topics, ids: Collection[str] | None = None) -> tuple[Letter, ...]:
        """Order letters (None: all not yet replayed) to be handled again, byte for byte, oldest first.

        Each is marked on the dead-letter topic once Kafka has acknowledged it. Killed in between, it is sent again:
        whoever handles messages handles each once. Raises LetterUnknownError, LetterWithoutContentError before any is
        sent.
        """
        waiting = {each.id: each for each in self.letters(with_replayed=ids is not None)}
        wanted = self._chosen(waiting, ids)
        values = {_id(record): record for record in self._records() if _id(record) in wanted}
        for letter_id in wanted:
            record = values[letter_id]
            key, order = record.key, record.value
            if self.topic != Topics.dead_letters(topics.replays):
                key, order = order_of(self.topic, letter_id, record.key)
            producer.send_now(topics.replays, key, order or b"", [])
            producer.send_now(self.topic, record.key, b"", letters.marker_headers(letter_id, datetime.now(UTC)))
        return tuple(wanted.values())

    def _chosen(self, waiting: dict[str, Letter], ids: Collection[str] | None) -> dict[str, Letter]:
        if ids is None:
            return {letter_id: letter for letter_id, letter in waiting.items() if not letter.omitted}
        for letter_id in ids:
            if letter_id not in waiting:
                raise LetterUnknownError(topic=self.topic, letter_id=letter_id)
            letter = waiting[letter_id]
            if letter.omitted:
                origin = f"{letter.topic}, partition {letter.partition}, offset {letter.offset}"
                raise LetterWithoutContentError(letter_id=letter_id, origin=origin)
        return {letter_id: letter for letter_id, letter in waiting.items() if letter_id in set(ids)}

    def _records(self) -> Iterator[Incoming]:
        """Everything that is on the topic now."""
        yield from read_all(self._cluster, [self.topic])


def _letters_in(records: Iterable[Incoming], *, with_replayed: bool) -> list[Letter]:
    """The letters that these records of one topic are, without their values."""
    by_id: dict[str, Letter] = {}
    origins: set[tuple[str, int, int, str]] = set()
    replay_times: dict[str, str] = {}
    for record in records:
        texts = letters.texts_of(record.headers)
        if letters.REPLAYED in texts:
            replay_times[texts[letters.REPLAYED]] = texts.get(letters.REPLAYED_AT, "")
            continue
        letter = _letter(record, texts)
        # Died after a replay is another death: its own letter.
        origin = (letter.topic, letter.partition, letter.offset, texts.get(letters.REPLAY, ""))
        if origin not in origins:
            origins.add(origin)
            by_id[letter.id] = replace(letter, value=None)
    marked = [replace(each, replayed_at=replay_times.get(each.id)) for each in by_id.values()]
    shown = [each for each in marked if with_replayed or each.replayed_at is None]
    return sorted(shown, key=lambda each: (each.dead_at, each.id))


def _id(record: Incoming) -> str:
    return f"{record.partition}-{record.offset}"


def _letter(record: Incoming, texts: dict[str, str]) -> Letter:
    omitted = texts.get(letters.OMITTED_BYTES)
    return Letter(
        id=_id(record),
        topic=texts.get(letters.TOPIC) or record.topic.removesuffix(DEAD_LETTER_SUFFIX),
        partition=_number(texts.get(letters.PARTITION)),
        offset=_number(texts.get(letters.OFFSET)),
        code=texts.get(letters.CODE, ""),
        field=texts.get(letters.FIELD) or None,
        reason=texts.get(letters.REASON, ""),
        reason_vi=texts.get(letters.REASON_VI),
        attempts=_number(texts.get(letters.ATTEMPTS)),
        first_seen_at=texts.get(letters.FIRST_SEEN_AT, ""),
        dead_at=record.timestamp_at,
        key=None if record.key is None else record.key.decode("utf-8", "replace"),
        event_id=texts.get("ce_id"),
        event_type=texts.get("ce_type"),
        size_bytes=_number(omitted) if omitted else len(record.value or b""),
        omitted=omitted is not None,
        replayed_at=None,
        headers=record.headers,
        value=record.value,
    )


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1
