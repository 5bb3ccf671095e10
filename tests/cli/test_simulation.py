"""`greenlane simulate` on a log: without a server, one object for machines; faults are told by file, line and field."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit.counterfactual.test_logs import LIMITED, TRACES
from tests.cli.conftest import Run

FILES = ("log.xes", "policy.yaml")


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a log and a policy, and no installation."""
    log, policy = (tmp_path / name for name in FILES)
    log.write_text("<log>" + "".join(TRACES) + "</log>", encoding="utf-8")
    policy.write_text(LIMITED, encoding="utf-8")
    monkeypatch.setenv("GREENLANE_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


def words_for(folder: Path) -> list[str]:
    log, policy = (str(folder / name) for name in FILES)
    return ["simulate", "--log", log, "--policy", policy]


def test_a_log_is_simulated_with_its_files(given: Path, machine: Run) -> None:
    """The one object, the table for spreadsheets and the plot; nothing else is written."""
    table, plot = given / "changed.csv", given / "broken.svg"
    code, body = machine(*words_for(given), "--csv", str(table), "--plot", str(plot))
    assert code == 0
    assert set(body) == {
        *("ok", "policy", "cases", "events", "elapsed_s", "before", "after", "by_department", "changed"),
        *("overdue_in_law", "late_seconds", "linked", "left_out", "not_applied"),
    }
    assert (body["ok"], body["policy"], body["cases"]) == (True, "test 1", 3)
    assert body["late_seconds"] == {"median": [None, 176_400], "most": [None, 176_400]}
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["case"], row["state_before"], row["state_after"]) for row in rows] == [
        ("1-quick", "met", "met"),
        ("2-slow", "met", "breached"),
    ]
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    assert sorted(file.name for file in given.iterdir()) == sorted([*FILES, table.name, plot.name])


def test_the_same_call_gives_the_same_bytes(given: Path, machine: Run) -> None:
    """But for how long it took."""
    files, answers = [], []
    for name in ("a", "b"):
        table, plot = given / f"{name}.csv", given / f"{name}.svg"
        answers.append(machine(*words_for(given), "--csv", str(table), "--plot", str(plot))[1])
        files.append((table.read_bytes(), plot.read_bytes()))
        assert answers[-1].pop("elapsed_s") >= 0
    assert answers[0] == answers[1]
    assert files[0] == files[1]


def test_people_read_it_as_tables(given: Path, person: Callable[..., tuple[int, str]]) -> None:
    """With what was left out, and what the figures do not say."""
    code, said = person(*words_for(given), "--lang", "en")
    assert code == 0
    for words in ("What would have been", "Mayor", "2-slow", "2 cases were left out", "nobody knows"):
        assert words in said


def test_a_fault_of_the_policy_names_its_place(given: Path, machine: Run) -> None:
    """By file, line and field."""
    file = given / "policy.yaml"
    file.write_text(LIMITED.replace("green_24h", "green_1h"), encoding="utf-8")
    code, body = machine(*words_for(given), "--lang", "en")
    assert code == 2
    assert body["error"]["code"] == "policy_invalid"
    assert body["error"]["field"] == "lanes.rules[0].lane"
    assert body["error"]["message"].startswith("The policy has 1 fault:")
    [fault] = body["faults"]
    assert (fault["code"], fault["file"], fault["line"], fault["field"]) == (
        "enum",
        str(file),
        9,
        "lanes.rules[0].lane",
    )
    assert fault["column"] > 1
    assert fault["remedy"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (["--ledger"], "--log"),
        (["--from", "2026-03-01T00:00:00+07:00"], "--from"),
        (["--csv", "changed.txt"], "csv"),
        (["--calendar", "nothing.yaml"], "calendar"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: Path, machine: Run, more: list[str], field: str) -> None:
    """Before anything is read."""
    code, body = machine(*words_for(given), *more)
    assert (code, body["error"]["field"]) == (2, field)


def test_one_of_log_and_ledger_is_needed(given: Path, machine: Run) -> None:
    """Nobody guesses which."""
    code, body = machine("simulate", "--policy", str(given / "policy.yaml"))
    assert (code, body["error"]["code"], body["error"]["field"]) == (2, "usage", "--log")
