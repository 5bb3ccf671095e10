"""The three embedded servers, each asked in its own protocol."""

from __future__ import annotations

import psycopg
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from temporalio.client import Client

from events.transport.cluster import Cluster
from greenlane.addresses import StackAddresses
from greenlane.settings import Settings


async def test_temporal_has_our_search_attributes(servers: StackAddresses, server_settings: Settings) -> None:
    client = await Client.connect(servers.temporal_address, namespace=server_settings.temporal_namespace)
    query = "GreenlaneProcedure = 'x' and GreenlaneLane = 'y' and GreenlaneStatus = 'z' and GreenlaneDepartment = 'd'"
    assert [found async for found in client.list_workflows(query)] == []


def test_postgresql_gives_the_operators_role(servers: StackAddresses) -> None:
    with psycopg.connect(servers.database_url.replace("+psycopg", "")) as connection:
        row = connection.execute(
            "select current_user, current_database(), rolsuper, current_setting('TimeZone')"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == ("greenlane_operator", "greenlane", False, "UTC")


def test_kafka_stamps_records_with_its_own_clock(cluster: Cluster) -> None:
    options = cluster.client_options("test")
    admin = KafkaAdminClient(**options)
    admin.create_topics([NewTopic(name="stack.stamp", num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(**options)
    producer.send("stack.stamp", value=b"hello", timestamp_ms=1_000).get(timeout=120)
    producer.close()
    consumer = KafkaConsumer(
        "stack.stamp",
        **options,
        auto_offset_reset="earliest",
        consumer_timeout_ms=120_000,
    )
    record = next(consumer)
    consumer.close()
    assert record.value == b"hello"
    assert record.timestamp > 1_600_000_000_000
