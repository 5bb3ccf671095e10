"""Topics are made on purpose and stamped by the broker."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from events.language.topics import Topics
from events.transport.admin import TopicLayout, cluster_id, ensure_topics, topic_names
from events.transport.cluster import Cluster
from events.transport.errors import KafkaAwayError, RequestRefusedError


def settings_of(cluster: Cluster, topic: str) -> dict[str, str]:
    with cluster.admin() as admin:
        found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
    return {key: entry["value"] for key, entry in found["topic"][topic].items()}


def test_each_kind_has_its_rules(cluster: Cluster, make_topics: Callable[..., Topics]) -> None:
    """The public log and the checkpoints are kept for ever, personal data briefly, and every topic takes the broker's clock."""
    topics = make_topics("finance")
    assert {*topics.of_system(), *topics.of_department("finance")} <= topic_names(cluster)
    log, submissions = settings_of(cluster, topics.case_events), settings_of(cluster, topics.submissions)
    letters = settings_of(cluster, topics.dead_letters(topics.submissions))
    assert log["retention.ms"] == settings_of(cluster, topics.checkpoints)["retention.ms"] == "-1"
    assert submissions["retention.ms"] == letters["retention.ms"] == str(7 * 24 * 3_600_000)
    assert {each["message.timestamp.type"] for each in (log, submissions, letters)} == {"LogAppendTime"}
    assert int(letters["max.message.bytes"]) > int(submissions["max.message.bytes"])


def test_making_topics_twice_changes_nothing(cluster: Cluster, topics: Topics) -> None:
    """The second call makes none, and leaves what an administrator chose."""
    names = topics.of_system()
    assert set(ensure_topics(cluster, names, topics, TopicLayout(partitions=2))) == set(names)
    assert ensure_topics(cluster, names, topics, TopicLayout(partitions=5)) == ()
    with cluster.admin() as admin:
        assert len(admin.describe_topics([topics.submissions])[0]["partitions"]) == 2


def test_a_topic_stamped_by_its_senders_is_put_right(cluster: Cluster, topics: Topics) -> None:
    """Otherwise a department could date its answers back."""
    with cluster.admin() as admin:
        admin.create_topics(
            {topics.submissions: {"num_partitions": 1, "configs": {"message.timestamp.type": "CreateTime"}}},
            wait_for_metadata=True,
        )
    ensure_topics(cluster, [topics.submissions], topics)
    assert settings_of(cluster, topics.submissions)["message.timestamp.type"] == "LogAppendTime"


def test_what_comes_in_is_kept_unpacked(cluster: Cluster, make_topics: Callable[..., Topics], topics: Topics) -> None:
    """Outside systems may compress with what our client cannot unpack: the broker does it, on topics made before too."""
    with cluster.admin() as admin:
        admin.create_topics({topics.decisions("finance"): {"num_partitions": 1}}, wait_for_metadata=True)
    make_topics("finance", "culture")
    incoming = (topics.submissions, topics.decisions("finance"), topics.decisions("culture"))
    deadline = time.monotonic() + 90  # a broker applies a changed setting a moment after it was accepted
    while (found := {settings_of(cluster, topic)["compression.type"] for topic in incoming}) != {"uncompressed"}:
        assert time.monotonic() < deadline, found
    assert settings_of(cluster, topics.work("finance"))["compression.type"] == "producer"


def test_the_broker_refuses_what_it_cannot_do(cluster: Cluster, topics: Topics) -> None:
    """More replicas than brokers is an error that says so."""
    with pytest.raises(RequestRefusedError, match="replication factor"):
        ensure_topics(cluster, [topics.escalations], topics, TopicLayout(replication_factor=3))


def test_the_cluster_has_an_id(cluster: Cluster) -> None:
    """It stays the same from call to call."""
    assert cluster_id(cluster) == cluster_id(cluster) != ""


def test_kafka_away_is_said_with_its_address() -> None:
    """Nobody listens on this port."""
    with pytest.raises(KafkaAwayError, match=r"127\.0\.0\.1:1 does not answer"):
        cluster_id(Cluster("127.0.0.1:1"), timeout_seconds=0.5)
