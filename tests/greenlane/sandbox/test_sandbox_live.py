"""The sandbox on a running stack, with a right program and with wrong ones: every fault is named, and nothing stays open."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from greenlane.connection_rules import PREFIX
from greenlane.sandbox.errors import SandboxRefusedError
from greenlane.sandbox.stage import running_development_stack
from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.wiring import Wiring
from store.views import CaseFilter, Views

DEPARTMENT = "culture"
ROOT = Path(__file__).parents[3]
PROGRAM = Path(__file__).parent / "department_program.py"
EXAMPLE = ROOT / "docs" / "examples" / "department.py"
FACTOR = 20
"""So that a minute passes in three seconds."""
PATIENT, IMPATIENT = "240", "20"
"""Seconds without an answer: far more than anybody needs, and enough to give up a program that never answers."""

pytestmark = [pytest.mark.timeout(900), pytest.mark.more]

Report = dict[str, Any]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A stack of these tests' own; its time begins on a Monday morning."""
    names = ("temporal_port", "postgres_port", "kafka_port", "kafka_controller_port", "metrics_port")
    folder = tmp_path_factory.mktemp("sandbox")
    settings = Settings.load(state_dir=folder, temporal_ui=False, time_factor=FACTOR, **dict.fromkeys(names, 0))
    with ensure_stack(settings) as addresses:
        yield settings.resolved(addresses)


def access_file(stack: Settings, folder: Path, department: str) -> Path:
    """What `greenlane access kafka` gives."""
    code, given = command(stack, "access", "kafka", department)
    assert code == 0, given
    access = folder / "access.json"
    access.write_text(json.dumps(given), encoding="utf-8")
    return access


@contextmanager
def running_program(stack: Settings, folder: Path, manner: str) -> Iterator[None]:
    """A department's program that runs and listens."""
    access = access_file(stack, folder, DEPARTMENT)
    words = [sys.executable, str(PROGRAM), str(access), stack.topic_prefix, DEPARTMENT, manner]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.kill()


def sandbox(stack: Settings, *words: str) -> tuple[int, Report]:
    """The sandbox's exit code, and its report."""
    return command(stack, "sandbox", *words)


