"""What the transport costs: publisher and bridge at full load, and the delay of a lone message, on a real Kafka broker.

`python -m bench.transport` takes about a minute and writes bench/results/transport.json: medians of three rounds, raw rows
kept. The outbox is the one in memory and the handler does nothing, so these are the figures of the transport alone. CPU
is of this process, all its threads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer
from prometheus_client import CollectorRegistry

from events.language.topics import Topics
from events.transport.admin import TopicLayout, ensure_topics
from events.transport.bridge import BridgeSettings, ConsumerSettings, LaneSettings, incoming_pattern
from events.transport.cluster import Cluster
from events.transport.memory import MemoryOutbox
from events.transport.metrics import BridgeMetrics, PublisherMetrics
from events.transport.ports import Disposition, Done, Incoming, OutboxRow
from events.transport.publisher import Publisher, PublisherSettings
from tests.events.broker import Broker
from tests.events.outbox_contract import a_row
from tests.events.sending import ReadyBridge

RESULTS = Path(__file__).parent / "results" / "transport.json"
ROUNDS = 3
CASES = 500
PADDING = "x" * 500
"""A ledger record is some 600 bytes long."""
GAP_SECONDS = 0.05


def rows_for(topic: str, count: int) -> list[OutboxRow]:
    """Events of many cases, interleaved, of the usual size."""
    rows = []
    for number in range(count):
        row = a_row(number // CASES + 1, topic=topic, case_id=f"case-{number % CASES:024x}")
        rows.append(OutboxRow(row.id, topic, row.key, row.event_id, row.name, _padded(row.body), row.at, row.key, 1))
    return rows


def _padded(body: str) -> str:
    return body[:-1] + f',"padding":"{PADDING}"}}'


class Publishing:
    """A publisher in a thread."""

    def __init__(self, outbox: MemoryOutbox, cluster: Cluster) -> None:
        self._publisher = Publisher(outbox, cluster, PublisherSettings(), PublisherMetrics(CollectorRegistry()))
        self._thread = threading.Thread(target=self._publisher.run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._publisher.stop()
        self._thread.join()


def figures(count: int, began: float, cpu: float) -> dict[str, float]:
    """Rate and cost of what was done since then."""
    seconds, busy = time.perf_counter() - began, time.process_time() - cpu
    return {"messages_per_s": count / seconds, "cpu_ms_per_message": busy * 1000 / count}


def publish_all(cluster: Cluster, topics: Topics, count: int) -> dict[str, float]:
    """A full outbox, until it is empty."""
    outbox = MemoryOutbox()
    with Publishing(outbox, cluster):
        outbox.add_all(rows_for(topics.case_events, 50))
        _until(lambda: outbox.lag().rows == 0)
        rows = rows_for(topics.decisions("finance"), count)
        began, cpu = time.perf_counter(), time.process_time()
        outbox.add_all(rows)
        _until(lambda: outbox.lag().rows == 0)
        return figures(count, began, cpu)


def publish_steadily(cluster: Cluster, topics: Topics, count: int, per_second: int) -> dict[str, float]:
    """Rows that come one by one at a steady rate, as from many cases: the cost of smaller rounds."""
    outbox = MemoryOutbox()
    with Publishing(outbox, cluster):
        rows = rows_for(topics.case_events, count)
        outbox.add_all(rows[:10])
        _until(lambda: outbox.lag().rows == 0)
        began, cpu = time.perf_counter(), time.process_time()
        for number, row in enumerate(rows[10:]):
            time.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            outbox.add(row)
        _until(lambda: outbox.lag().rows == 0)
        return figures(count, began, cpu)


class Counting:
    """A handler that does nothing but count."""

    def __init__(self, wanted: int) -> None:
        self.all_done = asyncio.Event()
        self._left = wanted

    async def handle(self, message: Incoming) -> Disposition:
        del message
        self._left -= 1
        if self._left == 0:
            self.all_done.set()
        return Done()


async def bridge_all(cluster: Cluster, topics: Topics, count: int) -> dict[str, float]:
    """A full topic, until all is handled."""
    handler = Counting(count)
    bridge = ReadyBridge(
        cluster,
        incoming_pattern(topics),
        handler,
        settings=BridgeSettings(ConsumerSettings(group=secrets.token_hex(4)), LaneSettings()),
        metrics=BridgeMetrics(CollectorRegistry()),
    )
    running = asyncio.create_task(bridge.run())
    await bridge.wait_ready()
    began, cpu = time.perf_counter(), time.process_time()
    await handler.all_done.wait()
    found = figures(count, began, cpu)
    bridge.stop()
    await running
    return found


def delays_ms(cluster: Cluster, topics: Topics, count: int) -> list[float]:
    """From the commit of a lone row to the message in another process's hands, in milliseconds, sorted."""
    command = [
        sys.executable,
        "-m",
        "bench.transport",
        "--read",
        json.dumps([cluster.bootstrap, dict(cluster.options)]),
        topics.escalations,
        str(count),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        outbox, sent = MemoryOutbox(), {}
        with Publishing(outbox, cluster):
            for row in rows_for(topics.escalations, count):
                time.sleep(GAP_SECONDS)
                sent[row.event_id] = time.time()
                outbox.add(row)
            received = json.loads(reader.stdout.readline())
    return sorted((received[event_id] - at) * 1000 for event_id, at in sent.items())


def read(cluster: Cluster, topic: str, count: int) -> None:
    """The other process: says when each message was in its hands."""
    options = cluster.client_options("bench")
    consumer = KafkaConsumer(topic, **options, group_id=secrets.token_hex(4), metrics_enabled=False)
    while not consumer.assignment() or any(consumer.position(each) is None for each in consumer.assignment()):
        consumer.poll(timeout_ms=50)
    print("ready", flush=True)
    received: dict[str, float] = {}
    while len(received) < count:
        for batch in consumer.poll(timeout_ms=1000).values():
            for record in batch:
                received[dict(record.headers)["ce_id"].decode()] = time.time()
    print(json.dumps(received), flush=True)
    consumer.close()


def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.005)


