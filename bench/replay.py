"""What it costs to show a case of 500 events as of another instant, from PostgreSQL to the JSON of the answer.

`python -m bench.replay` writes bench/results/replay.json. The case stands in a real database, as the recorder wrote it: every two
hours given to another department, every eight suspended. Whole calls of the service with the JSON of the answer, in one process,
the read on record with it: of many calls the least and the median by the wall clock, and the least processor time, since a busy
machine only adds.

- `at_ms`: as of an instant in the middle of its life, by all that is known now.
- `present_ms`: with no instant: as it stands.
- `known_ms`: as of an instant, by what was known at an earlier one than now.
- `diff_ms`: the difference between two instants.
- `frames_ms`: every event with what it changed, as `--step` shows them.
- `fold_ms`: the fold at an instant alone, without database and JSON.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any, Final

from audit.replay.cases import case_at
from bench.store import a_store
from catalog.loader import load_catalog
from catalog.model import Definitions
from events.language.commands import ActorKind
from events.language.refusals import Refusal
from events.language.topics import Topics
from intake.records import IntakeRecords
from presentation.json_of_replays import replay_json
from services.actors import claimed
from services.installation import Installation
from services.recording_reads import Reader
from services.replays.instants import Asked
from services.replays.replay import replay
from sla.business_time import BusinessTime
from sla.units import Budget, Unit
from store.database import Store
from store.recorder import Recorder
from store.seals import make_installation_id
from tests.builders import MONDAY, a_pause, a_procedure, a_reassignment, a_resumption, the_definitions
from tests.services.door import HouseInstallation
from tests.settled_catalogue import SettledCatalogue
from tests.store.living import Living

RESULTS: Final = Path(__file__).resolve().parent / "results" / "replay.json"
EVENTS: Final = 500
CALLS: Final = 40
HOUR: Final = timedelta(hours=1)
Figures = dict[str, Any]


def main() -> None:
    """Measure and write."""
    with a_store() as (_, store):
        figures = measured(store)
    figures |= {"machine": f"{platform.machine()}, Python {platform.python_version()}", "calls": CALLS}
    figures["load"] = {"cores": os.cpu_count(), "of_the_last_minute": round(os.getloadavg()[0], 1)}
    text = json.dumps(figures, indent=2, sort_keys=True) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def measured(store: Store) -> Figures:
    """The figures of one case."""
    make_installation_id(store)
    recorder = Recorder(store, Topics())
    lived = a_long_life(recorder, EVENTS)
    recorder.close()
    with closing(IntakeRecords(store, Topics())) as records:
        house: Any = SimpleNamespace(store=store, intake_records=records, time=BusinessTime.real_time())
        house.catalogue = SettledCatalogue(load_catalog())
        return {"events": lived.case.sequence, "clocks": len(lived.case.clocks)} | figures_of(
            HouseInstallation(house), lived
        )


def a_long_life(recorder: Recorder, events: int) -> Living:
    """At least so many events, still open: every two hours given to another department, every eight suspended for one."""
    at, living = MONDAY, Living(recorder, 1, definitions())
    living.open(at)
    while living.case.sequence < events:
        at += 2 * HOUR
        department = "culture" if living.case.steps["intake"].department == "one-stop" else "one-stop"
        if at.hour % 8 == 0:
            living.turn(at, a_pause(at)).turn(at + HOUR, a_resumption(at + HOUR))
        living.turn(at + HOUR, a_reassignment("intake", at + HOUR, department=department))
    return living


def definitions() -> Definitions:
    """A procedure whose limit outlasts all of it."""
    return the_definitions(a_procedure(limit=Budget(amount=60, unit=Unit.WORKING_DAYS)))


def figures_of(installation: Installation, lived: Living) -> Figures:
    """Of each kind of question the times of many calls."""
    opened_at, ends_at = MONDAY, lived.case.spans[-1].started_at
    middle, later = opened_at + (ends_at - opened_at) / 2, opened_at + (ends_at - opened_at) * 3 / 4
    known_at = datetime.now(UTC)
    _, known = installation.intake_records.ledger_of(lived.case.case_id)
    questions = {
        "at_ms": lambda: answered(installation, lived, Asked(at=middle)),
        "present_ms": lambda: answered(installation, lived, Asked()),
        "known_ms": lambda: answered(installation, lived, Asked(at=middle, known_at=known_at)),
        "diff_ms": lambda: answered(installation, lived, Asked(at=middle, diff_at=later)),
        "frames_ms": lambda: answered(installation, lived, Asked(), stepped=True),
        "fold_ms": lambda: case_at(lived.case.definitions, known, middle),
    }
    return {name: timed(question) for name, question in questions.items()}


def answered(installation: Installation, lived: Living, asked: Asked, *, stepped: bool = False) -> str:
    """The JSON of one question."""
    reader = Reader(claimed(ActorKind.OPERATOR, "bench"), "bench")
    told = replay(installation, reader, lived.case.case_id, asked, stepped=stepped, now=datetime.now(UTC))
    if isinstance(told, Refusal):
        raise TypeError(told.code)
    return json.dumps(replay_json(told), default=str)


def timed(question: Callable[[], object]) -> Figures:
    """Of many calls, after one that warms up."""
    question()
    times, own = [], []
    for _ in range(CALLS):
        began, own_began = perf_counter(), process_time()
        question()
        times.append((perf_counter() - began) * 1e3)
        own.append((process_time() - own_began) * 1e3)
    told = {"least": min(times), "median": statistics.median(times), "processor": min(own)}
    return {name: round(milliseconds, 2) for name, milliseconds in told.items()}


if __name__ == "__main__":
    main()
