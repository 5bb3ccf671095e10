"""The publisher on a real Kafka: order per case, marks after acknowledgement, refused messages, replaced clusters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

import pytest
from prometheus_client import CollectorRegistry

from events.language.envelope import envelope_of
from events.language.topics import Topics
from events.transport.admin import TopicLayout, ensure_topics, make_topic
from events.transport.backoff import Backoff
from events.transport.cluster import Cluster
from events.transport.errors import (
    KafkaAwayError,
    MessageTooLargeError,
    TopicMissingError,
    Unavailable,
)
from events.transport.memory import MemoryLease, MemoryOutbox
from events.transport.metrics import PublisherMetrics
from events.transport.ports import OutboxRow
from events.transport.producer import Producer
from events.transport.publisher import Publisher, PublisherSettings
from tests.events.outbox_contract import a_row
from tests.events.sending import PATIENCE_SECONDS, CountingOutbox, WatchedOutbox, read_topic

MakeTopics = Callable[..., Topics]


@contextmanager
def publishing(
    outbox: MemoryOutbox,
    cluster: Cluster,
    settings: PublisherSettings | None = None,
    *,
    registry: CollectorRegistry | None = None,
    make_topic: Callable[[str], None] | None = None,
) -> Iterator[Publisher]:
    """A publisher that runs for the length of a `with`."""
    quick = Backoff(first_seconds=0.05, most_seconds=5.0)
    fast = settings or PublisherSettings(held_seconds=0.3, claim_seconds=0.1, lag_seconds=0.1, backoff=quick)
    publisher = Publisher(outbox, cluster, fast, PublisherMetrics(registry or CollectorRegistry()), make_topic)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    try:
        yield publisher
    finally:
        publisher.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the condition holds; fails with `what` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"in vain waited until {what}"
        time.sleep(0.01)


def rows_for(topic: str, cases: int, events: int) -> list[OutboxRow]:
    """The events of several cases, interleaved as they are recorded."""
    return [
        a_row(sequence, topic=topic, case_id=f"case-{case}")
        for sequence in range(1, events + 1)
        for case in range(cases)
    ]


def sequences(cluster: Cluster, topic: str, *, at_least: int) -> dict[str, list[int]]:
    """Per case, the sequences on a topic in the order of its messages."""
    found: dict[str, list[int]] = {}
    for message in read_topic(cluster, topic, at_least=at_least):
        data = envelope_of(message.headers, message.value).data
        sequence = data["sequence"]
        assert isinstance(sequence, int)
        found.setdefault(str(data["case_id"]), []).append(sequence)
    return found


def test_messages_are_cloud_events_in_binary_mode(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Key, body and attributes are those of the row."""
    topics = make_topics()
    row = a_row(3, topic=topics.case_events, case_id="case-a")
    outbox = WatchedOutbox()
    outbox.add(row)
    with publishing(outbox, cluster):
        wait_until(lambda: outbox.published == {1}, "it was marked")
    (message,) = read_topic(cluster, topics.case_events, at_least=1)
    envelope = envelope_of(message.headers, message.value)
    assert (message.key, message.value) == (b"case-a", row.body.encode())
    assert (envelope.id, envelope.name, envelope.subject) == ("case-a.3", "StepAssigned", "case-a")
    assert envelope.time == row.at
    assert dict(message.headers)["ce_dataschema"] == b"urn:greenlane:schema:StepAssigned:v1"


