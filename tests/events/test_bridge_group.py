"""Bridges that come, go, share and hand over, on a real Kafka."""

from __future__ import annotations

import asyncio
import threading

import pytest

from events.transport.cluster import Cluster
from events.transport.errors import RequestRefusedError, Unavailable
from events.transport.ports import Disposition, Done, Incoming
from tests.events.bridges import MakeTopics, a_bridge, after, ends
from tests.events.sending import PATIENCE_SECONDS, Remembering, Running, committed, send_all, until


async def test_a_new_departments_topic_is_found_with_what_it_held(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Messages sent before the bridge knew the topic are read."""
    topics = make_topics("finance")
    handler = Remembering()
    async with Running(a_bridge(cluster, topics, handler)):
        await asyncio.to_thread(send_all, cluster, topics.decisions("finance"), [("a", "old")])
        await asyncio.to_thread(make_topics, "health")
        # A dead-letter topic is not read, and lies there before what is: whoever found the one would have found the other.
        await asyncio.to_thread(send_all, cluster, topics.dead_letters(topics.decisions("health")), [("b", "dead")])
        await asyncio.to_thread(send_all, cluster, topics.decisions("health"), [("b", "new")])
        await until(lambda: len(handler.done) >= 2, "both were handled")
        for name in ("finance", "health"):
            await asyncio.to_thread(send_all, cluster, topics.decisions(name), [("c", f"last of {name}")])
        await until(lambda: len(handler.done) >= 4, "the last were handled")
    assert sorted(handler.values()) == ["last of finance", "last of health", "new", "old"]


async def test_two_bridges_share_and_hand_over(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Partitions move when a bridge comes and goes: order per key stays, and nothing is handled twice."""
    topics = make_topics("finance", partitions=4)
    topic = topics.decisions("finance")
    first, second = Remembering(lambda _: after(0.002)), Remembering(lambda _: after(0.002))
    messages = [(f"case-{number % 40}", f"{number:04}") for number in range(1200)]
    async with Running(a_bridge(cluster, topics, first)):
        sending = asyncio.create_task(asyncio.to_thread(send_all, cluster, topic, messages[:800]))
        await until(lambda: len(first.done) > 50, "the first works")
        async with Running(a_bridge(cluster, topics, second)):
            await sending
            await until(lambda: len(first.done) + len(second.done) >= 600, "both work")
            await asyncio.to_thread(send_all, cluster, topic, messages[800:])
            await until(lambda: len(second.done) > 20, "the second works")
        await until(lambda: len(first.done) + len(second.done) >= 1200, "all were handled")
    both = sorted([*first.done, *second.done], key=lambda each: (each.partition, each.offset))
    assert len(both) == len({(each.partition, each.offset) for each in both}) == 1200
    assert first.overlaps == second.overlaps == 0
    for handler in (first, second):
        for values in handler.by_key().values():
            assert values == sorted(values)
    assert committed(cluster, f"{topics.prefix}-bridge", topic) == ends(cluster, topic)


async def test_a_hand_over_does_not_wait_for_what_is_away(cluster: Cluster, make_topics: MakeTopics) -> None:
    """A bridge whose servers are away gives its partitions to another at once, unfinished messages included."""
    topics = make_topics("finance", partitions=2)

    async def act(message: Incoming) -> Disposition:
        raise Unavailable("Temporal")

    stuck, well = Remembering(act), Remembering()
    messages = [(f"case-{number}", str(number)) for number in range(30)]
    # Neither the time to finish what is in hand nor the session is ever waited for: both are longer than the test may take.
    async with Running(a_bridge(cluster, topics, stuck, drain_seconds=600, session_seconds=600)):
        await asyncio.to_thread(send_all, cluster, topics.decisions("finance"), messages)
        await until(lambda: stuck.seen, "the first tried")
    async with Running(a_bridge(cluster, topics, well)):
        await until(lambda: len(well.done) == 30, "the second handled all")


async def test_a_named_instance_gets_its_partitions_back(cluster: Cluster, make_topics: MakeTopics) -> None:
    """With a name that stays over restarts, a new process need not wait until the old one's session has expired."""
    topics = make_topics("finance")
    for value in ("1", "2"):
        handler = Remembering()
        async with Running(a_bridge(cluster, topics, handler, instance_id="bridge-1", session_seconds=600)):
            await asyncio.to_thread(send_all, cluster, topics.decisions("finance"), [("a", value)])
            await until(lambda: len(handler.done) == 1, "it was handled")  # noqa: B023
        assert handler.values() == [value]


async def test_a_second_process_with_the_same_name_ends_the_first(cluster: Cluster, make_topics: MakeTopics) -> None:
    """Two with one name would take each other's partitions: the older one stops with its next commit, says why, and is gone."""
    topics = make_topics("finance")
    gate, threads = asyncio.Event(), threading.enumerate()

    async def act(_: Incoming) -> Disposition:
        await gate.wait()
        return Done()

    older_handler, younger = Remembering(act), Remembering()
    older = a_bridge(cluster, topics, older_handler, instance_id="bridge-1")
    running = asyncio.create_task(older.run())
    assert await older.wait_ready()
    await asyncio.to_thread(
        send_all, cluster, topics.decisions("finance"), [(f"k{number}", "x") for number in range(200)]
    )
    await until(lambda: older_handler.seen, "the older one has something in hand")
    async with Running(a_bridge(cluster, topics, younger, instance_id="bridge-1")):
        await until(lambda: len(younger.done) == 200, "the younger one does all that is not committed")
        gate.set()
        with pytest.raises(RequestRefusedError):
            await asyncio.wait_for(running, PATIENCE_SECONDS)
    assert [thread.name for thread in threading.enumerate() if thread not in threads and "kafka" in thread.name] == []


async def test_stopping_finishes_what_is_in_hand(cluster: Cluster, make_topics: MakeTopics) -> None:
    """What was begun is finished and committed before the bridge is gone."""
    topics = make_topics("finance", partitions=1)
    topic = topics.decisions("finance")
    handler = Remembering(lambda _: after(0.2))
    async with Running(a_bridge(cluster, topics, handler)) as bridge:
        await asyncio.to_thread(send_all, cluster, topic, [(f"k{number}", "x") for number in range(40)])
        await until(lambda: handler.seen, "it began")
        bridge.stop()
    assert len(handler.done) == len(handler.seen)
    assert committed(cluster, f"{topics.prefix}-bridge", topic)[0] == len(handler.done)
