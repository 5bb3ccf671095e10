"""Logs of others, lived under what a policy says that they stood under, and under the policy: in memory, without any server."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from audit.simulation.figures import Simulation
from catalog.loader import load_catalog
from catalog.policy_files import read_policy
from eventlog.source import LogFile
from eventlog.xes_writing import XesWriter
from greenlane.terminal import rendered
from presentation.json_of_simulations import by_department, simulation_csv, simulation_json
from presentation.names import Names
from presentation.simulation import FIGURES, simulation_plot, simulation_screen
from presentation.words.words import Words
from services.log_export import Speech
from services.simulation import NothingSimulatedError, simulate_log
from tests.audit.counterfactual.policies import HEAD
from tests.builders import a_closed_life
from wording.json_text import shown_json

ROOT = Path(__file__).resolve().parents[3]
FILES = ("log.xes.gz", "policy.yaml")
EXAMPLE = ROOT / "docs" / "examples" / "green-permits.yaml"
GREEN = """
lanes:
  facts: [trace_channel]
  rules:
    - id: by-net
      lane: green_24h
      when: [{id: net, fact: trace_channel, equals: Internet, missing: {vi: "không", en: "no"}}]
"""
LIMITED = HEAD + "log: {limit: {amount: 5, unit: working_days}, opened_at: begun}" + GREEN


def an_event(name: str, at: str | None, group: str = "Desk") -> str:
    time = "" if at is None else f'<date key="time:timestamp" value="{at}"/>'
    return f'<event><string key="concept:name" value="{name}"/><string key="org:group" value="{group}"/>{time}</event>'


def a_trace(name: str, *events: str, **attributes: str) -> str:
    said = "".join(f'<string key="{key}" value="{value}"/>' for key, value in attributes.items())
    return f'<trace><string key="concept:name" value="{name}"/>{said}{"".join(events)}</trace>'


TRACES = (
    a_trace(
        "quick",
        an_event("check", "2026-03-02T09:00:00+07:00"),
        an_event("sign", "2026-03-02T15:00:00+07:00", "Mayor"),
        channel="Internet",
        begun="2026-03-02T08:00:00+07:00",
    ),
    a_trace(
        "slow",
        an_event("check", "2026-03-02T09:00:00+07:00"),
        # Neither an instant that is none nor one before the event before it moves time back.
        an_event("check", "soon"),
        an_event("weigh", "2026-03-01T09:00:00+07:00"),
        an_event("sign", "2026-03-05T10:00:00", "Mayor"),
        channel="Internet",
    ),
    a_trace("desk", an_event("sign", "2026-03-04T10:00:00+07:00", "Mayor"), channel="Desk"),
    a_trace("never", an_event("check", None)),
    a_trace("empty"),
)


def simulated(folder: Path, policy: str = LIMITED, *traces: str) -> Simulation:
    log, rules = (folder / name for name in FILES)
    with gzip.open(log, "wt", encoding="utf-8") as file:
        file.write("<log>" + "".join(traces or TRACES) + "</log>")
    rules.write_text(policy, encoding="utf-8")
    catalog = load_catalog()
    return simulate_log(catalog, LogFile(log), read_policy(rules, catalog))


def test_traces_are_cases_before_and_after(tmp_path: Path) -> None:
    """By the instants of the log; who had the case when a promise was broken has broken it."""
    told = simulated(tmp_path)
    assert told.left_out == {"without_time": 2}
    assert (told.before.lanes, told.after.lanes) == ({"standard": 3}, {"green_24h": 2, "standard": 1})
    assert (told.before.whole.met, told.before.whole.breached) == (3, 0)
    assert (told.after.whole.met, told.after.whole.breached) == (2, 1)
    assert (told.before.overdue_in_law, told.after.overdue_in_law) == (0, 0)
    slow = next(change for change in told.changed if change.case == "2-slow")
    # From 2/3 9:00, its first event, to 5/3 10:00 in the calendar's zone; promised were 24 hours.
    assert slow.after.late_seconds == (3 * 24 + 1 - 24) * 3600
    [mayor] = [slug for slug, name in told.names.items() if name == "Mayor"]
    assert slow.after.departments[mayor].breached == 1
    assert slow.before.departments[mayor].cases == 1


def test_a_case_begins_when_its_attribute_says(tmp_path: Path) -> None:
    """Or with its first event, where that is before."""
    told = simulated(tmp_path)
    quick = next(change for change in told.changed if change.case == "1-quick")
    assert quick.after.due_at is not None
    assert quick.after.due_at.isoformat() == "2026-03-03T01:00:00+00:00"


def test_the_json_is_as_it_is_told(tmp_path: Path) -> None:
    """The shape that programs rely on; what differs in lane, state or appointment is listed."""
    told = simulation_json(simulated(tmp_path))
    figures = {"cases", "met", "breached", "warnings", "escalations", "used_seconds"}
    assert told["ok"] is True
    assert (told["cases"], told["events"] > 20) == (3, True)
    for side in ("before", "after"):
        assert set(told[side]) == figures | {"lanes"}
        assert all(set(each[side]) == figures for each in told["by_department"].values())
    assert told["changed"] == [
        {
            "case": "1-quick",
            "lane": ["standard", "green_24h"],
            "state": ["met", "met"],
            "due_at": ["2026-03-09T01:00:00Z", "2026-03-03T01:00:00Z"],
            "late_seconds": [0, 0],
            "warnings": [0, 0],
        },
        {
            "case": "2-slow",
            "lane": ["standard", "green_24h"],
            "state": ["met", "breached"],
            "due_at": ["2026-03-09T02:00:00Z", "2026-03-03T02:00:00Z"],
            "late_seconds": [0, 176_400],
            "warnings": [1, 4],
        },
    ]
    for name in ("used_seconds", "breached"):
        assert told["after"][name] == sum(each["after"][name] for each in told["by_department"].values())
    json.dumps(told, allow_nan=False)


def test_cells_of_the_csv_act_on_nothing(tmp_path: Path) -> None:
    """A trace may be called what a spreadsheet would take for a formula; its place in the log stands before it all the same."""
    lines = simulation_csv(simulated(tmp_path)).split("\r\n")
    assert lines[0].startswith("\ufeffcase,lane_before,lane_after,state_before")
    assert [line.split(",")[0] for line in lines[1:]] == ["1-quick", "2-slow", ""]
    assert lines[2].split(",")[7:9] == ["0", "176400"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_screen_and_plot_name_the_departments_of_the_log(tmp_path: Path, language: str) -> None:
    """As the log does; what was left out is said."""
    told = simulated(tmp_path)
    names = Names(Words(language), load_catalog())
    said = repr(list(simulation_screen(told, names)))
    assert "Mayor" in said
    assert "2" in said
    plot = simulation_plot(told, names)
    assert plot.startswith("<svg")
    assert "Mayor" in plot


@pytest.mark.parametrize("language", ["vi", "en"])
def test_eighty_columns_hold_the_figures_of_departments(tmp_path: Path, language: str) -> None:
    """No heading and no figure is broken, however many cases there are."""
    told = simulated(tmp_path)
    for _department, before, after in by_department(told):
        for figures in (before, after):
            figures.cases = figures.met = figures.breached = figures.warnings = figures.escalations = 12_345
    words, console = Words(language), Console(width=80)
    with console.capture() as capture:
        screen = simulation_screen(told, Names(words, load_catalog()))
        console.print(*(rendered(block) for block in screen if block is not None))
    for text in ("12,345 → 12,345", "29.0 → 29.0", *(words(said) for said in FIGURES.values())):
        assert text in capture.get()


def test_a_calendar_that_does_not_reach_the_log_is_said(tmp_path: Path) -> None:
    """With what helps: no figures are made of nothing."""
    trace = a_trace("old", an_event("sign", "2011-10-11T13:45:40.276+02:00"))
    with pytest.raises(NothingSimulatedError) as raised:
        simulated(tmp_path, LIMITED, trace)
    assert "calendar_range: 1" in str(raised.value.message)
    assert "--calendar" in str(raised.value.remedy)


def test_a_log_of_our_own_is_lived_from_its_opening(tmp_path: Path) -> None:
    """Only its departments' decisions are acts; it was handed in when it was."""
    life = a_closed_life()
    writer = XesWriter(Speech("en", lambda name: name))
    content = writer.begin() + writer.trace(life.records) + writer.end()
    (tmp_path / "own.xes").write_bytes(content)
    (tmp_path / "policy.yaml").write_text(LIMITED, encoding="utf-8")
    catalog = load_catalog()
    told = simulate_log(catalog, LogFile(tmp_path / "own.xes"), read_policy(tmp_path / "policy.yaml", catalog))
    assert (told.cases, told.before.whole.met) == (1, 1)
    held = sum(figures.used_seconds for figures in told.before.departments.values())
    assert life.case.closed_at is not None
    assert life.case.opened_at is not None
    assert held == (life.case.closed_at - life.case.opened_at).total_seconds()


