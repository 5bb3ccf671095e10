"""The whole way beside a bare Temporal workflow: `python -m bench.throughput [--cases N] [--rounds N]`.

One machine runs everything: servers, worker, bridge, publisher, and the outside world that submits and answers. Rounds of the
whole system and of bare workflows take turns on the same Temporal server; the figures are medians, the raw rows are kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from bench import SYSTEM
from bench.throughput.usage import cpu_seconds, per_case_ms, rss_mb, stack_processes
from greenlane.admission import let_in
from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.stack.progress import Terminal
from greenlane.wiring import Wiring
from services.actors import claimed
from services.quiescence import await_published
from store.ledger import Ledger

RESULT = Path(__file__).parents[1] / "results" / "throughput.json"
PROCEDURE = "karaoke-licence"
"""Five steps, two of them parallel, two case clocks, a ladder on each."""
BARE_QUEUE = "bare"
LIGHT_CASES = 40
WARM_UP_CASES = 30


def main() -> None:
    """Measure and write bench/results/throughput.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=50)
    asked = parser.parse_args()
    with the_stack() as (wiring, supervisor):
        result = measure(wiring, supervisor, asked.cases, asked.rounds, asked.in_flight)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps({k: v for k, v in result.items() if k != "rounds"}, indent=2) + "\n")


@contextmanager
def the_stack() -> Iterator[tuple[Wiring, psutil.Process]]:
    """A fresh embedded stack on free ports, as a user would start it."""
    free = ("temporal_port", "temporal_ui_port", "postgres_port", "kafka_port", "kafka_controller_port", "metrics_port")
    with tempfile.TemporaryDirectory(prefix="greenlane-bench-") as folder:
        settings = Settings.load(state_dir=Path(folder) / "state", temporal_ui=False, **dict.fromkeys(free, 0))
        terminal = Terminal()
        try:
            with ensure_stack(settings, progress=terminal) as addresses:
                stack = json.loads((settings.state_dir / "stack.json").read_text(encoding="utf-8"))
                wiring = Wiring(settings.resolved(addresses))
                yield wiring, psutil.Process(int(stack["supervisor"]["pid"]))
                wiring.close()
        finally:
            terminal.close()


def measure(wiring: Wiring, supervisor: psutil.Process, cases: int, rounds: int, in_flight: int) -> dict[str, Any]:
    """All rounds, and what they come to."""
    port = _free_port()
    bare_worker = subprocess.Popen(
        [sys.executable, "-m", "bench.throughput.bare", str(wiring.settings.temporal_address), BARE_QUEUE, str(port)]
    )
    try:
        ours_round(wiring, supervisor, WARM_UP_CASES, in_flight, "warm-up")
        bare_round(wiring, supervisor, bare_worker, WARM_UP_CASES, in_flight, port)
        rows: list[dict[str, Any]] = []
        for number in range(rounds):
            bare = bare_round(wiring, supervisor, bare_worker, cases, in_flight, port)
            ours = ours_round(wiring, supervisor, cases, in_flight, f"round-{number}")
            rows.append({"ours": ours, "bare": bare, "ratio": ours["cases_per_s"] / bare["cases_per_s"]})
    finally:
        bare_worker.kill()
    light = ours_round(wiring, supervisor, LIGHT_CASES, 1, "light")
    return summary(rows, light, rss_mb(stack_processes(supervisor)), cases, in_flight) | {
        "history_events": asyncio.run(_history_events(wiring, light["case"]))
    }


def ours_round(wiring: Wiring, supervisor: psutil.Process, cases: int, in_flight: int, name: str) -> dict[str, Any]:
    """One round of the whole system; CPU is read once everything decided is on Kafka."""
    processes = stack_processes(supervisor)
    before = cpu_seconds(processes)
    words = [access_file(wiring), wiring.settings.topic_prefix, PROCEDURE, str(cases), str(in_flight)]
    found = _ran("bench.throughput.departments", *words, f"{name}-{time.time_ns()}")
    await_published(wiring, claimed("operator", "bench"))
    cpu = per_case_ms(before, cpu_seconds(processes), cases)
    cpu["desk"] = round(found["cpu_s"] * 1000 / cases, 2)
    waits = sorted(_waits_ms(wiring, found.pop("in_hand_at")))
    return {
        "cases_per_s": round(found["cases_per_s"], 2),
        "cpu_ms_per_case": cpu,
        "assigned_to_desk_ms_p50": round(statistics.median(waits), 1),
        "assigned_to_desk_ms_p99": round(waits[int(len(waits) * 0.99)], 1),
        "case": found["case"],
    }