def one_round(cluster: Cluster, count: int, lone: int) -> dict[str, Any]:
    """All measurements once, on topics of their own."""
    topics = Topics(f"bench{secrets.token_hex(3)}")
    ensure_topics(cluster, [*topics.of_system(), *topics.of_department("finance")], topics, TopicLayout(partitions=6))
    delays = delays_ms(cluster, topics, lone)
    return {
        "publisher": publish_all(cluster, topics, count),
        "publisher_at_300_per_s": publish_steadily(cluster, topics, 1500, 300),
        "bridge": asyncio.run(bridge_all(cluster, topics, count)),
        "lone_message_ms": {"p50": delays[len(delays) // 2], "p99": delays[int(len(delays) * 0.99)]},
        "load_average": os.getloadavg()[0],
    }


def medians(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The middle of the rounds, figure by figure."""
    return {
        part: {name: round(statistics.median(each[part][name] for each in rounds), 4) for name in rounds[0][part]}
        for part in rounds[0]
        if isinstance(rounds[0][part], dict)
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.transport", description=__doc__)
    parser.add_argument("--read", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--messages", type=int, default=20_000, help="messages of a round")
    parser.add_argument("--lone", type=int, default=150, help="lone messages of a round")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.read:
        read(Cluster(*json.loads(options.read[0])), options.read[1], int(options.read[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder))
        broker.start()
        try:
            rounds = [one_round(broker.cluster, options.messages, options.lone) for _ in range(options.rounds)]
        finally:
            broker.kill()
    found = {"medians": medians(rounds), "rounds": rounds, "cores": os.cpu_count(), "messages": options.messages}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found["medians"], indent=1))


if __name__ == "__main__":
    main()