def command(stack: Settings, *words: str) -> tuple[int, dict[str, Any]]:
    """A command, as a programmer calls it: its exit code, and the one object that it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [sys.executable, "-m", "greenlane", *words, "--state-dir", str(stack.state_dir), "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 2), done.stdout + done.stderr
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


def codes(report: Report) -> set[str]:
    return {fault["code"] for fault in report["faults"]}


def nothing_open(stack: Settings, report: Report) -> bool:
    wiring = Wiring(stack)
    try:
        cases = Views(wiring.store).cases(CaseFilter(source=report["source"]), limit=1000)
        return len(cases) == report["cases"] and all(case.closed_at is not None for case in cases)
    finally:
        wiring.close()


def test_a_right_program_is_found_right(stack: Settings, tmp_path: Path) -> None:
    """All procedures and all four situations came about, every step was answered, and no case stays open."""
    with running_program(stack, tmp_path, "right"):
        code, report = sandbox(stack, DEPARTMENT, "--timeout", PATIENT)
    assert (code, report["ok"], report["passed"], report["faults"]) == (0, True, True, []), report
    assert report["closed"] == report["cases"] == 7
    # One of the steps is refused, as it must be; one is answered late, since it came late.
    assert (report["answered"], report["unanswered"], report["refused"]) == (report["assigned"] - 1, 0, 1)
    assert report["late"] >= 1
    assert all(each["came_about"] and not each["faults"] for each in report["rehearsals"].values())
    assert set(report["rehearsals"]) == {"refusal", "supplement", "consultation", "late"}
    assert nothing_open(stack, report)


def test_the_program_of_the_integration_page_is_found_right(stack: Settings, tmp_path: Path) -> None:
    """As it stands there: it asks applicants for documents itself, and answers again when they came."""
    words = [sys.executable, str(EXAMPLE), str(access_file(stack, tmp_path, "home-affairs"))]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        try:
            code, report = sandbox(stack, "home-affairs", "--timeout", PATIENT)
        finally:
            process.kill()
    assert (code, report["passed"], report["faults"]) == (0, True, []), report
    assert report["rehearsals"].keys() == {"refusal", "supplement", "consultation", "late"}
    assert nothing_open(stack, report)


def test_sending_the_same_again_is_no_fault(stack: Settings, tmp_path: Path) -> None:
    """At least once is what Kafka promises: the same message under its id is one answer."""
    with running_program(stack, tmp_path, "resends"):
        code, report = sandbox(stack, DEPARTMENT, "--timeout", PATIENT)
    assert (code, report["passed"]) == (0, True), report


@pytest.mark.parametrize(
    ("manner", "found", "timeout"),
    [
        ("twice", {"answered_twice"}, PATIENT),
        ("ignores", {"unanswered"}, IMPATIENT),
        ("schema", {"unreadable"}, IMPATIENT),
        ("same-id", {"id_not_new"}, IMPATIENT),
        ("no-key", {"key_other"}, PATIENT),
        ("repeats", {"repeats_refused"}, PATIENT),
    ],
)
def test_a_wrong_program_is_told_its_fault(
    stack: Settings, tmp_path: Path, manner: str, found: set[str], timeout: str
) -> None:
    """By its own name, with the message at fault and a remedy; the exit code says so, and no case stays open."""
    with running_program(stack, tmp_path, manner):
        code, report = sandbox(stack, DEPARTMENT, "--timeout", timeout)
    assert (code, report["ok"], report["passed"]) == (2, True, False), report
    assert found <= codes(report), report
    assert all(fault["message"] and fault["remedy"] for fault in report["faults"])
    told = next(fault for fault in report["faults"] if fault["code"] in found)
    assert told["messages"] or told["assigned"]
    assert nothing_open(stack, report)


def test_without_a_program_everything_is_unanswered(stack: Settings) -> None:
    """The procedure asked for alone, in its lanes; its cases are ended all the same."""
    code, report = sandbox(stack, DEPARTMENT, "--procedure", "karaoke-licence", "--timeout", "10")
    assert (code, report["passed"], codes(report)) == (2, False, {"unanswered"}), report
    assert report["answered"] == 0
    assert report["unanswered"] == report["assigned"] >= 1
    assert not report["rehearsals"]
    assert nothing_open(stack, report)


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        (("kultur",), "unknown_department", "department"),
        ((DEPARTMENT, "--procedure", "karaoke-license"), "unknown_procedure", "procedure"),
        ((DEPARTMENT, "--procedure", "work-permit"), "nothing_to_send", "--procedure"),
    ],
)
def test_what_cannot_be_meant_is_refused(stack: Settings, words: tuple[str, ...], code: str, field: str) -> None:
    """Before anything is sent."""
    left, answer = sandbox(stack, *words)
    assert (left, answer["error"]["code"], answer["error"]["field"]) == (2, code, field)
    assert answer["error"]["remedy"]


def test_stopped_it_reports_and_leaves_nothing_open(stack: Settings) -> None:
    """Ctrl-C while steps wait: what was seen so far, and nobody is blamed for what was not waited for."""
    words = [sys.executable, "-m", "greenlane", "sandbox", DEPARTMENT, "--state-dir", str(stack.state_dir), "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment["GREENLANE_LANGUAGE"] = "en"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, cwd=ROOT, env=environment, text=True, **pipes) as process:
        assert process.stderr is not None
        # Steps wait for a program that does not run; they cannot end before the signal comes.
        assert any(re.search(r"[1-9]\d* step\(s\) wait", line) for line in process.stderr)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate()
    report = json.loads(out)
    assert (process.returncode, report["ok"], report["passed"]) == (130, False, False), report
    assert report["error"]["code"] == "interrupted"
    assert (report["faults"], report["answered"]) == ([], 0)
    assert report["unanswered"] >= 1
    assert nothing_open(stack, report)


def test_no_sandbox_in_production(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs there."""
    monkeypatch.setenv("GREENLANE_PROFILE", "production")
    with (
        pytest.raises(SandboxRefusedError) as refused,
        running_development_stack(Settings.load(state_dir=stack.state_dir)),
    ):
        pass
    assert refused.value.field == "GREENLANE_PROFILE"
    assert refused.value.remedy


def test_no_stack_no_sandbox(tmp_path: Path) -> None:
    """It starts none, and says what does."""
    settings = Settings.load(state_dir=tmp_path / "none")
    left, answer = sandbox(settings, DEPARTMENT)
    assert (left, answer["error"]["code"], answer["error"]["field"]) == (2, "sandbox_refused", "GREENLANE_STATE_DIR")
    assert "greenlane up" in answer["error"]["remedy"]
