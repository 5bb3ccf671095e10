"""How soon a running stack takes up what is published: `python -m bench.publishing [--publications N]`.

Each publication is a new version of a procedure and of the table of lanes, entered with `greenlane catalog publish` while cases
come in over Kafka all the time, and from the command line. Measured, from the instant at which it was written, is when each
process knew of it, when the last case was received under the version before, and when the first under the new one.
tests/e2e/test_publishing_under_load.py holds the same to what must be so, whatever the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psutil
from kafka import KafkaProducer
from sqlalchemy import text

from bench import SOURCE, SYSTEM
from bench.throughput.__main__ import PROCEDURE, access_file, the_stack
from catalog.loader import DATA_FOLDER, read_folder
from catalog.model import LaneTable, ProcedureVersion
from catalog.reader import read
from events.language.envelope import binary_headers
from events.language.identity import case_id_of
from greenlane.admission import KafkaAccess
from greenlane.connecting import database_of
from greenlane.stack import running_stack
from greenlane.wiring import Wiring
from intake.publishing import enter
from store.catalogue import Act, PublishedCatalogue

RESULT = Path(__file__).parent / "results" / "publishing.json"
FIRST_DAY: Final = date(2026, 4, 2)
"""From when the first new version holds; each further one from the day after. All lie in the past: each holds at once."""
EDITION = re.compile(r"^greenlane_catalogue_edition (\S+)$", re.MULTILINE)
PROCESSES = ("worker", "bridge", "publisher")
PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 120.0


HOLD_THE_LOCK: Final = """
import os, sys, time
from store.catalogue import PublishedCatalogue, PublishedVersion
from store.database import Store
from catalog.definition import Key

def check(acts):
    print("held", flush=True)
    time.sleep(600)

