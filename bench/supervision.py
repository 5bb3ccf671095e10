"""What a supervisor's lists cost beside many late cases: `python -m bench.supervision [--cases N]` writes its result.

Each case is open, with one late step of which all three rungs have fired: the worst case, in which everything waits for
somebody. Rows are made by the database itself; the lists are read as the screens read them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from events.language.topics import Topics
from store.database import Store
from store.escalations import EscalationFilter, Escalations
from store.recorder import Recorder
from store.views import CaseFilter, Views
from tests.builders import MONDAY
from tests.store.database_server import DatabaseServer
from tests.store.living import Living
from tests.store.test_escalations import LATE, definitions

RESULT: Final = Path(__file__).parent / "results" / "supervision.json"
ROUNDS: Final = 7
COPIES: Final = {
    "cases": {"view": "replace(view, t.case_id, 'case-' || n)", "dossier_code": "NULL"},
    "worklist": {"item": "replace(item, t.case_id, 'case-' || n)"},
    "escalations": {"limit_at": "limit_at - n * interval '1 second'"},
}
"""By table, what of a copied row says whose it is, or differs from one to the next."""


def main() -> None:
    """Fill, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    count = parser.parse_args().cases
    with tempfile.TemporaryDirectory(prefix="greenlane-bench-") as folder:
        server = DatabaseServer(Path(folder))
        server.start()
        store = Store.connect(server.fresh_database())
        try:
            _fill(store, count)
            figures = _measured(store)
        finally:
            store.close()
            server.kill()
    result = {
        "late_cases": count,
        "open_escalations": figures.pop("open_escalations"),
        "milliseconds": figures,
        "method": f"median of {ROUNDS} looks, 50 rows each with the count; python -m bench.supervision",
        "machine": f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps(result, indent=2) + "\n")


def _fill(store: Store, count: int) -> None:
    """One case that was really recorded, and as many copies of its rows in the read models."""
    recorder = Recorder(store, Topics("greenlane"))
    living = Living(recorder, 1, definitions()).open(MONDAY)
    living.turn(LATE)
    recorder.close()
    with store.writing() as connection:
        for table, changed in COPIES.items():
            names = connection.exec_driver_sql(f"SELECT * FROM {table} LIMIT 0").keys()
            own = {name: f't."{name}"' for name in names} | {"case_id": "'case-' || n"} | changed
            columns = [own[name] for name in names]
            listed = ", ".join(f'"{name}"' for name in names)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({listed}) SELECT {', '.join(columns)}"
                f" FROM {table} t, generate_series(2, {count}) AS n"
            )
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _measured(store: Store) -> dict[str, Any]:
    rows, views = Escalations(store), Views(store)
    everything, late = EscalationFilter(open_only=True), CaseFilter(late=True)
    told = EscalationFilter(open_only=True, told_department="chairman-office")
    return {
        "open_escalations": rows.count(everything),
        "escalations --open": _median(lambda: (rows.find(everything, limit=50), rows.count(everything))),
        "escalations": _median(lambda: (rows.find(EscalationFilter(), limit=50), rows.count(EscalationFilter()))),
        "desk chairman-office": _median(lambda: (rows.find(told, limit=50), rows.count(told))),
        "cases --overdue": _median(
            lambda: (views.late_steps([view.case_id for view in views.cases(late, limit=50)]), views.count(late))
        ),
    }


def _median(look: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        look()
        taken.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(taken), 1)


if __name__ == "__main__":
    main()
