"""Whose word counts when a message comes again: only the installation's own seal dates it back."""

from __future__ import annotations

from datetime import datetime

import pytest

from events.transport.cluster import Cluster
from events.transport.dead_letters import LetterBox, open_letters
from events.transport.errors import LetterErasedError
from events.transport.ports import DeadLetter, Disposition, Done, Incoming
from events.transport.producer import Producer
from events.transport.replays import order_of
from tests.events.bridges import MakeTopics, a_bridge
from tests.events.memory_letters import LETTERS, MemoryLetters, letter_box
from tests.events.sending import Remembering, Running, read_topic, until

LONG_AGO = b"2020-01-01T00:00:00Z"


async def unread(message: Incoming) -> Disposition:
    """What says `bad` cannot be read until it is replayed."""
    is_bad = message.value == b"bad" and message.replay is None
    return DeadLetter("unknown_type", "type", "not one of those") if is_bad else Done()


def headers_of(message: Incoming) -> list[tuple[str, bytes]]:
    return [(name, value or b"") for name, value in message.headers]


async def test_what_a_sender_writes_never_moves_time(cluster: Cluster, make_topics: MakeTopics) -> None:
    """A message that died, sent again with its type mended and every header that a replay ever had, counts from now."""
    topics = make_topics("finance", "health", partitions=1)
    topic, elsewhere = topics.decisions("finance"), topics.decisions("health")
    dead = topics.dead_letters(topic)
    handler = Remembering(unread)
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, handler)):
            producer.send_now(topic, "case-a", b"bad", [("ce_type", b"wrong"), ("dlq-first-seen-at", LONG_AGO)])
            await until(lambda: letter_box(cluster, topic).letters(), "it was buried")
            (letter,) = letter_box(cluster, topic).letters()
            assert datetime.fromisoformat(letter.first_seen_at) == handler.done[0].timestamp_at
            sealed = dict(headers_of(read_topic(cluster, dead)[0]))
            claimed = [("ce_type", b"right"), ("dlq-replay-of", f"{dead}/0-0".encode())]
            claimed += [(name, value) for name, value in sealed.items() if name.startswith("dlq-")]
            for place in (topic, elsewhere):
                producer.send_now(place, "case-a", b"good", claimed)
            await until(lambda: len(handler.done) == 3, "all were handled")
    taken = {place: [each.timestamp_at for each in read_topic(cluster, place)] for place in (topic, elsewhere)}
    for message in handler.done:
        assert message.timestamp_at == taken[message.topic][message.offset]
    assert all(message.replay is None for message in handler.done)


async def test_a_letter_with_our_seal_counts_from_its_first_arrival(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Byte for byte as it came; as often as it is replayed."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    handler, box = Remembering(unread), letter_box(cluster, topic)
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, handler)):
            producer.send_now(topic, "case-a", b"bad", [("ce_id", b"1"), ("own", b"x")])
            await until(box.letters, "it was buried")
            (letter,) = box.letters()
            for _ in range(2):
                box.replay(producer, topics, [letter.id])
            await until(lambda: len(handler.done) == 3, "it came again")
    first, *again = handler.done
    for message in again:
        assert message.replay is not None
        assert message.replay.is_borne_out
        assert (message.topic, message.key, message.value) == (first.topic, first.key, first.value)
        assert (message.headers, message.timestamp_at) == (first.headers, first.timestamp_at)


@pytest.mark.parametrize("change", ["none", "type", "value", "key", "time", "topic", "twice", "older"])
async def test_a_letter_that_we_did_not_write_so_counts_from_now(
    cluster: Cluster, make_topics: MakeTopics, change: str
) -> None:
    """Another type, content, instant or topic than those that were sealed; a second seal; and one of an older program.

    The letter lies in clear, as older ones do: what is sealed nobody changes so.
    """
    topics = make_topics("finance", "health", partitions=1)
    topic, elsewhere = topics.decisions("finance"), topics.decisions("health")
    handler, box = Remembering(unread), letter_box(cluster, topic)
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, handler, vault=None)):
            producer.send_now(topic, "case-a", b"bad", [("ce_type", b"wrong")])
            await until(box.letters, "it was buried")
            (ours,) = read_topic(cluster, box.topic)
            headers, value, key, target = headers_of(ours), b"bad", "case-a", topic
            match change:
                case "type":
                    headers = [(name, b"right" if name == "ce_type" else text) for name, text in headers]
                case "value":
                    value = b"good"
                case "key":
                    key = "case-b"
                case "time":
                    headers = [(name, LONG_AGO if name == "dlq-first-seen-at" else text) for name, text in headers]
                case "topic":
                    target = elsewhere
                case "twice":
                    headers += [("dlq-seal", b"0" * 64)]
                case "older":
                    headers = [(name, text) for name, text in headers if name != "dlq-seal"]
            producer.send_now(topics.dead_letters(target), key, value, headers)
            letters = read_topic(cluster, topics.dead_letters(target))
            place = f"0-{letters[-1].offset}"
            producer.send_now(topics.replays, *order_of(topics.dead_letters(target), place, 0), [])
            await until(lambda: len(handler.done) == 2, "it came again")
    first, again = handler.done
    assert again.topic == target
    assert again.replay is not None
    assert again.replay.is_borne_out == (change == "none")
    (order,) = read_topic(cluster, topics.replays)
    assert again.timestamp_at == (first.timestamp_at if change == "none" else order.timestamp_at)


