"""What the program writes is read by pm4py, and counted there as the program counts it (`make test-pm4py`)."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program
from tests.cli.test_dossiers_live import answer_all, application, declaration, until

pytestmark = pytest.mark.timeout(600)
COUNT = Path(__file__).parent / "count.py"


def counted(xes: Path, ocel: Path) -> dict[str, Any]:
    """What pm4py counts, in an environment of its own."""
    run = subprocess.run(
        [os.environ["PM4PY"], str(COUNT), str(xes), str(ocel)], capture_output=True, text=True, check=False, timeout=300
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return found


def test_both_formats_are_read_and_counted_alike(live: Program, tmp_path: Path) -> None:
    """A linked dossier with a closed case and one in the middle, and a case that stands alone."""
    dossier = live("dossier", "submit", "-", stdin=declaration("mined-1")).json["dossier"]
    first = until(live, dossier, "registration", "released")
    answer_all(live, first["case_id"])
    until(live, dossier, "security-order", "released")
    assert application(live, dossier, "registration")["state"] == "granted"
    xes, ocel = tmp_path / "log.xes.gz", tmp_path / "log.json"
    said = {
        "xes": live("export-log", "--format", "xes", "--out", str(xes)).json,
        "ocel": live("export-log", "--format", "ocel", "--out", str(ocel)).json,
    }
    found = counted(xes, ocel)
    assert {name: found["xes"][name] for name in ("cases", "events")} == {
        name: said["xes"][name] for name in ("cases", "events")
    }
    assert {"start", "complete"} <= set(found["xes"]["steps_begun_and_ended"])
    assert found["xes"]["variants"] > 1
    assert "case:greenlane:procedure" in found["xes"]["facts"]
    log = json.loads(ocel.read_bytes())
    things = Counter(each["type"] for each in log["objects"])
    assert (found["ocel"]["events"], found["ocel"]["objects"]) == (said["ocel"]["events"], dict(things))
    assert (things["case"], things["dossier"] >= 1) == (said["ocel"]["cases"], True)
    assert found["ocel"]["relations"] == sum(len(event["relationships"]) for event in log["events"])
    assert found["ocel"]["object_relations"] == sum(len(each["relationships"]) for each in log["objects"])
    assert found["ocel"]["changes"] > 0