def access_file(wiring: Wiring) -> str:
    """The file with the account under which the outside world of the benchmark is let in."""
    wiring.systems.register(SYSTEM)
    departments = {step.department for step in wiring.catalog.procedure(PROCEDURE, datetime.now(UTC).date()).steps}
    systems, layout = (SYSTEM.id,), wiring.topic_layout
    access = let_in(wiring.settings, SYSTEM.id, departments=departments, systems=systems, layout=layout)
    return str(access.write(wiring.settings.state_dir / "bench-access.json"))


def bare_round(
    wiring: Wiring, supervisor: psutil.Process, worker: subprocess.Popen[bytes], cases: int, in_flight: int, port: int
) -> dict[str, Any]:
    """One round of bare workflows on the same server."""
    processes = {"temporal": stack_processes(supervisor)["temporal"], "worker": [psutil.Process(worker.pid)]}
    before = cpu_seconds(processes)
    words = [str(wiring.settings.temporal_address), BARE_QUEUE, str(port), str(cases), str(in_flight)]
    found = _ran("bench.throughput.bare_driver", *words)
    cpu = per_case_ms(before, cpu_seconds(processes), cases)
    cpu["driver"] = round(found["cpu_s"] * 1000 / cases, 2)
    return {"cases_per_s": round(found["cases_per_s"], 2), "cpu_ms_per_case": cpu}


def _ran(module: str, *words: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", module, *words], stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _waits_ms(wiring: Wiring, in_hand_at: dict[str, float]) -> Iterator[float]:
    """From the transaction that recorded an assignment to the message in the other process's hands."""
    ledger = Ledger(wiring.store)
    for case_id in {event_id.rpartition(".")[0] for event_id in in_hand_at}:
        for row in ledger.rows(case_id):
            at = in_hand_at.get(f"{row.case_id}.{row.sequence}")
            if at is not None:
                yield (at - row.recorded_at.timestamp()) * 1000


def summary(
    rows: list[dict[str, Any]], light: dict[str, Any], memory: dict[str, float], cases: int, in_flight: int
) -> dict[str, Any]:
    """Medians over the rounds, and the rows."""

    def median_of(kind: str, key: str) -> Any:
        values = [row[kind][key] for row in rows]
        if isinstance(values[0], dict):
            return {name: round(statistics.median(value[name] for value in values), 2) for name in values[0]}
        return round(statistics.median(values), 2)

    return {
        "ratio_to_bare": round(statistics.median(row["ratio"] for row in rows), 3),
        "cases_per_s": median_of("ours", "cases_per_s"),
        "bare_cases_per_s": median_of("bare", "cases_per_s"),
        "cpu_ms_per_case": median_of("ours", "cpu_ms_per_case"),
        "bare_cpu_ms_per_case": median_of("bare", "cpu_ms_per_case"),
        "assigned_to_desk_ms_p50": light["assigned_to_desk_ms_p50"],
        "assigned_to_desk_ms_p99": light["assigned_to_desk_ms_p99"],
        "rss_mb": memory,
        "method": f"{len(rows)} interleaved rounds of {cases} cases, {in_flight} in flight; procedure {PROCEDURE};"
        f" assigned_to_desk with one case in flight; python -m bench.throughput",
        "machine": f"{psutil.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": rows,
    }


async def _history_events(wiring: Wiring, case_id: str) -> int:
    """The history events of a case whose every answer came alone."""
    client = await wiring.temporal()
    described = await client.get_workflow_handle(case_id).describe()
    return described.history_length


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