key = Key("procedure", "never", "1")
given = PublishedVersion(key, "0", "procedures/never.yaml", "", "{}")
PublishedCatalogue(Store(os.environ["DATABASE"])).publish([given], act="publish", by="stalled", note=None, check=check)
"""
STALLED_SECONDS: Final = 10


class Editor:
    """Writes one new version of the procedure and of the table of lanes after another."""

    def __init__(self, wiring: Wiring, folder: Path) -> None:
        self._wiring = wiring
        self.folder = folder
        shutil.copytree(DATA_FOLDER, folder)
        self._shelf = read_folder(folder).shelf
        self._texts = {
            "procedures": (folder / f"procedures/{PROCEDURE}.2026-01-01.yaml").read_text(encoding="utf-8"),
            "lanes": (folder / "lanes/bac-ninh.yaml").read_text(encoding="utf-8"),
        }
        self.written: list[str] = []
        """The versions so far, each named by the day from which it holds."""

    def write(self) -> str:
        """The next version of both, in the folder; how it is called."""
        version = str(FIRST_DAY + timedelta(days=len(self.written)))
        for part, model in (("procedures", ProcedureVersion), ("lanes", LaneTable)):
            renamed = re.sub(r"(?m)^version: .*$", f'version: "{version}"', self._texts[part])
            written = re.sub(r"(?m)^valid_from: .*$", f"valid_from: {version}", renamed)
            file = f"{part}/new.{version}.yaml"
            (self.folder / file).write_text(written, encoding="utf-8")
            self._shelf = self._shelf.with_more([read(model, file, written.encode())])
        self.written.append(version)
        return version

    def enter(self, published: PublishedCatalogue | None = None) -> Act | None:
        """Publish what was written, as the command does, in this process."""
        return enter(published or self._wiring.published, self._shelf, act="publish", by="bench")

    def publish(self) -> dict[str, Any]:
        """Publish what was written with the command."""
        return command(self._wiring, "catalog", "publish", str(self.folder), "--json")


def command(wiring: Wiring, *words: str, given: str | None = None) -> dict[str, Any]:
    """What `greenlane ...` answers at this stack."""
    environment = {**os.environ, "GREENLANE_STATE_DIR": str(wiring.settings.state_dir)}
    line = [sys.executable, "-m", "greenlane", *words]
    done = subprocess.run(line, input=given, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def application(name: str) -> dict[str, Any]:
    """One application, as it is handed in."""
    return {
        "application_id": name,
        "procedure": PROCEDURE,
        "applicant": {"name": "Nguyễn Văn A"},
        "documents": [{"kind": "request"}, {"kind": "security-certificate"}],
    }


class Applicants:
    """Hand in applications over Kafka, one after the other, at a steady pace."""

    def __init__(self, wiring: Wiring, name: str) -> None:
        access = KafkaAccess.read(Path(access_file(wiring)))
        self._producer = KafkaProducer(**access.cluster.client_options("applicants"), linger_ms=1)
        self._topic = wiring.topics.submissions_of(SYSTEM.id)
        self._name = name
        self.handed_in: list[str] = []
        """The cases."""

    def submit(self, wait: bool = False) -> str:
        """One application; the case that it becomes. `wait`: until it lies in Kafka."""
        name = f"{self._name}-{len(self.handed_in)}"
        headers = binary_headers(id=name, source=SOURCE, name="SubmitApplication", subject=None, time=datetime.now(UTC))
        value = json.dumps(application(name)).encode()
        sent = self._producer.send(self._topic, key=name.encode(), value=value, headers=headers)
        if wait:
            sent.get(timeout=PATIENCE_SECONDS)
        self.handed_in.append(case_id_of(SOURCE, name))
        return self.handed_in[-1]

    @contextmanager
    def steadily(self, pause_seconds: float = PAUSE_SECONDS) -> Iterator[None]:
        """One after the other meanwhile."""
        is_over = threading.Event()

        def hand_in() -> None:
            while not is_over.wait(pause_seconds):
                self.submit()

        handing = threading.Thread(target=hand_in, name="applicants")
        handing.start()
        try:
            yield
        finally:
            is_over.set()
            handing.join()
            self._producer.flush()


@dataclass(frozen=True, slots=True)
class Received:
    """Under which versions a case runs, by its ledger and the definitions that it names."""

    case_id: str
    at: datetime
    """Business time."""
    procedure: str
    procedure_version: str
    lanes_version: str
    digest: str


def received(wiring: Wiring) -> dict[str, Received]:
    """Every case that has recorded something."""
    query = text(
        """SELECT l.case_id, a.received_at, d.digest, d.body::json #>> '{procedure,id}', d.body::json #>> '{procedure,version}',
            d.body::json #>> '{lanes,version}'
        FROM ledger l JOIN applications a USING (case_id)
            JOIN definitions d ON d.digest = l.body::json #>> '{event,definitions_digest}'
        WHERE l.sequence = 1 AND l.type = 'ApplicationSubmitted'"""
    )
    with wiring.store.reading() as connection:
        rows = connection.execute(query).all()
    return {row[0]: Received(row[0], row[1], row[3], row[4], row[5], row[2]) for row in rows}


@contextmanager
def publishing(wiring: Wiring) -> Iterator[None]:
    """Another process is in the middle of a publication; it is killed at the end."""
    environment = {"DATABASE": database_of(wiring.settings), "PYTHONPATH": str(Path(__file__).parents[1])}
    line = [sys.executable, "-c", HOLD_THE_LOCK]
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True) as child:
        try:
            if child.stdout is None or child.stdout.readline() != "held\n":
                raise RuntimeError("the other publisher does not run")
            yield
        finally:
            child.kill()


def edition_of(wiring: Wiring, process: str) -> int:
    """Which edition a process knows by its own metrics; 0: it does not answer now, or knows none."""
    addresses = running_stack(wiring.settings)
    if addresses is None:
        raise RuntimeError("the stack runs no longer")
    try:
        with urllib.request.urlopen(addresses.metrics[process], timeout=5) as answer:
            found = EDITION.search(answer.read().decode())
    except OSError:
        return 0
    return int(float(found.group(1))) if found else 0


def main() -> None:
    """Measure and write bench/results/publishing.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publications", type=int, default=20)
    asked = parser.parse_args()
    with the_stack() as (wiring, _), tempfile.TemporaryDirectory(prefix="greenlane-bench-") as folder:
        rows = measure(wiring, Editor(wiring, Path(folder) / "catalog"), asked.publications)
        opening = openings(wiring)
    result = summary(rows) | opening
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps({k: v for k, v in result.items() if k != "publications"}, indent=2) + "\n")


