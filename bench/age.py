"""Whether cost grows with age: cases per second in an empty system, and beside 10,000 open cases and 100,000 ledger events.

`python -m bench.age [--open N] [--cases N] [--rounds N]` writes bench/results/age.json.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from bench.throughput.__main__ import PROCEDURE, WARM_UP_CASES, access_file, ours_round, the_stack
from greenlane.wiring import Wiring
from services.actors import claimed
from services.quiescence import await_published
from store.ledger import Ledger
from store.views import CaseFilter, Views

RESULT = Path(__file__).parent / "results" / "age.json"


def main() -> None:
    """Measure, fill, measure again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with the_stack() as (wiring, supervisor):
        ours_round(wiring, supervisor, WARM_UP_CASES, 50, "warm-up")
        young = _rounds(wiring, supervisor, asked.cases, asked.rounds, "young")
        filling_s = _fill(wiring, asked.open)
        old = _rounds(wiring, supervisor, asked.cases, asked.rounds, "old")
        open_cases = Views(wiring.store).count(CaseFilter(open_only=True))
        _, events = Ledger(wiring.store).counts()
    result = {
        "ratio_old_to_young": round(_median(old) / _median(young), 3),
        "young_cases_per_s": _median(young),
        "old_cases_per_s": _median(old),
        "open_cases": open_cases,
        "ledger_events": events,
        "filling_s": round(filling_s, 1),
        "method": f"{asked.rounds} rounds of {asked.cases} cases, 50 in flight, before and after; python -m bench.age",
        "machine": f"{psutil.cpu_count()} cores",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": {"young": young, "old": old},
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps({k: v for k, v in result.items() if k != "rounds"}, indent=2) + "\n")


def _rounds(wiring: Wiring, supervisor: psutil.Process, cases: int, rounds: int, name: str) -> list[dict[str, Any]]:
    return [ours_round(wiring, supervisor, cases, 50, f"{name}-{number}") for number in range(rounds)]


def _median(rounds: list[dict[str, Any]]) -> float:
    return round(float(statistics.median(row["cases_per_s"] for row in rounds)), 2)


def _fill(wiring: Wiring, cases: int) -> float:
    """Open so many cases and leave them open after their first answer: some ten events each."""
    began = time.monotonic()
    words = [access_file(wiring), wiring.settings.topic_prefix, PROCEDURE, str(cases), "100"]
    subprocess.run(
        [sys.executable, "-m", "bench.throughput.departments", *words, f"fill-{time.time_ns()}", "1"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    await_published(wiring, claimed("operator", "bench"), timeout_seconds=300)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
