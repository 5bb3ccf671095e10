"""What recording costs: turns of three events on a real PostgreSQL that writes through to the disk.

`python -m bench.store` takes about a minute and writes bench/results/store.json: medians of three rounds, raw rows kept.
CPU is from /proc: of this process (callers, event loop and writer thread together) and of PostgreSQL with its children.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from cases.turn import Recorded, Turn
from events.language.topics import Topics
from store.database import Store
from store.outbox import Outbox
from store.recorder import Recorder
from tests.store.database_server import DatabaseServer
from tests.store.turn_builder import Sketch

RESULTS = Path(__file__).parent / "results" / "store.json"
ANSWERS = 6
"""Turns of a case after its opening: a five-step case has five answers and a closing."""
ROUNDS = 3


def lives(first: int, count: int) -> list[list[Turn]]:
    """All turns of so many cases, made beforehand."""
    return [life(number) for number in range(first, first + count)]


def life(number: int) -> list[Turn]:
    sketch, turns = Sketch(number), []
    for index in range(ANSWERS + 1):
        step = "intake" if index == 1 else f"next-{len(sketch.records) - 3}"
        turns.append(sketch.opening() if index == 0 else sketch.answer(step))
        sketch.take(Recorded(records=turns[-1].records, outcomes=turns[-1].outcomes))
    return turns


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children, those that ended among them."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family) + sum(process.cpu_times()[2:4])


async def run(recorder: Recorder, cases: list[list[Turn]], callers: int) -> list[float]:
    """So many callers, each with one case at a time; the latencies of all turns in seconds."""
    waiting: Iterator[list[Turn]] = iter(cases)
    latencies: list[float] = []

    async def caller() -> None:
        for turns in waiting:
            for turn in turns:
                began = time.perf_counter()
                recorded = await recorder.record(turn)
                latencies.append(time.perf_counter() - began)
                assert len(recorded.records) == len(turn.records)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return latencies


def measure(store: Store, server: DatabaseServer, cases: list[list[Turn]], callers: int) -> dict[str, Any]:
    """One round."""
    recorder = Recorder(store, Topics())
    asyncio.run(run(recorder, cases[:2], 1))
    before = cpu_seconds(os.getpid()), cpu_seconds(server.pid), _transactions(store)
    own, began = time.process_time(), time.perf_counter()
    latencies = asyncio.run(run(recorder, cases[2:], callers))
    elapsed, own = time.perf_counter() - began, time.process_time() - own
    database, transactions = cpu_seconds(server.pid) - before[1], _transactions(store) - before[2]
    recorder.close()
    quantiles = statistics.quantiles(latencies, n=100)
    turns = len(latencies)
    return {
        "callers": callers,
        "turns": turns,
        "turns_per_s": round(turns / elapsed, 1),
        "recorder_cpu_ms_per_turn": round(own * 1000 / turns, 3),
        "postgresql_cpu_ms_per_turn": round(database * 1000 / turns, 3),
        "latency_ms_p50": round(quantiles[49] * 1000, 2),
        "latency_ms_p99": round(quantiles[98] * 1000, 2),
        "turns_per_transaction": round(turns / max(1, transactions), 1),
    }


def _transactions(store: Store) -> int:
    with store.reading() as connection:
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        return int(connection.exec_driver_sql("SELECT count(DISTINCT recorded_at) FROM ledger").scalar_one())


def publish(store: Store) -> dict[str, float]:
    """Reading and marking all that waits, as the publisher does it."""
    outbox, rows = Outbox(store), 0
    own, began = time.process_time(), time.perf_counter()
    lease = outbox.claim_shard(0)
    assert lease is not None
    with lease:
        while found := lease.unpublished(500):
            rows += len(found)
            assert all(a.id < b.id for a, b in pairwise(found))
            lease.mark_published([row.id for row in found])
    elapsed, own = time.perf_counter() - began, time.process_time() - own
    return {"rows": rows, "rows_per_s": round(rows / elapsed), "cpu_us_per_row": round(own * 1e6 / rows, 1)}


@contextmanager
def a_store() -> Iterator[tuple[DatabaseServer, Store]]:
    """A database that waits for the disk, as in production."""
    with tempfile.TemporaryDirectory(prefix="greenlane-bench-") as folder:
        Path(folder).chmod(0o755)
        server = DatabaseServer(Path(folder), durable=True)
        server.start()
        try:
            store = Store.connect(server.fresh_database())
            yield server, store
            store.close()
        finally:
            server.kill()


def main() -> None:
    """Measure, print and keep the results."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, default=300, help="cases a round with 50 callers, 7 turns each")
    cases = arguments.parse_args().cases
    rows: list[dict[str, Any]] = []
    with a_store() as (server, store):
        for number in range(ROUNDS):
            first = number * 1_000_000
            rows.append(measure(store, server, lives(first, cases), 50))
            rows.append(measure(store, server, lives(first + 500_000, max(20, cases // 8)), 1))
            print(json.dumps(rows[-2]), json.dumps(rows[-1]), sep="\n", flush=True)
        published = publish(store)
    medians = {
        f"callers_{callers}": {
            name: statistics.median(row[name] for row in rows if row["callers"] == callers) for name in rows[0]
        }
        for callers in (50, 1)
    }
    result = {"at": datetime.now(UTC).isoformat(), "medians": medians, "publish": published, "rounds": rows}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(medians | {"publish": published}, indent=2))


if __name__ == "__main__":
    main()
