"""What proof costs: verification with every command decided again, chains alone, rebuild, checkpoints, and the memory they take.

`python -m bench.audit` fills databases with 10,000 and 100,000 events (`--long`: 1,000,000 too) and writes
bench/results/audit.json. Every measurement runs in a process of its own, on a ledger in which nothing is wrong: that
nothing is found is asked each time.

- `verify_events_per_s`: the whole of `verify`, on one core, by the clock; `verify_events_per_cpu_s` by the processor time of
  the process, which other work on the machine disturbs less. PostgreSQL works beside it on the other cores.
- `verify_all_cores_events_per_s`: the same on all of them.
- `chains_events_per_s`: rows read, hashed and held against their hashes, on one core.
- `rebuild_events_per_s`: every stream folded and compared with the read models, on one core.
- `memory_ratio`: the peak of the largest process of a verification on all cores, of the largest ledger to that of the
  smallest (VmHWM); `peak_mb` has the sum over all processes too.
- `first_checkpoint_s`, `next_checkpoint_s`: of all events at once, and of one case more.
- `bundle_of_500_events_s`, `bundle_check_s`: see `bench.bundles`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from audit.crew import cores
from audit.proof.sealing import sealing_with
from audit.proof.signing import SigningKey
from audit.rebuilding import rebuild_all
from audit.soundness import check_chains
from audit.verification import verify
from bench.bundles import bundle_figures
from bench.ledgers import add_copies, grow
from bench.store import a_store
from events.language.refusals import Refusal
from events.language.topics import Topics
from store.checkpoints import Checkpoints
from store.database import Store
from store.ledger import Ledger
from store.seals import make_installation_id

Figures = dict[str, Any]

RESULTS: Final = Path(__file__).parent / "results" / "audit.json"
SIZES: Final = (10_000, 100_000)
LARGEST: Final = 1_000_000
LOOK_SECONDS: Final = 0.05
MB: Final = 1024


def main() -> None:
    """Measure, print and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="1,000,000 events too, which takes some minutes more")
    parser.add_argument("--work", choices=sorted(WORK), help="only this, on the database that standard input names")
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(_work(asked.work, sys.stdin.readline().strip())))
        return
    rows = [measured(size) for size in (*SIZES, *((LARGEST,) if asked.long else ()))]
    rows += [] if asked.long else _measured_before()
    figures = summary(rows)
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in figures.items() if name != "ledgers"}, indent=2))


def measured(events: int) -> Figures:
    """Everything, of a ledger of this size."""
    with a_store() as (_, store):
        began = time.perf_counter()
        standing = grow(store, events)
        row: Figures = {"events": standing, "cases": Ledger(store).counts()[0]}
        row["filling_s"] = round(time.perf_counter() - began, 1)
        url = store.engine.url.render_as_string(hide_password=False)
        row["proofs"] = _proofs(store)
        for name in ("chains", "rebuild", "verify"):
            row[f"{name}_one_core"] = _alone(name, url, one_core=True)
        row["verify_all_cores"] = _alone("verify", url, one_core=False)
        row["load"] = round(os.getloadavg()[0], 1)
        row["measured_at"] = datetime.now(UTC).isoformat(timespec="seconds")
        print(json.dumps(row), file=sys.stderr, flush=True)
        return row


def _measured_before() -> list[Figures]:
    """The largest ledger's figures of an earlier long run."""
    rows = json.loads(RESULTS.read_text())["ledgers"] if RESULTS.exists() else []
    return [row for row in rows if row["events"] >= LARGEST]


