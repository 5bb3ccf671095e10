"""Imports through the whole running stack: small logs, with the import and its senders killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import func, select

from catalog.loader import load_catalog
from eventlog.identity import SYSTEM, ImportKey
from eventlog.source import LogFile
from events.language.case_events import ApplicationSubmitted, StepDecided
from events.language.envelope import binary_headers
from events.language.topics import Topics
from events.transport.admin import TopicLayout
from events.transport.producer import Producer
from greenlane.admission import let_in
from greenlane.connection_rules import PREFIX
from greenlane.importing.run import ImportOptions, run_import
from greenlane.new_files import new_file
from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.wiring import Wiring
from services.actors import claimed
from services.log_export import Speech, export_log
from services.recording_reads import Reader
from sla.units import Budget, Unit
from store.database import Store
from store.ledger import Ledger
from store.tables import ledger
from store.view_tables import cases
from tests.eventlog.logs import VARIETY
from tests.eventlog.test_writing_xes import CASES, told_of, written
from tests.greenlane.importing.held_player import GATE, HELD_AFTER
from tests.greenlane.importing.quiet import Quiet

ROOT = Path(__file__).parents[3]
TRACES = 24
EVENTS = 4
WAIT_SECONDS = 240

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A stack with worker, bridge and publisher, and the settings to reach it."""
    settings = Settings(
        state_dir=tmp_path_factory.mktemp("state"),
        temporal_port=0,
        temporal_ui=False,
        postgres_port=0,
        kafka_port=0,
        kafka_controller_port=0,
        metrics_port=0,
    )
    with ensure_stack(settings) as addresses:
        yield settings.resolved(addresses)


@pytest.fixture
def store(stack: Settings) -> Iterator[Store]:
    store = Store.connect(str(stack.database_url))
    yield store
    store.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of two departments that take turns."""
    event = '<event><string key="concept:name" value="{0}"/><string key="org:group" value="group-{1}"/></event>'
    events = "".join(event.format("Check" if n % 2 else "Decide", n % 2) for n in range(EVENTS))
    path = tmp_path / "log.xes"
    path.write_text("<log>" + f"<trace>{events}</trace>" * TRACES + "</log>")
    return path


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """While this file is not there the departments answer no more cases than an import was started with."""
    return tmp_path / "open"


@pytest.fixture
def start(stack: Settings, log: Path, gate: Path) -> Iterator[Start]:
    """Starts an import of the log with so many cases at a time; whatever still runs at the end is killed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    started: list[subprocess.Popen[str]] = []

    def starting(in_flight: int, *, held_after: int = 0) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.greenlane.importing.entry_import", str(log), str(in_flight)],
                stdout=subprocess.PIPE,
                env=inherited | stack.environment() | {GATE: str(gate), HELD_AFTER: str(held_after)},
                cwd=ROOT,
                text=True,
            )
        )
        return started[-1]

    yield starting
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def closed(store: Store, source: str) -> int:
    with store.reading() as connection:
        query = select(func.count()).where(cases.c.source == source, cases.c.closed_at.is_not(None))
        return connection.scalar(query) or 0


