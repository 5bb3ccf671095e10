"""What an account is really let do by a broker: each attempt is a request of its own kind, none is only asked about."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.protocol.consumer import FetchRequest
from kafka.protocol.producer import ProduceRequest
from kafka.record import MemoryRecordsBuilder

from events.language.access import is_prefix
from events.transport.cluster import Cluster

FORBIDDEN = kafka_errors.TopicAuthorizationFailedError.errno


def covered(names: Iterable[str], topics: Iterable[str]) -> set[str]:
    """Those of the topics that these names of the access list stand for."""
    names = tuple(names)
    return {topic for topic in topics if any(topic.startswith(n) if is_prefix(n) else topic == n for n in names)}


def _answer(admin: KafkaAdminClient, request: Any) -> Any:
    return admin._manager.run(admin._manager.send, request)


CORRUPT = kafka_errors.CorruptRecordError.errno


def writable(cluster: Cluster, topics: Iterable[str], *, leaving: bool = True) -> set[str]:
    """Those of the topics to which a record could be written: one is, everywhere else it is refused.

    Without `leaving` the record is damaged, so that nothing stays on a topic that somebody reads.
    """
    records = MemoryRecordsBuilder(2, 0, 1024)
    records.append(timestamp=1, key=None, value=b"attempt", headers=[])
    records.close()
    content = bytearray(records.buffer())
    content[-1] ^= 0 if leaving else 1
    kind = ProduceRequest.TopicProduceData
    asked = [
        kind(name=topic, partition_data=[kind.PartitionProduceData(index=0, records=bytes(content))])
        for topic in topics
    ]
    with cluster.admin() as admin:
        request = ProduceRequest(transactional_id=None, acks=-1, timeout_ms=10_000, topic_data=asked, max_version=9)
        answer = _answer(admin, request)
    codes = {each.name: each.partition_responses[0].error_code for each in answer.responses}
    let = 0 if leaving else CORRUPT
    assert set(codes.values()) <= {let, FORBIDDEN}, codes
    return {topic for topic, code in codes.items() if code == let}


def readable(cluster: Cluster, topics: Iterable[str]) -> set[str]:
    """Those of the topics from which records could be fetched."""
    kind = FetchRequest.FetchTopic
    place: dict[str, Any] = {"partition": 0, "current_leader_epoch": -1, "fetch_offset": 0, "last_fetched_epoch": -1}
    asked = [
        kind(topic=topic, partitions=[kind.FetchPartition(**place, log_start_offset=-1, partition_max_bytes=65_536)])
        for topic in topics
    ]
    with cluster.admin() as admin:
        request = FetchRequest(
            max_wait_ms=0,
            min_bytes=0,
            max_bytes=1 << 20,
            isolation_level=0,
            session_id=0,
            session_epoch=-1,
            topics=asked,
            forgotten_topics_data=[],
            rack_id="",
            max_version=11,
        )
        answer = _answer(admin, request)
    codes = {each.topic: each.partitions[0].error_code for each in answer.responses}
    assert set(codes.values()) <= {0, FORBIDDEN}, codes
    return {topic for topic, code in codes.items() if code == 0}


METADATA = struct.pack(">hhih", 3, 0, 1, 1) + b"x" + struct.pack(">i", 0)
DESCRIBE_CONTROLLERS = struct.pack(">hhih", 60, 1, 1, 1) + b"x\0" + b"\0\2\0"
"""Whole requests without an account; a broker answers the one to anybody who may connect, a controller the other."""


def answer_without_account(port: int, request: bytes) -> bytes:
    """What a listener tells who connects, names no account, and asks at once."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return connection.recv(65_536)
        except ConnectionResetError:
            return b""