SCRIPT = """
import sys
from pathlib import Path
from tests.audit.counterfactual.test_logs import FILES, bytes_of
from catalog.loader import load_catalog
from catalog.policy_files import read_policy
from eventlog.source import LogFile
from services.simulation import simulate_log
catalog = load_catalog()
log, policy = (Path(sys.argv[1]) / name for name in FILES)
sys.stdout.buffer.write(bytes_of(simulate_log(catalog, LogFile(log), read_policy(policy, catalog))))
"""


def bytes_of(told: Simulation) -> bytes:
    """All that is written of a simulation, without how long it took."""
    body = simulation_json(told)
    del body["elapsed_s"]
    plot = simulation_plot(told, Names(Words("en"), load_catalog()))
    return (shown_json(body) + simulation_csv(told) + plot).encode()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Also in a process that orders its sets otherwise; only how long it took is not of the input."""
    here = bytes_of(simulated(tmp_path))
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    there = subprocess.run(command, env=environment, check=True, capture_output=True, cwd=ROOT).stdout
    assert there == here
    assert len(here) > 1000


def test_the_shipped_example_is_read() -> None:
    """Under the catalogue that is shipped; its calendar covers the log that it is about."""
    proposal = read_policy(EXAMPLE, load_catalog())
    calendar = proposal.policy.log.calendar
    assert calendar is not None
    assert (calendar.first_day.year, calendar.last_day.year) == (2010, 2013)
