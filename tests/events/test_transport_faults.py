"""Kills under load: of the broker under publisher and bridge, and of the bridge itself. Nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from events.language.topics import Topics
from events.transport.admin import TopicLayout, ensure_topics
from events.transport.bridge import BridgeSettings, ConsumerSettings, LaneSettings, incoming_pattern
from events.transport.cluster import Cluster
from events.transport.memory import MemoryOutbox
from events.transport.metrics import BridgeMetrics, PublisherMetrics
from events.transport.publisher import Publisher, PublisherSettings
from tests.events.broker import Broker
from tests.events.outbox_contract import a_row
from tests.events.sending import (
    PATIENCE_SECONDS,
    CountingOutbox,
    ReadyBridge,
    Remembering,
    Running,
    WatchedOutbox,
    committed,
    read_topic,
    send_all,
    until,
)

CASES = 20


def own_topics(cluster: Cluster, prefix: str) -> Topics:
    topics = Topics(prefix)
    ensure_topics(cluster, [*topics.of_system(), *topics.of_department("finance")], topics, TopicLayout(partitions=3))
    return topics


class Process:
    """The bridge of `bridge_process.py`; each run writes a file of its own."""

    def __init__(self, cluster: Cluster, topics: Topics, folder: Path, held_after: int) -> None:
        self._cluster, self._topics, self._folder = cluster, topics, folder
        self.files: list[Path] = []
        self._process = self._started(held_after)

    def _started(self, held_after: int) -> subprocess.Popen[bytes]:
        self.files.append(self._folder / f"run-{len(self.files)}")
        self.files[-1].touch()
        cluster = json.dumps([self._cluster.bootstrap, dict(self._cluster.options)])
        command = [sys.executable, "-m", "tests.events.bridge_process", cluster, self._topics.prefix]
        root = Path(__file__).parents[2]
        return subprocess.Popen([*command, str(self.files[-1]), str(held_after)], cwd=root, stdout=subprocess.DEVNULL)

    def kill_and_restart(self, held_after: int) -> None:
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = self._started(held_after)

    def handled(self, run: int = -1) -> list[tuple[int, int, str]]:
        """Partition, offset and key of what a run handled, in order."""
        lines = [line.split() for line in self.files[run].read_text().splitlines()]
        # The last line may be torn by the kill.
        return [(int(line[0]), int(line[1]), line[2]) for line in lines if len(line) == 3]

    def all_handled(self) -> list[tuple[int, int, str]]:
        """Of all runs, in order."""
        return [each for run in range(len(self.files)) for each in self.handled(run)]

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(PATIENCE_SECONDS) == 0

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


async def test_a_killed_bridge_loses_nothing(broker: Broker, tmp_path: Path) -> None:
    """After SIGKILL every message is handled; twice only what had not been committed; order per key stays."""
    cluster = broker.cluster
    topics = own_topics(cluster, "killed-bridge")
    topic, group = topics.decisions("finance"), f"{topics.prefix}-bridge"
    process = Process(cluster, topics, tmp_path, held_after=300)
    at_kill: list[dict[int, int]] = []
    try:
        messages = [(f"case-{number % CASES}", str(number)) for number in range(2500)]
        await asyncio.to_thread(send_all, cluster, topic, messages)
        for count, next_count in ((300, 700), (700, 0)):
            await until(lambda: len(process.handled()) == count, f"{count} were handled")  # noqa: B023
            at_kill.append(await asyncio.to_thread(committed, cluster, group, topic))
            process.kill_and_restart(next_count)
        await until(lambda: len(set(process.all_handled())) == 2500, "all were handled")
        process.stop()
    finally:
        process.end()
    for run, before in enumerate(at_kill):
        again = {place for place in process.handled(run + 1) if place in set(process.handled(run))}
        assert all(offset >= before.get(partition, 0) for partition, offset, _ in again)
    offsets_of_key: dict[str, list[int]] = {}
    for _, offset, key in dict.fromkeys(process.all_handled()):
        offsets_of_key.setdefault(key, []).append(offset)
    assert all(offsets == sorted(offsets) for offsets in offsets_of_key.values())
    assert sum(committed(cluster, group, topic).values()) == 2500


async def test_publisher_and_bridge_outlive_a_killed_broker(broker: Broker) -> None:
    """The broker is killed under load and started again: all events arrive, in order per case, none twice on the topic."""
    cluster = broker.cluster
    topics = own_topics(cluster, "killed-broker")
    outbox, handler = MemoryOutbox(), Remembering()
    publisher = Publisher(outbox, cluster, PublisherSettings(), PublisherMetrics(CollectorRegistry()))
    publishing = threading.Thread(target=publisher.run)
    bridge = ReadyBridge(
        cluster,
        incoming_pattern(topics),
        handler,
        settings=BridgeSettings(ConsumerSettings(group="killed-broker"), LaneSettings()),
        metrics=BridgeMetrics(CollectorRegistry()),
    )
    publishing.start()
    try:
        async with Running(bridge):
            total, killed_at, back_at = 3000, 1500, 2000
            killed, back = threading.Event(), threading.Event()

            def record() -> None:
                for number in range(total):
                    if number == killed_at:
                        killed.wait()
                    elif number == back_at:
                        back.wait()
                    case = f"case-{number % CASES}"
                    outbox.add(a_row(number // CASES + 1, topic=topics.decisions("finance"), case_id=case))

            recording = asyncio.create_task(asyncio.to_thread(record))
            await until(lambda: handler.done, "some arrived")
            await asyncio.to_thread(broker.kill)
            killed.set()
            await until(lambda: outbox.lag().rows >= back_at - killed_at, "rows waited for the dead broker")
            broker.start()  # in this thread: the kernel ends the broker with the thread that started it
            back.set()
            await recording
            await until(lambda: len({_place(each) for each in handler.done}) == total, "all arrived")
    finally:
        publisher.stop()
        publishing.join()
    assert outbox.lag().rows == 0
    on_topic = [dict(message.headers)["ce_id"] for message in read_topic(cluster, topics.decisions("finance"))]
    assert len(on_topic) == len(set(on_topic)) == total
    for values in handler.by_key().values():
        first = list(dict.fromkeys(values))
        assert first == [a_row(number, case_id=_case(first[0])).body for number in range(1, total // CASES + 1)]


def _place(message: object) -> tuple[int, int]:
    return message.partition, message.offset  # type: ignore[attr-defined]


def _case(body: str) -> str:
    return body.split('"')[3]


def test_a_replaced_broker_is_noticed_and_refilled(broker: Broker) -> None:
    """An empty cluster at the old address gets nothing; after `republish` it gets everything, in order."""
    cluster = broker.cluster
    topics = own_topics(cluster, "replaced")
    outbox = CountingOutbox()
    outbox.add_all([a_row(number, topic=topics.case_events) for number in range(1, 101)])
    _publish_for(outbox, cluster, lambda: outbox.lag().rows == 0)
    broker.replace()
    own_topics(cluster, "replaced")
    outbox.add(a_row(101, topic=topics.case_events))
    asked = outbox.asked
    _publish_for(outbox, cluster, lambda: outbox.asked >= asked + 3)  # it was asked, and refused to go on, twice
    assert outbox.lag().rows == 1
    assert read_topic(cluster, topics.case_events) == []
    assert outbox.republish() == 101
    _publish_for(outbox, cluster, lambda: outbox.lag().rows == 0)
    bodies = [(message.value or b"").decode() for message in read_topic(cluster, topics.case_events, at_least=101)]
    assert bodies == [a_row(number).body for number in range(1, 102)]


def _publish_for(outbox: MemoryOutbox, cluster: Cluster, done: Callable[[], object]) -> None:
    publisher = Publisher(outbox, cluster, PublisherSettings(), PublisherMetrics(CollectorRegistry()))
    thread = threading.Thread(target=publisher.run)
    thread.start()
    try:
        _wait(done)
    finally:
        publisher.stop()
        thread.join()


def _wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_stopping_while_kafka_is_away_does_not_hang(broker: Broker) -> None:
    """Rows in hand stay unmarked, and the process ends. The last of this module: it leaves the broker dead."""
    cluster = broker.cluster
    topics = own_topics(cluster, "stopping")
    outbox = WatchedOutbox()
    registry = CollectorRegistry()
    publisher = Publisher(outbox, cluster, PublisherSettings(), PublisherMetrics(registry))
    thread = threading.Thread(target=publisher.run)
    thread.start()
    outbox.add(a_row(1, topic=topics.case_events))
    _wait(lambda: outbox.lag().rows == 0)
    broker.kill()
    outbox.add(a_row(2, topic=topics.case_events))
    _wait(lambda: registry.get_sample_value("greenlane_publisher_available") == 0)
    publisher.stop()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    assert outbox.published == {1}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    # The client logs every refused connection.
    caplog.set_level("CRITICAL", logger="kafka")
