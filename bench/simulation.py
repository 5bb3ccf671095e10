"""What a simulation costs: recorded cases and the traces of a log, lived again under another policy.

`python -m bench.simulation [--log FILE.xes.gz]` writes bench/results/simulation.json. Processor time of this one process; of some
rounds the best, since a busy machine only adds.

- `ledger_events_per_s`: case events in a second, of a ledger in a database: the recorded ones read and folded, their commands
  remade and decided again under a policy, and both sides added up. Counted are the events of both sides, as `events` of the
  answer; `ledger_events_recorded` of them are those on record.
- `decided_events_per_s`: the same without the reading: no database, no text.
- `log_seconds`, `log_events_per_s`: the log in the file, else one of the same size made here, read, and every trace decided
  twice, before and after, under docs/examples/green-permits.yaml.
"""

from __future__ import annotations

import argparse
import gzip
import json
import platform
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from types import SimpleNamespace
from typing import Any, Final, cast

from audit.simulation.figures import Simulation
from audit.simulation.run import simulate_streams
from bench.core import best
from bench.ledgers import grow
from bench.lives import definitions_in_force, lived
from bench.store import a_store
from catalog.loader import load_catalog
from catalog.policy import Policy
from catalog.policy_files import read_policy
from catalog.proposal import Proposal
from catalog.reader import read
from eventlog.source import LogFile
from services.actors import claimed
from services.installation import Installation
from services.recording_reads import Reader
from services.reports import Period
from services.simulation import simulate_ledger, simulate_log
from store.seals import make_installation_id

Figures = dict[str, Any]

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "bench" / "results" / "simulation.json"
EXAMPLE: Final = ROOT / "docs" / "examples" / "green-permits.yaml"
POLICY: Final = b"""
id: bench
version: "1"
source: bench
lanes: {rules: [{id: all, lane: green_60, when: []}]}
"""
CASES: Final = 300
EVENTS: Final = 20_000
"""Of the ledger in a database."""
ROUNDS: Final = 5
TRACES: Final = 1_434
EVENTS_MOST: Final = 11
"""Of a made trace; with at least one, some 8,600 in all."""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, help="a log of receipts of permits; none: one is made")
    figures = {**ledger_section(), **decided_section(), **log_section(parser.parse_args().log)}
    figures["machine"] = f"{platform.machine()}, Python {platform.python_version()}"
    text = json.dumps(figures, indent=2, sort_keys=True) + "\n"
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text)
    sys.stdout.write(text)


def ledger_section() -> Figures:
    """Cases of all shipped procedures, read from a database by the service that the command asks."""
    proposal = Proposal(read(Policy, "bench.yaml", POLICY), load_catalog().lanes[-1])
    with a_store() as (_, store):
        recorded = grow(store, EVENTS)
        make_installation_id(store)
        house = cast("Installation", SimpleNamespace(store=store))
        reader = Reader(claimed("auditor", "bench"), "bench")
        told = [simulate_ledger(house, reader, proposal, Period(None, None))]
        spent = best(lambda: simulate_ledger(house, reader, proposal, Period(None, None)), ROUNDS)
    return {
        "ledger_cases": told[0].cases,
        "ledger_events": told[0].events,
        "ledger_events_recorded": recorded,
        "ledger_events_per_s": round(told[0].events / spent),
    }


def decided_section() -> Figures:
    """The same kind of cases without a database: folded, remade, decided again, added up."""
    shipped = definitions_in_force()
    told = [(shipped[n % len(shipped)], lived(shipped[n % len(shipped)], n)) for n in range(CASES)]
    proposal = Proposal(read(Policy, "bench.yaml", POLICY), load_catalog().lanes[-1])
    until = max(records[-1].decided_at for _, records in told)

    def run() -> Simulation:
        simulation = Simulation("bench")
        simulate_streams(iter(told), proposal, simulation, until)
        return simulation

    return {"decided_events_per_s": round(run().events / best(run, ROUNDS))}


def log_section(given: Path | None) -> Figures:
    """A log under the shipped example."""
    catalog = load_catalog()
    with TemporaryDirectory() as folder:
        file = given or _made(Path(folder) / "permits.xes.gz")
        simulation, least = Simulation(""), float("inf")
        for _ in range(ROUNDS):
            began = process_time()
            simulation = simulate_log(catalog, LogFile(file), read_policy(EXAMPLE, catalog))
            least = min(least, process_time() - began)
    return {
        "log": "made here" if given is None else given.name,
        "log_cases": simulation.cases,
        "log_events": simulation.events,
        "log_events_per_s": round(simulation.events / least),
        "log_seconds": round(least, 3),
    }


def _made(file: Path) -> Path:
    dice = random.Random(1)
    with gzip.open(file, "wt", encoding="utf-8") as log:
        log.write("<log>")
        log.writelines(_trace(number, dice) for number in range(TRACES))
        log.write("</log>")
    return file


def _trace(number: int, dice: random.Random) -> str:
    at = datetime(2011, 1, 3, 9, tzinfo=UTC) + timedelta(hours=6 * number % 8_000)
    events = []
    for step in range(dice.randint(1, EVENTS_MOST)):
        events.append(
            f'<event><string key="concept:name" value="T{step:02}"/><string key="org:group" value="Group {step % 4}"/>'
            f'<date key="time:timestamp" value="{at.isoformat()}"/></event>'
        )
        at += timedelta(minutes=dice.randint(1, 8_000))
    return f'<trace><string key="concept:name" value="case-{number}"/>{"".join(events)}</trace>'


if __name__ == "__main__":
    main()
