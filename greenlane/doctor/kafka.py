"""What Kafka holds of an installation, in a few questions; nothing is sent."""

from __future__ import annotations

from collections.abc import Set
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from audit.installation.server_rules import Server
from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.dead_letters import open_letters
from events.transport.letters import texts_of
from greenlane.admission import as_owner, is_embedded
from greenlane.connecting import TLS_PROTOCOLS, cluster_of
from greenlane.probing.kafka import probe_kafka
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from store.errors import StoreError
from store.letters import LetterKeys
from wording.errors import GreenlaneError

FETCH_MS = 2_000


@dataclass(frozen=True, slots=True)
class Kafka:
    """Kafka, which can be used."""

    server: Server
    topics: frozenset[str]
    accounts: frozenset[str] | None
    """At an embedded one; None: they are not ours to look at."""
    bridges: int
    """Members of the bridges' group."""
    letters: dict[str, int]
    """Open dead letters by topic."""
    last_event: tuple[str, datetime] | None
    """The id of the last event published, and what the broker stamped on it."""


def kafka(settings: Settings) -> Kafka:
    """Look at Kafka. Raises ServerUnusableError, the transport's errors."""
    cluster, names = cluster_of(settings), Topics(settings.topic_prefix)
    probe_kafka(cluster, patience_seconds=0)
    with cluster.admin() as admin:
        version = admin.get_broker_version_data(admin.describe_cluster()["brokers"][0]["broker_id"]).broker_version
        topics = frozenset(admin.list_topics())
        groups = admin.describe_groups([names.bridge_group])
    under_tls = settings.kafka_security_protocol in TLS_PROTOCOLS
    account = settings.kafka_username or settings.kafka_oauth_client_id
    return Kafka(
        server=Server("kafka", cluster.bootstrap, tuple(version), account, under_tls),
        topics=topics,
        accounts=_accounts(settings),
        bridges=sum(len(group.get("members") or ()) for group in groups.values()),
        letters=open_letters(cluster, names, partial(_standing, settings)),
        last_event=_last_event(cluster, names.case_events) if names.case_events in topics else None,
    )


def _standing(settings: Settings, references: Set[str]) -> Set[str]:
    """Those of the letters whose keys stand; all of them where the database cannot say so, which is told at the database."""
    if settings.database_url is None or not references:
        return references
    try:
        with closing(Wiring(settings)) as wiring:
            return LetterKeys(wiring.store, None).standing(references)
    except (StoreError, GreenlaneError):
        return references


def _accounts(settings: Settings) -> frozenset[str] | None:
    if not is_embedded(settings):
        return None
    with cluster_of(as_owner(settings)).admin() as admin:
        return frozenset(admin.describe_user_scram_credentials())


def _last_event(cluster: Cluster, topic: str) -> tuple[str, datetime] | None:
    consumer = cluster.connected(
        KafkaConsumer,
        "greenlane-clock",
        group_id=None,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
    try:
        places = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        ends = {place: end for place, end in consumer.end_offsets(places).items() if end > 0}
        if not ends:
            return None
        consumer.assign(list(ends))
        for place, end in ends.items():
            consumer.seek(place, end - 1)
        records: list[Any] = [each for batch in consumer.poll(timeout_ms=FETCH_MS).values() for each in batch]
    except kafka_errors.KafkaError as error:
        raise cluster.explain(error, "reading the last event") from error
    finally:
        consumer.close(autocommit=False)
    if not records:
        return None
    last = max(records, key=lambda record: record.timestamp)
    stamped_at = datetime.fromtimestamp(last.timestamp / 1000, UTC)
    return texts_of(last.headers).get("ce_id", ""), stamped_at