def measure(wiring: Wiring, editor: Editor, publications: int) -> list[dict[str, Any]]:
    """One row for each publication."""
    applicants = Applicants(wiring, f"bench-{time.time_ns()}")
    rows = []
    with applicants.steadily():
        for _ in range(publications):
            rows.append(one(wiring, editor))
    until(lambda: len(received(wiring).keys() & {*applicants.handed_in}) == len(applicants.handed_in))
    cases = received(wiring).values()
    for row in rows:
        row.update(_turnover(cases, row))
        row["at"] = row["at"].isoformat()
    return rows


def openings(wiring: Wiring) -> dict[str, float]:
    """From the receipt of a case until it is on record, at the most: as a rule, and while a publisher stalls."""
    found = {}
    for name in ("undisturbed", "stalled"):
        applicants = Applicants(wiring, f"{name}-{time.time_ns()}")
        with applicants.steadily(), publishing(wiring) if name == "stalled" else nullcontext():
            time.sleep(STALLED_SECONDS)
        cases = {*applicants.handed_in}
        until(lambda cases=cases: cases <= received(wiring).keys())
        found[f"longest_opening_{name}_s"] = round(max(_opening_seconds(wiring, cases)), 3)
    return found


def _opening_seconds(wiring: Wiring, cases: set[str]) -> list[float]:
    query = text(
        "SELECT l.case_id, l.recorded_at - a.received_at FROM ledger l JOIN applications a USING (case_id) WHERE sequence = 1"
    )
    with wiring.store.reading() as connection:
        return [taken.total_seconds() for case_id, taken in connection.execute(query) if case_id in cases]


def one(wiring: Wiring, editor: Editor) -> dict[str, Any]:
    """Publish, and wait until every process knows it and a case from the command line runs under it."""
    version, began = editor.write(), time.monotonic()
    editor.publish()
    command_s = time.monotonic() - began
    act = wiring.published.look().acts[-1]
    known: dict[str, float] = {}
    began, ends_at = time.monotonic(), time.monotonic() + PATIENCE_SECONDS
    told_s = (datetime.now(UTC) - act.at).total_seconds()
    while known.keys() != {*PROCESSES} and time.monotonic() < ends_at:
        for process in PROCESSES:
            if process not in known and edition_of(wiring, process) >= act.number:
                known[process] = told_s + time.monotonic() - began
        time.sleep(0.02)
    until(lambda: _by_command(wiring) == version)
    return {
        "number": act.number,
        "version": version,
        "at": act.at,
        "command_s": round(command_s, 2),
        **{f"{process}_knows_s": round(known[process], 2) for process in PROCESSES},
    }


def _by_command(wiring: Wiring) -> str:
    """Under which version a case runs that somebody hands in at the command line now."""
    name = f"command-{time.time_ns()}"
    command(wiring, "submit", "-", "--json", given=json.dumps(application(name)))
    case_id = case_id_of("/command-line", name)
    until(lambda: case_id in received(wiring))
    return received(wiring)[case_id].procedure_version


def _turnover(cases: Any, row: dict[str, Any]) -> dict[str, float]:
    """When the last case was received under the version before, and the first under this one, from its writing on."""
    after = [case for case in cases if case.at >= row["at"]]
    old = [(case.at - row["at"]).total_seconds() for case in after if case.procedure_version < row["version"]]
    new = [(case.at - row["at"]).total_seconds() for case in after if case.procedure_version >= row["version"]]
    return {"last_under_old_s": round(max(old, default=0.0), 3), "first_under_new_s": round(min(new), 3)}


def until(holds: Any) -> None:
    """Wait until it does."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > ends_at:
            raise TimeoutError
        time.sleep(0.1)


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The worst and the middle of all publications, and the rows."""
    measured = [name for name in rows[0] if name.endswith("_s")]
    return {
        "max": {name: max(row[name] for row in rows) for name in measured},
        "median": {name: round(statistics.median(row[name] for row in rows), 3) for name in measured},
        "method": f"{len(rows)} publications with `greenlane catalog publish`, a case every {PAUSE_SECONDS} s over Kafka and"
        f" one after another from the command line; seconds from the writing of the act; procedure"
        f" {PROCEDURE}; python -m bench.publishing",
        "machine": f"{psutil.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "publications": rows,
    }


if __name__ == "__main__":
    main()