async def test_no_word_of_a_message_stands_in_its_letter(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Neither in its key and headers, nor in what says why, nor in the order to replay it; destroyed, it stays away."""
    topics = make_topics("finance", partitions=1)
    topic, words = topics.decisions("finance"), (b"079085001234", b"Nguyen Van An", b"ce_subject", b"own-header")
    handler, box = Remembering(unread), letter_box(cluster, topic)
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, handler)):
            headers = [("ce_id", words[0]), ("ce_subject", words[1]), ("own-header", words[1])]
            for value in (b"bad", b"bad"):
                producer.send_now(topic, words[0], value, headers)
            await until(lambda: len(box.letters()) == 2, "both were buried")
            first, second = box.letters()
            assert (first.seal, first.key, first.event_id) == ("opened", words[0].decode(), words[0].decode())
            closed, *_ = LetterBox(cluster, topic).letters()
            assert (closed.seal, closed.key, closed.event_id, closed.size_bytes) == ("closed", None, None, 3)
            LETTERS.destroy([second.header_texts["dlq-sealed"]])
            with pytest.raises(LetterErasedError):
                box.replay(producer, topics, [second.id])
            standing = LETTERS.keys.keys()
            assert open_letters(cluster, topics) == {box.topic: 2}
            assert open_letters(cluster, topics, lambda references: references & standing) == {box.topic: 1}
            producer.send_now(topics.replays, *order_of(box.topic, second.id, 0), [])
            assert [each.id for each in box.replay(producer, topics)] == [first.id]
            await until(lambda: len(handler.done) == 3, "the other came again")
            orders = letter_box(cluster, topics.replays)
            await until(orders.letters, "the order to replay the destroyed one was buried")
    assert [each.code for each in orders.letters()] == ["letter_erased"]
    again = handler.done[-1]
    assert (again.key, again.value, again.headers) == (words[0], b"bad", tuple(headers))
    kept = [each for name in (box.topic, topics.replays, orders.topic) for each in read_topic(cluster, name)]
    whole = b" ".join(
        part for each in kept for part in (each.key or b"", each.value or b"", repr(each.headers).encode())
    )
    assert not [word for word in words if word in whole]


async def test_a_letter_waits_until_the_vault_answers(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Nothing is ever put away in clear: while no key can be had, the message stays where it is."""
    topics = make_topics("finance", partitions=1)
    topic, vault = topics.decisions("finance"), MemoryLetters()
    handler, vault.away = Remembering(unread), True
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, handler, vault=vault)):
            producer.send_now(topic, "case-a", b"bad", [])
            await until(lambda: len(handler.seen) > 1, "it was tried again")
            assert read_topic(cluster, topics.dead_letters(topic)) == []
            vault.away = False
            await until(LetterBox(cluster, topic, vault).letters, "it was buried")
    (letter,) = LetterBox(cluster, topic, vault).letters()
    assert (letter.seal, letter.attempts) == ("opened", 1)


@pytest.mark.parametrize(
    "order",
    ["", "x", "{dead}/0-99", "{dead}/9-0", "{topic}/0-0", "{events}.dlq/0-0", "other.dlq/0-0", "{replays}.dlq/0-0"],
)
async def test_an_order_that_names_no_letter_is_a_dead_letter(
    cluster: Cluster, make_topics: MakeTopics, order: str
) -> None:
    """It stops nothing, and the operator finds it."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    given = order.format(
        dead=topics.dead_letters(topic), topic=topic, events=topics.case_events, replays=topics.replays
    )
    handler, box = Remembering(unread), letter_box(cluster, topics.replays)
    with Producer(cluster) as producer:
        async with Running(a_bridge(cluster, topics, handler)):
            producer.send_now(topics.replays, None, given.encode(), [])
            await until(box.letters, "it was buried")
    (letter,) = box.letters()
    assert (letter.code, letter.topic) == ("letter_unknown", topics.replays)
    assert handler.done == []
