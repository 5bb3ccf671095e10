"""Dead letters, and what has to reach Kafka again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from events.language.commands import Actor
from events.transport.dead_letters import LetterBox, dead_letter_topics, filled
from events.transport.errors import TopicMissingError
from events.transport.filed_letters import Letter
from events.transport.producer import Producer
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read
from store.outbox import Outbox

SUBMISSIONS: Final = "submissions"
LOOK_SECONDS: Final = 0.2
STALLED_SECONDS: Final = 30.0
"""When the publisher has sent nothing for so long, it does not run: what waits is sent when it does."""


@dataclass(frozen=True, slots=True)
class FiledLetter:
    """A dead letter, and the topic on which it lies."""

    topic: str
    letter: Letter


def list_dead_letters(
    installation: Installation, reader: Reader, topic: str | None, *, with_replayed: bool = False
) -> tuple[FiledLetter, ...]:
    """Those of one topic, or of all that hold any; opened where the master key is at hand. The read is on record.

    Raises TransportError, StoreError.
    """
    if topic is not None:
        boxes = [_box_of(installation, topic)]
    else:
        names = dead_letter_topics(installation.cluster, installation.topics)
        boxes = [_box_on(installation, name) for name in filled(installation.cluster, names)]
    found = tuple(FiledLetter(box.topic, each) for box in boxes for each in box.letters(with_replayed=with_replayed))
    record_read(installation, reader, filter=filter_said({"topic": topic, "all": with_replayed}), count=len(found))
    return found


def read_dead_letter(
    installation: Installation, reader: Reader, topic: str, letter_id: str, *, content: bool = False
) -> FiledLetter:
    """One, opened where the master key is at hand; with `content` it must be. The read is on record.

    Raises LetterSealedError, LetterErasedError where its content is asked for and nobody can open it; TransportError, StoreError.
    """
    box = _box_of(installation, topic)
    letter = box.letter(letter_id)
    if content:
        letter.raise_if_closed()
    said = filter_said({"topic": box.topic, "letter": letter.id, "content": content})
    record_read(installation, reader, filter=said)
    return FiledLetter(box.topic, letter)


def replay_dead_letters(
    installation: Installation, actor: Actor, topic: str, ids: Sequence[str] | None
) -> tuple[str, tuple[Letter, ...]]:
    """The topic on which they lie, and those that were sent again; `ids` None: all that wait.

    Needs no master key: the bridge opens what it handles again. Raises TransportError, StoreError.
    """
    box = _box_of(installation, topic)
    with Producer(installation.cluster, client_id="greenlane-replay") as producer:
        return box.topic, box.replay(producer, installation.topics, ids)


def _box_of(installation: Installation, topic: str) -> LetterBox:
    """What a name means: a topic, `submissions`, or the id of a department or a submitting system. Raises TopicMissingError."""
    topics = installation.topics
    if topic == SUBMISSIONS:
        meant = [topics.submissions]
    else:
        # No system has a department's id.
        meant = [topic] if "." in topic else [topics.decisions(topic), topics.submissions_of(topic)]
    existing = dead_letter_topics(installation.cluster, topics)
    boxes = [_box_on(installation, name) for name in meant]
    box = next((box for box in boxes if box.topic in existing), None)
    if box is None:
        raise TopicMissingError(topic=boxes[0].topic)
    return box


def _box_on(installation: Installation, topic: str) -> LetterBox:
    return LetterBox(installation.cluster, topic, installation.letter_keys)


def republish_outbox(installation: Installation, actor: Actor, from_id: int) -> int:
    """Owe Kafka the outbox again, from that row on; how many rows that is. Raises StoreError."""
    return Outbox(installation.store).republish(from_id)


def count_unpublished(installation: Installation, actor: Actor) -> int:
    """How many rows of the outbox Kafka has not acknowledged. Raises StoreError."""
    return Outbox(installation.store).lag().rows


def await_publisher(installation: Installation, actor: Actor, progress: Callable[[int], None] = lambda _: None) -> int:
    """Wait until nothing waits, or nothing moves any more; how much waits then. `progress`: so many more were sent.

    Raises StoreError.
    """
    left = count_unpublished(installation, actor)
    moved_at = time.monotonic()
    while left and time.monotonic() - moved_at < STALLED_SECONDS:
        time.sleep(LOOK_SECONDS)
        now_left = count_unpublished(installation, actor)
        if now_left < left:
            progress(left - now_left)
            moved_at = time.monotonic()
        left = now_left
    return left