def test_order_per_case_on_every_topic(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Whatever the rounds, a case's messages lie on its topic in the ledger's order, each once."""
    topics = make_topics("finance")
    outbox = MemoryOutbox()
    log, work = rows_for(topics.case_events, 40, 25), rows_for(topics.work("finance"), 40, 5)
    with publishing(outbox, cluster, PublisherSettings(round_rows=37, pace_seconds_max=0)):
        for start in range(0, len(log), 50):
            outbox.add_all(log[start : start + 50])
        outbox.add_all(work)
        wait_until(lambda: outbox.lag().rows == 0, "all were marked")
    assert sequences(cluster, topics.case_events, at_least=1000) == {
        f"case-{case}": list(range(1, 26)) for case in range(40)
    }
    assert sequences(cluster, topics.work("finance"), at_least=200) == {
        f"case-{case}": list(range(1, 6)) for case in range(40)
    }


def test_killed_between_send_and_mark_it_sends_again(cluster: Cluster, make_topics: MakeTopics) -> None:
    """The same messages come again under the same ids, and first occurrences keep their order."""
    topics = make_topics()
    outbox = WatchedOutbox()
    outbox.add_all(rows_for(topics.case_events, 3, 4))
    marking = threading.Event()

    class Dying(MemoryLease):
        def mark_published(self, ids: object) -> None:
            marking.set()
            raise Unavailable("the connection")

    first = Dying(outbox, 0)
    outbox.claim_shard = lambda shard: first  # type: ignore[method-assign]
    outbox._holders[0] = first
    with publishing(outbox, cluster):
        wait_until(marking.is_set, "the first had sent")
    assert outbox.published == set()
    del outbox.claim_shard
    outbox._holders.clear()
    with publishing(outbox, cluster):
        wait_until(lambda: outbox.lag().rows == 0, "the second had marked")
    messages = read_topic(cluster, topics.case_events, at_least=24)
    ids = [dict(message.headers)["ce_id"] for message in messages]
    assert len(set(ids)) == 12
    assert len(ids) >= 24
    for case in range(3):
        its = [each for each in dict.fromkeys(ids) if each is not None and each.startswith(f"case-{case}.".encode())]
        assert its == [f"case-{case}.{sequence}".encode() for sequence in range(1, 5)]


def test_one_publisher_a_shard_and_another_takes_over(cluster: Cluster, make_topics: MakeTopics) -> None:
    """A second publisher waits for the shard; when the first stops it goes on, and nothing is sent twice."""
    topics = make_topics()
    outbox = CountingOutbox()
    first_metrics, second_metrics = CollectorRegistry(), CollectorRegistry()
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(publishing(outbox, cluster, registry=first_metrics))
        outbox.add_all(rows_for(topics.case_events, 5, 5))
        wait_until(lambda: outbox.lag().rows == 0, "the first published")
        asked = outbox.asked
        second.enter_context(publishing(outbox, cluster, registry=second_metrics))
        wait_until(lambda: outbox.asked >= asked + 2, "the second had asked in vain")
        assert second_metrics.get_sample_value("greenlane_publisher_shards") == 0
        first.close()
        outbox.add_all([replace(row, sequence=6) for row in rows_for(topics.case_events, 5, 1)])
        wait_until(lambda: outbox.lag().rows == 0, "the second published")
    assert first_metrics.get_sample_value("greenlane_published_total") == 25
    assert second_metrics.get_sample_value("greenlane_published_total") == 5
    assert len(read_topic(cluster, topics.case_events, at_least=30)) == 30


def test_a_message_that_is_too_large_holds_only_its_case(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Later messages of that case wait behind it, those of others go out; nothing is dropped or marked."""
    topics = make_topics()
    outbox, registry = WatchedOutbox(), CollectorRegistry()
    huge = replace(a_row(2, topic=topics.case_events, case_id="case-a"), body='"' + "x" * 1_200_000 + '"')
    outbox.add_all([a_row(1, topic=topics.case_events), huge, a_row(3, topic=topics.case_events)])
    outbox.add_all([a_row(number, topic=topics.case_events, case_id="case-b") for number in (1, 2)])
    with publishing(outbox, cluster, registry=registry):
        wait_until(lambda: outbox.published == {1, 4, 5}, "the others were marked")
        refused = {"code": "message_too_large"}
        wait_until(
            lambda: (registry.get_sample_value("greenlane_publish_failures_total", refused) or 0) >= 2,
            "the large one was tried again",
        )
        wait_until(lambda: registry.get_sample_value("greenlane_outbox_lag_rows") == 2, "the lag was measured")
    assert outbox.published == {1, 4, 5}
    assert sequences(cluster, topics.case_events, at_least=3) == {"case-a": [1], "case-b": [1, 2]}


def test_a_missing_topic_holds_only_itself_until_it_is_there(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Other topics go on; once somebody has made it, its messages follow in order."""
    topics = make_topics()
    outbox = WatchedOutbox()
    outbox.add_all([a_row(number, topic=topics.work("late"), case_id=f"case-{number % 2}") for number in range(1, 5)])
    outbox.add(a_row(1, topic=topics.case_events, case_id="case-b"))
    with publishing(outbox, cluster):
        wait_until(lambda: outbox.published == {5}, "the other topic's was marked")
        ensure_topics(cluster, topics.of_department("late"), topics, TopicLayout(partitions=1))
        wait_until(lambda: outbox.lag().rows == 0, "all were marked")
    assert sequences(cluster, topics.work("late"), at_least=4) == {"case-1": [1, 3], "case-0": [2, 4]}


def test_a_missing_topic_is_made(cluster: Cluster, topics: Topics) -> None:
    """Where the publisher may make topics it does, with the rules of their kind."""
    outbox = MemoryOutbox()
    outbox.add(a_row(1, topic=topics.work("new")))
    with publishing(
        outbox, cluster, make_topic=partial(make_topic, cluster, topics=topics, layout=TopicLayout(partitions=2))
    ):
        wait_until(lambda: outbox.lag().rows == 0, "it was marked")
    assert sequences(cluster, topics.work("new"), at_least=1) == {"case-a": [1]}


def test_an_outbox_that_is_away_is_waited_for(cluster: Cluster, make_topics: MakeTopics) -> None:
    """It goes on by itself when the store is back."""
    topics = make_topics()
    outbox, registry = WatchedOutbox(), CollectorRegistry()
    with publishing(outbox, cluster, registry=registry):
        outbox.add(a_row(1, topic=topics.case_events))
        wait_until(lambda: outbox.published == {1}, "the first was marked")
        outbox.away = True
        outbox.add(a_row(2, topic=topics.case_events))
        wait_until(lambda: registry.get_sample_value("greenlane_publisher_available") == 0, "the outage was shown")
        outbox.away = False
        wait_until(lambda: outbox.published == {1, 2}, "the second was marked")
    assert registry.get_sample_value("greenlane_publisher_available") == 1


def test_another_cluster_gets_nothing_until_republish(cluster: Cluster, make_topics: MakeTopics) -> None:
    """What was published went elsewhere: to go on would leave a gap that nobody sees. Republishing fills it."""
    topics = make_topics()
    outbox = CountingOutbox()
    outbox.add_all([a_row(number, topic=topics.case_events) for number in (1, 2, 3)])
    outbox.remember_cluster("a cluster that is gone")
    lease = outbox.claim_shard(0)
    assert lease is not None
    with lease:
        lease.mark_published([1, 2])
    with publishing(outbox, cluster):
        asked = outbox.asked
        wait_until(lambda: outbox.asked >= asked + 3, "it had looked at the cluster again")
        assert outbox.published == {1, 2}
        outbox.republish()
        wait_until(lambda: outbox.published == {1, 2, 3}, "all were sent")
    assert outbox.cluster_id() not in {None, "a cluster that is gone"}
    assert sequences(cluster, topics.case_events, at_least=3) == {"case-a": [1, 2, 3]}


def test_a_lone_message_is_sent_at_once(cluster: Cluster, make_topics: MakeTopics) -> None:
    """The row's commit wakes a publisher that would rest for an hour (bench/transport.py measures how soon)."""
    topics = make_topics()
    outbox = MemoryOutbox()
    with publishing(outbox, cluster, PublisherSettings(idle_seconds=3600)) as publisher:
        for number in range(1, 6):
            outbox.add(a_row(number, topic=topics.case_events))
            wait_until(lambda: outbox.lag().rows == 0, "it was marked")
        publisher.stop()
        outbox.add(a_row(6, topic=topics.case_events))  # wakes it to its end
    assert sequences(cluster, topics.case_events, at_least=5)["case-a"][:5] == [1, 2, 3, 4, 5]


def test_sending_says_what_is_wrong(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Too large with both sizes, a topic that is missing by its name."""
    topics = make_topics()
    with Producer(cluster, max_message_bytes=1000) as producer:
        with pytest.raises(MessageTooLargeError, match=r"2000004 bytes .*limit 1000 bytes"):
            producer.send_now(topics.escalations, "case", b"x" * 2_000_000)
        with pytest.raises(TopicMissingError, match="nowhere"):
            producer.send_now(f"{topics.prefix}.nowhere", "case", b"x")


@pytest.mark.parametrize("topic_max_bytes", [1_000, 1_048_576])
def test_a_message_that_the_broker_refuses_does_not_stop_later_ones(
    cluster: Cluster, topics: Topics, topic_max_bytes: int
) -> None:
    """Whether the topic is stricter than we know, or the message a little larger than what we allow."""
    layout = TopicLayout(partitions=1, max_message_bytes=topic_max_bytes)
    ensure_topics(cluster, [topics.escalations, topics.case_events], topics, layout)
    with Producer(cluster) as producer:
        for topic in (topics.escalations, topics.case_events):
            producer.send_now(topic, "case", b"x")
            with pytest.raises(MessageTooLargeError):
                producer.send_now(topic, "case", b"x" * (topic_max_bytes + 100))
            assert producer.send_now(topic, "case", b"x") == (0, 1)


def test_a_producer_without_kafka_says_so() -> None:
    """The address is in the error."""
    with pytest.raises(KafkaAwayError, match=r"127\.0\.0\.1:1 "):
        Producer(Cluster("127.0.0.1:1", {"bootstrap_timeout_ms": 300}))