def summary(rows: list[Figures]) -> Figures:
    """The figures by name, with where they come from."""
    small, main_row, large = rows[0], rows[1], rows[-1]
    peaks = [row["verify_all_cores"]["peak_mb"]["largest_process"] for row in (small, large)]
    return {
        "verify_events_per_s": main_row["verify_one_core"]["events_per_s"],
        "verify_events_per_cpu_s": main_row["verify_one_core"]["events_per_cpu_s"],
        "verify_all_cores_events_per_s": main_row["verify_all_cores"]["events_per_s"],
        "chains_events_per_s": main_row["chains_one_core"]["events_per_s"],
        "chains_events_per_cpu_s": main_row["chains_one_core"]["events_per_cpu_s"],
        "rebuild_events_per_s": main_row["rebuild_one_core"]["events_per_s"],
        "memory_ratio": round(peaks[1] / peaks[0], 2),
        "memory_from_to_events": [small["events"], large["events"]],
        **main_row["proofs"],
        "of_a_ledger_of": main_row["events"],
        "command": "python -m bench.audit --long; without --long all but the largest ledger",
        "machine": f"{cores()} cores, {platform.machine()}, Python {platform.python_version()}",
        "measured_at": main_row["measured_at"],
        "ledgers": rows,
    }


def _proofs(store: Store) -> Figures:
    make_installation_id(store)
    key = SigningKey.new()
    seal, topic = sealing_with(key), Topics().checkpoints
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        if Checkpoints(store).make(seal, topic) is None:
            raise AssertionError("nothing was new")
        seconds.append(round(time.perf_counter() - began, 3))
        add_copies(store, 1)
    return {"first_checkpoint_s": seconds[0], "next_checkpoint_s": seconds[1], **bundle_figures(store, key)}


def _alone(name: str, url: str, *, one_core: bool) -> Figures:
    """One piece of work in a process of its own, watched from here."""
    pinned = {min(os.sched_getaffinity(0))} if one_core else os.sched_getaffinity(0)
    words = [sys.executable, "-m", "bench.audit", "--work", name]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        os.sched_setaffinity(process.pid, pinned)
        if process.stdin is None or process.stdout is None:
            raise AssertionError("no pipes")
        process.stdin.write(f"{url}\n")
        process.stdin.close()
        peaks: dict[int, int] = {}
        while process.poll() is None:
            peaks |= dict(_peaks(process.pid))
            time.sleep(LOOK_SECONDS)
        if process.returncode != 0:
            raise AssertionError(f"{name} ended with {process.returncode}")
        figures: Figures = json.loads(process.stdout.read())
    return figures | {"peak_mb": {"largest_process": max(peaks.values()), "sum": sum(peaks.values())}}


def _peaks(pid: int) -> Iterator[tuple[int, int]]:
    """The peaks of a process and its children so far, in MB."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            status = Path(f"/proc/{member.pid}/status").read_text()
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM"):
                yield member.pid, int(line.split()[1]) // MB


def _verified(store: Store) -> int:
    report = verify(store)
    if not report.ok:
        raise AssertionError(f"found {report.findings}")
    return report.events


def _chained(store: Store) -> int:
    wrong = list(check_chains(store))
    if wrong:
        raise AssertionError(f"found {wrong[:5]}")
    return Ledger(store).counts()[1]


def _rebuilt(store: Store) -> int:
    rebuilt = rebuild_all(store, lambda: None, replace=False)
    if isinstance(rebuilt, Refusal) or not rebuilt.ok:
        raise AssertionError(f"found {rebuilt}")
    return rebuilt.report.events


WORK: Final[dict[str, Callable[[Store], int]]] = {"verify": _verified, "chains": _chained, "rebuild": _rebuilt}


def _processor_s() -> float:
    """Of this process and of those that ended under it."""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def _work(name: str, url: str) -> Figures:
    store = Store(url)
    began, own = time.perf_counter(), _processor_s()
    events = WORK[name](store)
    elapsed, own = time.perf_counter() - began, _processor_s() - own
    store.close()
    return {
        "events": events,
        "processes": cores(),
        "seconds": round(elapsed, 2),
        "events_per_s": round(events / elapsed),
        "events_per_cpu_s": round(events / own),
    }


if __name__ == "__main__":
    main()
