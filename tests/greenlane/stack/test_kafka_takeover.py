"""A broker whose folder was made before there were accounts: it keeps its records, and lets nobody in any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer

from catalog.systems import PORTAL
from events.language.access import BRIDGE, access_list
from events.language.topics import Topics
from events.transport.access_probe import is_guarded
from events.transport.accounts import Account, ensure_accounts
from events.transport.admin import TopicLayout, ensure_topics
from events.transport.cluster import Cluster
from greenlane.stack.kafka import Kafka
from tests.events.broker import Broker
from tests.events.sending import read_topic, send_all
from tests.kafka_attempts import DESCRIBE_CONTROLLERS, METADATA, answer_without_account, readable, writable

TOPICS = Topics()
ADDED = {"sasl", "listener", "authorizer", "super", "allow"}
"""What the properties of the accounts begin with."""


class FormerKafka(Kafka):
    """As it was: every connection may do everything, under other names of its listeners."""

    def _properties(self, data: Path) -> dict[str, str | int]:
        found = {key: value for key, value in super()._properties(data).items() if key.partition(".")[0] not in ADDED}
        return found | {
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self._controller_port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
        }

    @property
    def owners_cluster(self) -> Cluster:
        return Cluster(self.address)


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A broker of the former kind that runs and holds a message and a group's place."""
    with monkeypatch.context() as patched:
        patched.setattr("tests.events.broker.Kafka", FormerKafka)
        found = Broker(tmp_path)
    found.start()
    yield found
    found.kill()


def test_a_folder_made_before_is_taken_over_with_its_records(broker: Broker) -> None:
    """Nothing is formatted; who was let in without an account is refused from the first start on."""
    names = [*TOPICS.of_system(), *TOPICS.of_department("culture")]
    ensure_topics(broker.cluster, names, TOPICS, TopicLayout(partitions=1))
    decisions = TOPICS.decisions("culture")
    send_all(broker.cluster, decisions, [("case", "before")])
    read_as(TOPICS.bridge_group, decisions, broker.cluster.client_options("test"))
    port, controller_port = broker.ports
    assert answer_without_account(port, METADATA) != b"", "everybody was answered"
    assert answer_without_account(controller_port, DESCRIBE_CONTROLLERS) != b""
    assert not is_guarded(broker.cluster, TOPICS)
    assert {*names} == writable(broker.cluster, names)
    broker.stop()
    broker.renew()
    broker.start()
    assert answer_without_account(port, METADATA) == b""
    assert answer_without_account(controller_port, DESCRIBE_CONTROLLERS) == b""
    accounts = [
        Account(rights, f"password of {rights.account}") for rights in access_list(TOPICS, ["culture"], [PORTAL])
    ]
    ensure_accounts(broker.cluster, accounts, exact=True)
    bridge, culture = account(broker, BRIDGE), account(broker, "culture")
    assert (readable(culture, names), writable(culture, names)) == ({TOPICS.work("culture")}, {decisions})
    assert is_guarded(bridge, TOPICS)
    send_all(culture, decisions, [("case", "after")])
    values = [(message.value or b"").decode() for message in read_topic(bridge, decisions, at_least=2)]
    assert [value for value in values if value != "attempt"] == ["before", "after"]
    options = bridge.client_options("test")
    assert read_as(TOPICS.bridge_group, decisions, options) == b"attempt", "the group goes on where it was"


def account(broker: Broker, name: str) -> Cluster:
    """The broker as an account reaches it."""
    options = {"sasl_plain_username": name, "sasl_plain_password": f"password of {name}"}
    return Cluster(
        broker.bootstrap, {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "SCRAM-SHA-256", **options}
    )


def read_as(group: str, topic: str, options: dict[str, Any]) -> bytes:
    """The next message for a group, whose place is committed."""
    consumer = KafkaConsumer(
        topic, **options, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False, max_poll_records=1
    )
    try:
        record = next(consumer)
        consumer.commit()
        return bytes(record.value)
    finally:
        consumer.close(autocommit=False)
