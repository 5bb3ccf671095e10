"""Whether an account may do at Kafka what a process must: a consumer that may not read gets nothing for ever, and no error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from kafka import errors as kafka_errors
from kafka.admin import ACLOperation
from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest

from events.language.topics import Topics
from wording.text import LazyText, _, layout

METADATA_VERSION: Final = 8
"""The first that tells what an account may do with a topic."""
FIND_VERSION: Final = 1
MANY: Final = 3

Ask = Callable[[Any], Any]
"""A request's answer."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a process does at Kafka."""

    reads: frozenset[str] = field(default_factory=frozenset)
    writes: frozenset[str] = field(default_factory=frozenset)
    group: str | None = None


def needs_of_bridge(topics: Topics, departments: Iterable[str], systems: Iterable[str]) -> Needs:
    """What the bridge reads, and where it puts what cannot be processed."""
    incoming = frozenset(
        [*map(topics.decisions, departments), *map(topics.submissions_of, systems), topics.replays],
    )
    return Needs(incoming, frozenset(map(topics.dead_letters, incoming)), topics.bridge_group)


def needs_of_publisher(topics: Topics, departments: Iterable[str], systems: Iterable[str]) -> Needs:
    """What the publisher writes."""
    public = (topics.case_events, topics.escalations, topics.checkpoints)
    return Needs(writes=frozenset([*map(topics.work, departments), *map(topics.answers, systems), *public]))


def lacking(ask: Ask, needs: Needs) -> LazyText | None:
    """What the account of this conversation may not do of it, in words; None: it may do all.

    Topics that are missing are no matter.
    """
    if needs.group is not None:
        answer = ask(FindCoordinatorRequest(key=needs.group, key_type=0, version=FIND_VERSION))
        if kafka_errors.for_code(answer.error_code) is kafka_errors.GroupAuthorizationFailedError:
            return _("read as {group}", group=needs.group)
    names = sorted(needs.reads | needs.writes)
    if not names:
        return None
    topics = [MetadataRequest.MetadataRequestTopic(name=name) for name in names]
    request = MetadataRequest(
        topics=topics,
        allow_auto_topic_creation=False,
        include_topic_authorized_operations=True,
        version=METADATA_VERSION,
    )
    topics_told = list(ask(request).topics)
    unread = _without(ACLOperation.READ, (topic for topic in topics_told if topic.name in needs.reads))
    if unread:
        return _("read {topics}", topics=_some(unread))
    unwritten = _without(ACLOperation.WRITE, (topic for topic in topics_told if topic.name in needs.writes))
    return _("write {topics}", topics=_some(unwritten)) if unwritten else None


def _without(operation: ACLOperation, topics: Iterable[Any]) -> list[str]:
    names = []
    for topic in topics:
        error = kafka_errors.for_code(topic.error_code)
        # None: a broker that does not say.
        operations = topic.authorized_operations if error is kafka_errors.NoError else None
        lacks = operations is not None and operation not in operations
        if error is kafka_errors.TopicAuthorizationFailedError or lacks:
            names.append(str(topic.name))
    return sorted(names)


def _some(names: list[str]) -> LazyText:
    shown, more = ", ".join(names[:MANY]), len(names) - MANY
    return layout("{shown}", shown=shown) if more <= 0 else _("{shown} and {more} more", shown=shown, more=more)
