"""Whole topics are read to where they end, and it is known of which the oldest messages are gone."""

from __future__ import annotations

from collections.abc import Callable

from kafka import TopicPartition

from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.reading import TopicReading
from tests.events.sending import send_all


def test_topics_are_read_to_their_end_also_where_the_oldest_messages_are_gone(
    cluster: Cluster, make_topics: Callable[..., Topics]
) -> None:
    """What comes meanwhile is of another time; a topic that is not there has nothing."""
    topics = make_topics("finance", partitions=2)
    work, log = topics.work("finance"), topics.case_events
    for topic in (work, log):
        send_all(cluster, topic, [("case-a", str(number)) for number in range(5)])
    with cluster.admin() as admin:
        admin.delete_records({TopicPartition(work, _partition_of(cluster, work)): 3})
    reading = TopicReading(cluster)
    assert {work, log} <= reading.names()
    assert reading.cut == set()
    messages = reading.messages([work, log, topics.work("nobody")])
    first = next(messages)
    send_all(cluster, work, [("case-a", "late")])
    values = [(each.topic, each.value) for each in (first, *messages)]
    assert sorted(values) == sorted([(work, b"3"), (work, b"4"), *((log, b"%d" % number) for number in range(5))])
    assert reading.cut == {work}


def _partition_of(cluster: Cluster, topic: str) -> int:
    """Where the messages are."""
    return next(iter({each.partition for each in TopicReading(cluster).messages([topic])}))
