"""I3: what the topics hold, compared with what the outbox owes, message by message and to the byte.

Nobody who is honest is accused: what is marked as published is taken before the ends of the topics, so that it must be there;
what the topics hold is looked up after it was read, so that the outbox must have it. What Kafka removed when its time was over
is not missing, nor what waits for the publisher. Memory grows by two bytes a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol, TypeVar

from audit.marks import Marks
from audit.violation import Violation
from events.language.identity import CASE_REFERENCE_PATTERN
from events.language.topics import Topics
from events.transport.ports import Incoming, OutboxRow
from events.transport.rendering import message_of
from store.database import Store
from store.published import OutboxIndex, OwedMessage, owed_topics, published_ids
from wording.text import LazyText, _

MESSAGES: Final = 1000
"""Looked up at once."""
PARTITIONS: Final = 255
KEPT_FOR_EVER: Final = (Topics("").case_events, Topics("").checkpoints)
"""How topics end from which Kafka removes nothing when its time is over, whatever their prefix."""
ID_MAX: Final = 300
_EVENT_ID: Final = re.compile(rf"({CASE_REFERENCE_PATTERN.pattern})\.([1-9][0-9]{{0,8}})")

T = TypeVar("T")


class Reading(Protocol):
    """One reading of topics, of the kind of `events.transport.reading.TopicReading`."""

    @property
    def cut(self) -> set[str]:
        """Those whose oldest messages Kafka has removed."""
        ...

    def names(self) -> frozenset[str]:
        """All topics there are."""
        ...

    def messages(self, topics: Iterable[str]) -> Iterator[Incoming]:
        """Their messages from the beginning to where they end when the first is asked for."""
        ...


@dataclass(slots=True)
class Tally:
    """What was read."""

    messages: int = 0
    redelivered: int = 0
    """Messages that came before: allowed."""


def check_published(store: Store, names: Topics, reading: Reading, tally: Tally | None = None) -> Iterator[Violation]:
    """Findings of I3; `tally` counts what was read. Raises StoreError, TransportError."""
    published = Marks()
    for number in published_ids(store):
        published[number] = 1
    topics = owed_topics(store) | {topic for topic in reading.names() if names.is_outgoing(topic)}
    with OutboxIndex(store) as outbox:
        comparison = Comparison(outbox, reading, tally or Tally())
        for messages in _in_parts(reading.messages(sorted(topics)), MESSAGES):
            yield from comparison.compare(messages)
        for numbers in _in_parts(published, MESSAGES):
            yield from comparison.missing_among(numbers)


@dataclass(slots=True)
class Comparison:
    """One reading of the topics against the outbox."""

    outbox: OutboxIndex
    reading: Reading
    tally: Tally
    _seen: Marks = field(default_factory=Marks)
    """By the row's id, one more than the partition where it was seen first: order holds within a partition."""
    _earliest: dict[tuple[str, str], int] = field(default_factory=dict)
    """Of topics whose oldest messages were removed: the first event of each case that is still there."""

    def compare(self, messages: list[Incoming]) -> Iterator[Violation]:
        """Findings of these messages."""
        named = [(message, _id_of(message)) for message in messages]
        owed = self.outbox.find({(message.topic, event_id) for message, event_id in named if event_id is not None})
        for message, event_id in named:
            self.tally.messages += 1
            if event_id is None:
                said = _("message {place} has no id that could be read", place=_place(message))
                yield Violation("I3", message.topic, None, said)
            elif (message.topic, event_id) not in owed:
                yield _never_owed(message, event_id)
            else:
                yield from self._compare(message, owed[message.topic, event_id])

    def _compare(self, message: Incoming, owed: OwedMessage) -> Iterator[Violation]:
        row = owed.row
        if (difference := _difference(message, owed)) is not None:
            yield _otherwise(message, row, difference)
        if self._seen[row.id]:
            self.tally.redelivered += 1
            return
        self._seen[row.id] = mark = message.partition % PARTITIONS + 1
        if owed.next_id is not None and self._seen[owed.next_id] == mark:
            late = _("came after the next event on {topic}", topic=row.topic)
            yield Violation("I3", row.case_id, row.sequence, late, goes_on=True)
        if row.sequence is not None and self._expires(row.topic):
            key = (row.topic, row.case_id)
            self._earliest[key] = min(row.sequence, self._earliest.get(key, row.sequence))

    def missing_among(self, published: list[int]) -> Iterator[Violation]:
        """Findings of these messages, all of them published: those that were not seen."""
        unseen = [number for number in published if not self._seen[number]]
        for place in self.outbox.places(unseen) if unseen else ():
            if self._expires(place.topic):
                earliest = self._earliest.get((place.topic, place.case_id))
                if earliest is None or place.sequence is None or place.sequence < earliest:
                    continue
            said = _("is owed to {topic} and not there", topic=place.topic)
            yield Violation("I3", place.case_id, place.sequence, said, goes_on=True)

    def _expires(self, topic: str) -> bool:
        return topic in self.reading.cut and not topic.endswith(KEPT_FOR_EVER)


def _otherwise(message: Incoming, row: OutboxRow, difference: LazyText) -> Violation:
    if (
        CASE_REFERENCE_PATTERN.fullmatch(row.case_id) is None
    ):  # a sender's own name for what it sent: it is not repeated
        other = _("message {place} has {difference}", place=_place(message), difference=difference)
        return Violation("I3", row.topic, None, other)
    said = _("is on {topic} ({place}) with {difference}")
    said = said.filled(topic=row.topic, place=_place(message), difference=difference)
    return Violation("I3", row.case_id, row.sequence, said, goes_on=True)


def _difference(message: Incoming, owed: OwedMessage) -> LazyText | None:
    """What of the message is not what the publisher sends for the row."""
    if owed.row.body is None:
        return _("a body that the ledger does not have")
    due = message_of(owed.row)
    if message.key != due.key:
        return _("another key")
    if message.value != due.value:
        return _("another body")
    headers = list(message.headers)
    if headers == due.headers:
        return None
    differing = next((name for name, value in due.headers if headers.count((name, value)) != 1), None)
    return _("other headers") if differing is None else _("another {header}", header=differing)


def _never_owed(message: Incoming, event_id: str) -> Violation:
    event = _EVENT_ID.fullmatch(event_id)
    if event is None:  # whoever wrote it chose the id: it is not repeated
        return Violation("I3", message.topic, None, _("message {place} was never owed", place=_place(message)))
    never = _("is on {topic} and was never owed", topic=message.topic)
    return Violation("I3", event[1], int(event[2]), never, goes_on=True)


def _id_of(message: Incoming) -> str | None:
    """The CloudEvents id; None: there is none, or none that we could have given."""
    ids = [value for name, value in message.headers if name == "ce_id"]
    try:
        event_id = (ids[0] or b"").decode() if ids else ""
    except UnicodeDecodeError:
        return None
    return event_id if 0 < len(event_id) <= ID_MAX and event_id.isprintable() else None


def _place(message: Incoming) -> str:
    return f"{message.partition}-{message.offset}"


def _in_parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
