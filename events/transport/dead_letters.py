"""Looking through a dead-letter topic, and sending letters again once their cause is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Set
from dataclasses import replace
from datetime import UTC, datetime

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from events.language.topics import DEAD_LETTER_SUFFIX, Topics
from events.transport import letters
from events.transport.admin import topic_names
from events.transport.cluster import Cluster
from events.transport.errors import (
    LetterErasedError,
    LetterSealedError,
    LetterUnknownError,
    LetterWithoutContentError,
)
from events.transport.filed_letters import Letter, id_of, letters_in, opened
from events.transport.letter_content import content_of
from events.transport.ports import Incoming, LetterVault
from events.transport.producer import Producer
from events.transport.reading import read_all
from events.transport.replays import order_of


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


def open_letters(
    cluster: Cluster, topics: Topics, standing: Callable[[Set[str]], Set[str]] = lambda references: references
) -> dict[str, int]:
    """By dead-letter topic, how many letters nobody has sent again; topics without any are left out.

    `standing`: of the references of sealed letters those whose keys stand; the others nobody can send again, and they do not
    count. Raises KafkaAwayError, NotPermittedError, and what it raises.
    """
    by_topic: dict[str, list[Incoming]] = {}
    for record in read_all(cluster, filled(cluster, dead_letter_topics(cluster, topics))):
        by_topic.setdefault(record.topic, []).append(replace(record, value=None))
    waiting = {topic: letters_in(records, with_replayed=False) for topic, records in by_topic.items()}
    sealed = {each.reference for found in waiting.values() for each in found if each.reference is not None}
    lost = sealed - standing(sealed)
    counts = {topic: sum(each.reference not in lost for each in found) for topic, found in waiting.items()}
    return {topic: count for topic, count in counts.items() if count}


class LetterBox:
    """One dead-letter topic. Every method raises KafkaAwayError, NotPermittedError, and what the vault raises."""

    def __init__(self, cluster: Cluster, topic: str, vault: LetterVault | None = None) -> None:
        """`topic`: a dead-letter topic, or the topic whose dead letters are meant. `vault`: what opens letters."""
        self._cluster = cluster
        self._vault = vault
        self.topic = topic if topic.endswith(DEAD_LETTER_SUFFIX) else Topics.dead_letters(topic)

    def letters(self, *, with_replayed: bool = False) -> list[Letter]:
        """All letters, oldest first, without their values; a message that was put away twice by a crash counts once."""
        found = letters_in(self._records(), with_replayed=with_replayed)
        closed = {letter.id: letter for letter in found if letter.seal == "closed"}
        for record in self._records() if closed and self._vault is not None else ():
            if letter := closed.get(id_of(record)):
                closed[letter.id] = replace(self._opened(letter, record), value=None)
        return [closed.get(letter.id, letter) for letter in found]

    def letter(self, letter_id: str) -> Letter:
        """One letter, whole where it can be opened. Raises LetterUnknownError."""
        known = {each.id: each for each in letters_in(self._records(), with_replayed=True)}
        for record in self._records():
            if id_of(record) == letter_id and letter_id in known:
                return self._opened(known[letter_id], record)
        raise LetterUnknownError(topic=self.topic, letter_id=letter_id)

    def _opened(self, letter: Letter, record: Incoming) -> Letter:
        try:
            return opened(letter, record, content_of(record, self._vault))
        except LetterSealedError:
            return letter
        except LetterErasedError:
            return replace(letter, seal="destroyed")

    def replay(self, producer: Producer, topics: Topics, ids: Collection[str] | None = None) -> tuple[Letter, ...]:
        """Order letters (None: all not yet replayed) to be handled again, byte for byte, oldest first.

        Each is marked on the dead-letter topic once Kafka has acknowledged it. Killed in between, it is sent again:
        whoever handles messages handles each once. Raises LetterUnknownError, LetterWithoutContentError, LetterErasedError
        before any is sent.
        """
        waiting = {each.id: each for each in self.letters(with_replayed=ids is not None)}
        wanted = self._chosen(waiting, ids)
        values = {id_of(record): record for record in self._records() if id_of(record) in wanted}
        for letter_id, letter in wanted.items():
            record = values[letter_id]
            key, order = record.key, record.value
            if self.topic != Topics.dead_letters(topics.replays):
                key, order = order_of(self.topic, letter_id, letter.partition)
            producer.send_now(topics.replays, key, order or b"", [])
            producer.send_now(self.topic, record.key, b"", letters.marker_headers(letter_id, datetime.now(UTC)))
        return tuple(wanted.values())

    def _chosen(self, waiting: dict[str, Letter], ids: Collection[str] | None) -> dict[str, Letter]:
        if ids is None:
            lost = {letter.id for letter in waiting.values() if letter.omitted or letter.seal == "destroyed"}
            return {letter_id: letter for letter_id, letter in waiting.items() if letter_id not in lost}
        for letter_id in ids:
            if letter_id not in waiting:
                raise LetterUnknownError(topic=self.topic, letter_id=letter_id)
            self._raise_if_lost(waiting[letter_id])
        return {letter_id: letter for letter_id, letter in waiting.items() if letter_id in set(ids)}

    def _raise_if_lost(self, letter: Letter) -> None:
        if letter.omitted:
            origin = f"{letter.topic}, partition {letter.partition}, offset {letter.offset}"
            raise LetterWithoutContentError(letter_id=letter.id, origin=origin)
        if letter.seal == "destroyed":
            letter.raise_if_closed()

    def _records(self) -> Iterator[Incoming]:
        """Everything that is on the topic now."""
        yield from read_all(self._cluster, [self.topic])
