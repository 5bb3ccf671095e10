"""The bridge on a real Kafka: order, commits, outages, poison, dead letters, rebalances."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaProducer
from prometheus_client import CollectorRegistry

from events.transport.admin import TopicLayout, ensure_topics
from events.transport.cluster import Cluster
from events.transport.errors import LetterUnknownError, Unavailable
from events.transport.lanes import HANDLER_ERROR, TOO_LARGE, UNREADABLE
from events.transport.ports import DeadLetter, Disposition, Done, Incoming
from events.transport.producer import Producer
from tests.events.bridges import MakeTopics, a_bridge, after, ends
from tests.events.memory_letters import letter_box
from tests.events.sending import Remembering, Running, committed, read_topic, send_all, until

MILLISECOND = timedelta(milliseconds=1)
"""What a broker's clock can tell apart."""


async def test_order_per_key_and_concurrency_across_keys(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Messages of one key are handled one by one in their order; other keys go on meanwhile."""
    topics = make_topics("finance")
    rng, all_keys = random.Random(4), asyncio.Event()

    async def act(message: Incoming) -> Disposition:
        # The first of each key is held until one of every key is in hand.
        if handler.concurrent_max == 20:
            all_keys.set()
        await all_keys.wait()
        await asyncio.sleep(rng.random() * 0.01)
        return Done()

    handler = Remembering(act)
    messages = [(f"case-{number % 20}", f"{number:04}") for number in range(600)]
    async with Running(a_bridge(cluster, topics, handler)):
        await asyncio.to_thread(send_all, cluster, topics.decisions("finance"), messages)
        await until(lambda: len(handler.done) == 600, "all were handled")
    assert handler.overlaps == 0
    assert handler.concurrent_max == 20
    for key, values in handler.by_key().items():
        assert values == [value for its_key, value in messages if its_key == key]
    topic = topics.decisions("finance")
    assert committed(cluster, f"{topics.prefix}-bridge", topic) == ends(cluster, topic)


async def test_a_topic_that_was_held_back_goes_on_from_where_it_was(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Read ahead by far more than may wait, on several partitions, and nothing else ever comes: all of it is handled."""
    topics = make_topics("finance", partitions=3)
    handler = Remembering(lambda _: after(0))
    messages = [(f"case-{number % 40}", f"{number:04}") for number in range(900)]
    await asyncio.to_thread(send_all, cluster, topics.decisions("finance"), messages)
    async with Running(a_bridge(cluster, topics, handler, poll_records=40, topic_backlog_max=20)):
        await until(lambda: len(handler.done) >= 900, "all were handled")
    assert sorted(handler.values()) == [value for _, value in messages]


async def test_messages_without_a_key_keep_their_partitions_order(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Nothing says what belongs together, so the partition's own order is kept."""
    topics = make_topics("finance", partitions=1)
    handler = Remembering(lambda _: after(0.001))
    async with Running(a_bridge(cluster, topics, handler)):
        await asyncio.to_thread(
            send_all, cluster, topics.decisions("finance"), [(None, f"{number:03}") for number in range(50)]
        )
        await until(lambda: len(handler.done) == 50, "all were handled")
    assert handler.values() == [f"{number:03}" for number in range(50)]


async def test_a_message_says_when_the_broker_took_it(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Its instant is the broker's, in UTC, and its headers come with it."""
    topics = make_topics()
    handler = Remembering()
    async with Running(a_bridge(cluster, topics, handler)):
        with Producer(cluster) as producer:
            before = datetime.now(UTC) - MILLISECOND
            producer.send_now(topics.submissions, "case-a", "Hồ sơ".encode(), [("ce_id", b"1"), ("ce_type", b"x")])
            later = datetime.now(UTC) + MILLISECOND
        await until(lambda: handler.done, "it was handled")
    message = handler.done[0]
    assert before <= message.timestamp_at <= later
    assert message.timestamp_at.utcoffset() == timedelta(0)
    assert message.headers == (("ce_id", b"1"), ("ce_type", b"x"))
    assert (message.topic, message.key, message.value) == (topics.submissions, b"case-a", "Hồ sơ".encode())


async def test_nothing_beyond_an_unfinished_message_is_committed(cluster: Cluster, make_topics: MakeTopics) -> None:
    """One slow message holds its partition's offset back, whatever was finished behind it."""
    topics = make_topics("finance", partitions=1)
    gate = asyncio.Event()

    async def act(message: Incoming) -> Disposition:
        if message.key == b"slow":
            await gate.wait()
        return Done()

    handler, topic, group = Remembering(act), topics.decisions("finance"), f"{topics.prefix}-bridge"
    messages = [("a", "0"), ("slow", "1"), *((f"k{number}", str(number)) for number in range(2, 40))]
    async with Running(a_bridge(cluster, topics, handler)):
        await asyncio.to_thread(send_all, cluster, topic, messages)
        await until(lambda: len(handler.done) == 39, "all but one were handled")
        await until(lambda: committed(cluster, group, topic) == {0: 1}, "the first was committed")
        # What another topic's messages are committed with, would be committed of this one too.
        for offset in (1, 2):
            await asyncio.to_thread(send_all, cluster, topics.submissions, [("b", "elsewhere")])
            await until(
                lambda: sum(committed(cluster, group, topics.submissions).values()) == offset,  # noqa: B023
                "another topic's was committed",
            )
        assert committed(cluster, group, topic) == {0: 1}
        gate.set()
        await until(lambda: committed(cluster, group, topic) == {0: 40}, "all was committed")


async def test_an_unavailable_handler_keeps_everything(cluster: Cluster, make_topics: MakeTopics) -> None:
    """No message is lost, committed or buried while what the handler needs is away; then it goes on by itself."""
    topics = make_topics("finance")
    away = True

    async def act(message: Incoming) -> Disposition:
        if away:
            raise Unavailable("Temporal")
        return Done()

    handler, topic, registry = Remembering(act), topics.decisions("finance"), CollectorRegistry()
    messages = [(f"case-{number % 30}", f"{number:03}") for number in range(200)]
    async with Running(a_bridge(cluster, topics, handler, registry=registry)):
        await asyncio.to_thread(send_all, cluster, topic, messages)
        await until(lambda: len(handler.seen) > 5, "it was tried")
        await until(lambda: registry.get_sample_value("greenlane_bridge_available") == 0, "the outage was shown")
        assert committed(cluster, f"{topics.prefix}-bridge", topic) == {}
        loop = asyncio.get_running_loop()
        tried, since = len(handler.seen), loop.time()
        await asyncio.sleep(0.5)
        # One message tries for all, with growing pauses: 20, 40, 80 and then 100 ms apart, or more on a busy machine.
        assert len(handler.seen) - tried <= 4 + (loop.time() - since) / 0.1
        away = False
        await until(lambda: len(handler.done) == 200, "all were handled")
    assert handler.by_key() == {key: [value for its_key, value in messages if its_key == key] for key, _ in messages}
    assert read_topic(cluster, topics.dead_letters(topic)) == []
    assert committed(cluster, f"{topics.prefix}-bridge", topic) == ends(cluster, topic)


async def test_a_fault_of_the_handler_is_retried_then_buried(cluster: Cluster, make_topics: MakeTopics) -> None:
    """A bug drops nothing: the message becomes a dead letter, whose headers tell no content, and others go on."""
    topics = make_topics("finance", partitions=1)

    async def act(message: Incoming) -> Disposition:
        if message.value == b"poison":
            raise ValueError("secret: Nguyen Van A")
        if message.value == b"flaky" and sum(each.value == b"flaky" for each in handler.seen) < 2:
            raise OSError("once")
        return Done()

    handler, topic = Remembering(act), topics.decisions("finance")
    async with Running(a_bridge(cluster, topics, handler)):
        await asyncio.to_thread(
            send_all, cluster, topic, [("a", "1"), ("a", "poison"), ("a", "2"), ("b", "flaky"), ("b", "3")]
        )
        await until(lambda: len(handler.done) == 4, "the others were handled")
    assert handler.by_key() == {"a": ["1", "2"], "b": ["flaky", "3"]}
    (letter,) = letter_box(cluster, topic).letters()
    assert (letter.code, letter.field, letter.attempts) == (HANDLER_ERROR, None, 3)
    assert "secret" not in letter.reason
    assert "Nguyen" not in letter.reason
    assert committed(cluster, f"{topics.prefix}-bridge", topic) == {0: 5}


async def test_the_dead_letter_is_there_before_the_commit(cluster: Cluster, make_topics: MakeTopics) -> None:
    """While its dead letter cannot be written, a message's offset is not committed; then it is, once."""
    topics = make_topics()
    topic = topics.decisions("late")
    ensure_topics(cluster, [topic], topics, TopicLayout(partitions=1))  # without its dead-letter topic
    handler = Remembering(lambda _: _dead("unreadable"))
    bridge = a_bridge(cluster, topics, handler)
    bridge._make_topic = None
    async with Running(bridge):
        await asyncio.to_thread(send_all, cluster, topic, [("a", "1")])
        await until(lambda: len(handler.seen) >= 2, "it was tried again")
        assert committed(cluster, f"{topics.prefix}-bridge", topic) == {}
        await asyncio.to_thread(ensure_topics, cluster, [topics.dead_letters(topic)], topics)
        await until(lambda: committed(cluster, f"{topics.prefix}-bridge", topic) == {0: 1}, "it was committed")
    assert len(read_topic(cluster, topics.dead_letters(topic))) == 1


async def test_letters_are_listed_shown_and_replayed(cluster: Cluster, make_topics: MakeTopics) -> None:
    """A replayed message is the same, byte for byte, invalid UTF-8 and headers too, and is replayed once."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    broken = True

    async def act(message: Incoming) -> Disposition:
        return DeadLetter("invalid_utf8", "data", "not UTF-8 at byte 1") if broken else Done()

    handler = Remembering(act)
    box = letter_box(cluster, topic)
    async with Running(a_bridge(cluster, topics, handler)):
        with Producer(cluster) as producer:
            producer.send_now(
                topic, "case-a", b"\xff\xfe\x00", [("ce_id", b"d-1"), ("ce_type", b"vn.greenlane.DecideStep")]
            )
            producer.send_now(topic, None, b"\x80", [("ce_id", b"d-2")])
            await until(lambda: len(box.letters()) == 2, "both were buried")
            first, second = sorted(box.letters(), key=lambda each: each.offset)
            assert (first.topic, first.partition, first.offset) == (topic, 0, 0)
            assert (first.code, first.field, first.reason) == ("invalid_utf8", "data", "not UTF-8 at byte 1")
            assert (first.event_id, first.key, first.size_bytes, first.value) == ("d-1", "case-a", 3, None)
            assert datetime.fromisoformat(first.first_seen_at) <= first.dead_at
            assert box.letter(first.id).value == b"\xff\xfe\x00"
            with pytest.raises(LetterUnknownError):
                box.letter("0-99")
            with pytest.raises(LetterUnknownError):
                box.replay(producer, topics, ["0-99"])
            assert [each.id for each in await asyncio.to_thread(box.replay, producer, topics, [first.id])] == [first.id]
            await until(lambda: len(handler.done) == 3, "the replayed one came")
            await until(lambda: len(box.letters()) == 2, "it died again")
            again = box.letters()[-1]
            assert (again.event_id, again.attempts, again.first_seen_at) == ("d-1", 2, first.first_seen_at)
            broken = False
            replayed = await asyncio.to_thread(box.replay, producer, topics)
            assert {each.id for each in replayed} == {second.id, again.id}
            await until(lambda: len(handler.done) == 5, "both came again")
    with_key = [each for each in handler.done if each.key == b"case-a"]
    without = [each for each in handler.done if each.key is None]
    assert [each.value for each in with_key] == [b"\xff\xfe\x00"] * 3
    assert [each.value for each in without] == [b"\x80"] * 2
    assert dict(with_key[-1].headers)["ce_id"] == b"d-1"
    # A replay counts from when the message first came.
    assert len({each.timestamp_at for each in with_key}) == len({each.timestamp_at for each in without}) == 1
    assert box.letters() == []
    assert len(box.letters(with_replayed=True)) == 3
    # The order names the letter and holds nothing of it: only what came in may carry personal data.
    assert len(read_topic(cluster, topic)) == 2
    orders = read_topic(cluster, topics.replays)
    assert {each.value for each in orders} == {f"{box.topic}/{each.id}".encode() for each in (first, second, again)}
    assert not any(b"case-a" in (each.key or b"") for each in orders)


async def test_a_message_that_is_too_large_does_not_stop_the_others(cluster: Cluster, make_topics: MakeTopics) -> None:
    """It becomes a dead letter that says so, and where the original lies."""
    topics = make_topics()
    topic = topics.decisions("finance")
    ensure_topics(cluster, [topic], topics, TopicLayout(partitions=1, max_message_bytes=4_000_000))
    handler = Remembering()
    async with Running(a_bridge(cluster, topics, handler)):
        with Producer(cluster, max_message_bytes=4_000_000) as producer:
            producer.send_now(topic, "case-a", b"1")
            producer.send_now(topic, "case-a", b"x" * 3_500_000)
            producer.send_now(topic, "case-a", b"2")
        await until(lambda: len(handler.done) == 2, "the others were handled")
        await until(lambda: letter_box(cluster, topic).letters(), "the large one was buried")
    assert handler.values() == ["1", "2"]
    (letter,) = letter_box(cluster, topic).letters()
    assert (letter.code, letter.field, letter.omitted, letter.size_bytes) == (TOO_LARGE, "data", True, 3_500_000)
    assert (letter.topic, letter.offset) == (topic, 1)


class NoText(str):
    """A header's name that is no UTF-8 on the wire, as a client in C can write it."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


async def test_a_record_that_cannot_be_read_does_not_stop_the_others(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Its place becomes a dead letter that is never sent again; what comes after it, and other topics, go on."""
    topics = make_topics("finance", "culture", partitions=1)
    topic = topics.decisions("finance")
    handler = Remembering()
    with Producer(cluster) as producer:
        producer.send_now(topic, "case-a", b"1")
        producer.send_now(topic, "case-a", b"bad", [(NoText("x"), b"")])
        producer.send_now(topic, "case-a", b"2")
        async with Running(a_bridge(cluster, topics, handler)):
            await until(lambda: len(handler.done) == 2, "those around it were handled")
            producer.send_now(topics.decisions("culture"), "case-b", b"3")
            await until(lambda: len(handler.done) == 3, "another topic goes on")
            await until(lambda: letter_box(cluster, topic).letters(), "it was buried")
    assert handler.values() == ["1", "2", "3"]
    (letter,) = letter_box(cluster, topic).letters()
    assert (letter.code, letter.field, letter.omitted) == (UNREADABLE, "record", True)
    assert (letter.topic, letter.partition, letter.offset) == (topic, 0, 1)


async def test_what_was_taken_back_in_a_transaction_was_never_said(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Outside systems may send in transactions: only what they commit counts."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    handler = Remembering()

    def in_transactions() -> None:
        sender = KafkaProducer(**cluster.client_options("test"), transactional_id=topics.prefix)
        sender.init_transactions()
        for value, commits in ((b"taken back", False), (b"said", True)):
            sender.begin_transaction()
            sender.send(topic, value=value, key=b"case-a")
            sender.commit_transaction() if commits else sender.abort_transaction()
        sender.close()

    await asyncio.to_thread(in_transactions)
    async with Running(a_bridge(cluster, topics, handler)):
        await until(lambda: handler.done, "the other was handled")
    assert handler.values() == ["said"]


async def test_metrics_tell_lag_and_outcome(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Lag and position per partition, messages by what became of them, dead letters by code."""
    topics = make_topics("finance", partitions=1)
    topic, registry = topics.decisions("finance"), CollectorRegistry()

    async def act(message: Incoming) -> Disposition:
        return DeadLetter("unknown_type", "type", "not known") if message.value == b"bad" else Done()

    async with Running(a_bridge(cluster, topics, Remembering(act), registry=registry)):
        await asyncio.to_thread(send_all, cluster, topic, [("a", "good"), ("b", "bad"), ("c", "good")])
        labels = {"topic": topic, "partition": "0"}
        await until(
            lambda: registry.get_sample_value("greenlane_bridge_position", labels) == 3, "the position was shown"
        )
    assert registry.get_sample_value("greenlane_bridge_lag_messages", labels) == 0
    assert registry.get_sample_value("greenlane_bridge_messages_total", {"disposition": "done"}) == 2
    assert registry.get_sample_value("greenlane_dead_letters_total", {"topic": topic, "code": "unknown_type"}) == 1


async def _dead(code: str) -> Disposition:
    return DeadLetter(code, None, "for the test")
