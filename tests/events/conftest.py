"""Kafka for the transport's tests: the shared broker with topics of each test's own, and a private one to be killed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest

from events.language.topics import Topics
from events.transport.admin import TopicLayout, ensure_topics
from events.transport.cluster import Cluster
from tests.events.broker import Broker


@pytest.fixture
def topics() -> Topics:
    """Names that no other test uses."""
    return Topics(prefix=f"t{secrets.token_hex(4)}")


@pytest.fixture
def make_topics(cluster: Cluster, topics: Topics) -> Callable[..., Topics]:
    """Make the system's topics and those of the named departments."""

    def make(*departments: str, partitions: int = 3) -> Topics:
        names = [*topics.of_system(), *(name for each in departments for name in topics.of_department(each))]
        ensure_topics(cluster, names, topics, TopicLayout(partitions=partitions))
        return topics

    return make


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker for the tests that kill it; runs only while one module needs it."""
    broker = Broker(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.kill()