def await_closed(store: Store, source: str, number: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while closed(store, source) < number:
        assert time.monotonic() < deadline, "the import does not get on"
        time.sleep(0.05)


def finished(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    out, _ = process.communicate(timeout=WAIT_SECONDS)
    return process.returncode, json.loads(out)


@pytest.mark.more
def test_killed_import_continues_and_a_finished_one_is_not_driven_again(
    start: Start, store: Store, log: Path, gate: Path
) -> None:
    """Killed while two cases are closed, its senders while six are: held there, so that it is the middle on any machine."""
    source = ImportKey(LogFile(log).digest()).source
    first = start(3, held_after=2)
    await_closed(store, source, 2)
    senders = psutil.Process(first.pid).children()
    first.kill()
    first.communicate()
    _, alive = psutil.wait_procs(senders, timeout=WAIT_SECONDS)
    assert (len(senders), alive) == (2, []), "the senders end with the import"
    assert closed(store, source) == 2

    second = start(3, held_after=6)
    await_closed(store, source, 6)
    killed = psutil.Process(second.pid).children()
    for sender in killed:
        sender.kill()
    gate.touch()
    code, report = finished(second)
    assert len(killed) == 2
    assert code == 0, report
    exact = {"ok": True, "cases": TRACES, "closed": TRACES, "decisions": TRACES * EVENTS}
    assert report | exact == report
    assert {report[name] for name in ("lost", "doubled", "reordered", "dead_letters")} == {0}
    assert set(report["violations"].values()) == {0, None}
    assert report["cases_per_s"] > 0

    with store.reading() as connection:
        events = connection.scalar(select(func.count()).select_from(ledger))
    code, again = finished(start(3))
    assert (code, again) == (0, report)
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(ledger)) == events


def test_interrupted_import_says_how_to_continue(start: Start, store: Store, log: Path) -> None:
    """Interrupted while one case is closed and no other can be: the departments hold their answers back."""
    log.write_text(log.read_text().replace("Check", "Look"))
    process = start(2, held_after=1)
    await_closed(store, ImportKey(LogFile(log).digest()).source, 1)
    senders = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    code, answer = finished(process)
    assert (code, answer["error"]["code"]) == (2, "interrupted")
    assert "continues" in answer["error"]["remedy"]
    _, alive = psutil.wait_procs(senders, timeout=WAIT_SECONDS)
    assert (len(senders), alive) == (2, []), "the senders end with the import"


def test_log_of_all_sorts_keeps_what_it_says(stack: Settings, store: Store) -> None:
    report = run_import(stack, ImportOptions(VARIETY), Quiet())
    assert report.ok, report.findings
    assert (report.cases, report.closed, report.decisions) == (5, 5, 7)
    key = ImportKey(LogFile(VARIETY).digest())
    case_id = key.case_id("1-H-s-1")
    records = Ledger(store).records(case_id)
    decided = [record.event for record in records if isinstance(record.event, StepDecided)]
    assert [event.department for event in decided][2] == "finance"
    assert decided[0].data["logged_at"] == "2011-10-11T13:45:40.276+02:00"
    assert decided[0].data["cost_total_2"] == "13"
    assert decided[2].data["files_file_2"] == "map.pdf"
    assert not any(record.event.type == "ClockStarted" for record in records)
    assert isinstance(records[0].event, ApplicationSubmitted)
    with closing(Wiring(stack)) as wiring:
        assert "a word of the engine" in (wiring.vault.person(case_id) or "")


def test_application_that_is_refused_holds_up_no_other(stack: Settings, log: Path) -> None:
    log.write_text(log.read_text().replace("Check", "Weigh"))
    key = ImportKey(LogFile(log).digest())
    procedure = load_catalog().procedures_on(datetime.now(UTC).date())[0]
    other = {
        "application_id": "2",
        "procedure": procedure.id,
        "applicant": {"name": "somebody who used the id before"},
        "documents": [{"kind": document.kind} for document in procedure.documents],
    }
    headers = binary_headers(
        id="before", source=key.source, name="SubmitApplication", subject="2", time=datetime.now(UTC)
    )
    wiring = Wiring(stack)
    wiring.systems.register(SYSTEM)
    wiring.close()
    with Producer(let_in(stack, SYSTEM.id, systems=(SYSTEM.id,), layout=TopicLayout()).cluster) as producer:
        topic = Topics(stack.topic_prefix).submissions_of(SYSTEM.id)
        producer.send_now(topic, key.case_id("2"), json.dumps(other).encode(), headers)
    for _ in range(2):
        report = run_import(stack, ImportOptions(log, in_flight_max=8), Quiet())
        assert not report.ok
        assert (report.closed, report.decisions, report.lost) == (TRACES - 1, (TRACES - 1) * EVENTS, EVENTS)
        assert (report.doubled, report.reordered, report.stalled) == (0, 0, False)
        assert report.violations["I1"] == 1
    assert report.dead_letters == 2, "the second run tried again"


def test_limit_gives_every_step_a_clock(stack: Settings, store: Store) -> None:
    limit = Budget(amount=3, unit=Unit.WORKING_DAYS)
    report = run_import(stack, ImportOptions(VARIETY, limit=limit), Quiet())
    assert report.ok, report.findings
    key = ImportKey(LogFile(VARIETY).digest(), limit)
    types = [record.event.type for record in Ledger(store).records(key.case_id("1-H-s-1"))]
    assert (types.count("ClockStarted"), types.count("ClockMet")) == (3, 3)


@pytest.mark.more
def test_our_own_log_imported_again_gives_the_same_cases(stack: Settings, store: Store, tmp_path: Path) -> None:
    """Approved, refused, and without a decision: written, imported, written from the ledger and imported once more."""
    log = tmp_path / "first.xes"
    log.write_bytes(written(CASES))
    for again in (tmp_path / "second.xes.gz", tmp_path / "third.xes.gz"):
        report = run_import(stack, ImportOptions(log), Quiet())
        assert report.ok, report.findings
        key = ImportKey(LogFile(log).digest())
        with store.reading() as connection:
            ids = connection.scalars(select(cases.c.case_id).where(cases.c.source == key.source)).all()
        imported = [Ledger(store).records(case_id) for case_id in ids]
        assert {told_of(records) for records in imported} == {told_of(records) for records in CASES}
        outcomes = sorted(str(getattr(records[-1].event, "outcome", None)) for records in imported)
        assert outcomes == ["issued", "issued", "refused", "refused"]
        wiring = Wiring(stack)
        with (
            new_file(again, "out", force=False) as file,
            export_log(
                wiring, Reader(claimed("operator", "test"), "export-log"), ids, "xes", Speech("vi", str)
            ) as export,
        ):
            exported = export.write(file)
        wiring.close()
        assert (exported.cases, exported.events) == (4, sum(map(len, imported)))
        log = again
