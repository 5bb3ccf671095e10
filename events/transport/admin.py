"""Topics are made on purpose, each kind with its own rules, and the cluster is known by its id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType

from events.language.envelope import MESSAGE_MAX_BYTES
from events.language.topics import DEAD_LETTER_SUFFIX, Topics
from events.transport.cluster import Cluster

DEAD_LETTER_HEADROOM_BYTES = 65_536
"""A dead letter is the message with headers that say why: its topic takes that much more."""
HOUR_MS = 3_600_000
TOPICS_A_REQUEST = 200
READY_TIMEOUT_MS = 60_000


@dataclass(frozen=True, slots=True)
class TopicLayout:
    """How topics are made. Existing ones keep what they have, but for `held_rules`."""

    partitions: int = 6
    replication_factor: int = 1
    max_message_bytes: int = MESSAGE_MAX_BYTES
    submissions_retention_hours: int = 7 * 24
    """Submissions and their dead letters carry personal data: kept only as long as it takes to notice a failure."""
    retention_hours: int = 90 * 24
    """Work, decisions, escalations and dead letters. `case-events` and `checkpoints` are kept for ever."""

    def config_of(self, topic: str, topics: Topics) -> dict[str, str]:
        """The topic's configuration, by its kind."""
        hours = self.retention_hours
        if topics.system_of(topic.removesuffix(DEAD_LETTER_SUFFIX)) is not None:
            hours = self.submissions_retention_hours
        headroom = DEAD_LETTER_HEADROOM_BYTES if topic.endswith(DEAD_LETTER_SUFFIX) else 0
        return held_rules(topic, topics) | {
            "cleanup.policy": "delete",
            "retention.ms": "-1" if topic in {topics.case_events, topics.checkpoints} else str(hours * HOUR_MS),
            "retention.bytes": "-1",
            "max.message.bytes": str(self.max_message_bytes + headroom),
        }


def held_rules(topic: str, topics: Topics) -> dict[str, str]:
    """What a topic must have whoever made it."""
    # The broker's clock decides when a message entered the system, never its sender's.
    rules = {"message.timestamp.type": "LogAppendTime"}
    if topics.system_of(topic) is not None or topics.department_of(topic) is not None:
        # Outside systems compress as they like. The broker unpacks it: our client knows gzip alone, and one batch that
        # it could not read would stop the bridge for every department.
        rules["compression.type"] = "uncompressed"
    return rules


def ensure_topics(
    cluster: Cluster, names: Iterable[str], topics: Topics, layout: TopicLayout | None = None
) -> tuple[str, ...]:
    """Make the topics that are missing and wait until they can be used; returns those that were made.

    Existing topics are left as they are, but for `held_rules`: those are put right.
    Raises KafkaAwayError, NotPermittedError.
    """
    layout = layout or TopicLayout()
    wanted = sorted(set(names))
    with cluster.admin() as admin:
        existing = set(admin.list_topics()) & set(wanted)
        missing = [name for name in wanted if name not in existing]
        for start in range(0, len(missing), TOPICS_A_REQUEST):
            _create(admin, missing[start : start + TOPICS_A_REQUEST], topics, layout)
        _hold(admin, {name: held_rules(name, topics) for name in sorted(existing)})
    return tuple(missing)


def make_topic(cluster: Cluster, topic: str, topics: Topics, layout: TopicLayout) -> None:
    """Make one missing topic of ours and wait until it can be used; needs no right but to make it.

    Raises KafkaAwayError, NotPermittedError.
    """
    with cluster.admin() as admin:
        _create(admin, [topic], topics, layout)


def cluster_id(cluster: Cluster, timeout_seconds: float = 10.0) -> str:
    """The id of the cluster that answers at this address. Raises KafkaAwayError, NotPermittedError."""
    with cluster.admin(timeout_seconds) as admin:
        return str(admin.describe_cluster()["cluster_id"])


def topic_names(cluster: Cluster) -> frozenset[str]:
    """All topics this account may see. Raises KafkaAwayError, NotPermittedError."""
    with cluster.admin() as admin:
        return frozenset(admin.list_topics())


def _create(admin: KafkaAdminClient, names: list[str], topics: Topics, layout: TopicLayout) -> None:
    requests = {
        name: {
            # Nobody reads dead letters or checkpoints in a hurry, and every partition costs the broker memory and a poll.
            "num_partitions": 1 if _is_narrow(name, topics) else layout.partitions,
            "replication_factor": layout.replication_factor,
            "configs": layout.config_of(name, topics),
        }
        for name in names
    }
    response = admin.create_topics(requests, raise_errors=False)
    for topic in response["topics"]:
        error = kafka_errors.for_code(topic["error_code"])
        # Two processes may make the same topics at the same time.
        if error not in {kafka_errors.NoError, kafka_errors.TopicAlreadyExistsError}:
            raise error(f"{topic['name']}: {topic['error_message']}")
    admin.wait_for_topics(names, timeout_ms=READY_TIMEOUT_MS)


def _is_narrow(topic: str, topics: Topics) -> bool:
    return topic.endswith(DEAD_LETTER_SUFFIX) or topic == topics.checkpoints


def _hold(admin: KafkaAdminClient, rules: dict[str, dict[str, str]]) -> None:
    if not rules:
        return
    resources = [ConfigResource(ConfigResourceType.TOPIC, name, list(wanted)) for name, wanted in rules.items()]
    configs = admin.describe_configs(resources, config_filter="all")
    wrong = {
        name: {key: value for key, value in wanted.items() if _value(configs, name, key) != value}
        for name, wanted in rules.items()
    }
    changed = [ConfigResource(ConfigResourceType.TOPIC, name, lacking) for name, lacking in wrong.items() if lacking]
    if changed:
        admin.alter_configs(changed)


def _value(configs: dict[str, dict[str, dict[str, dict[str, object]]]], topic: str, key: str) -> object:
    return configs["topic"].get(topic, {}).get(key, {}).get("value")
