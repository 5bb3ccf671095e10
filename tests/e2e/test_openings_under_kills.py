"""Business openings on the live stack over Kafka while worker, bridge and publisher are killed: none lost, none doubled."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import psutil
import pytest

from audit.verification import PublishedTopics, verify
from events.language.identity import is_dossier
from greenlane.demo.cast_processes import outsiders
from greenlane.demo.openings import Opened, all_closed, open_all, openings_report
from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.wiring import Wiring
from services.actors import claimed
from services.quiescence import await_published, dead_letter_count
from store.ledger import Ledger
from tests.e2e.killing import PORTS, kill

KILLED = ("worker", "bridge", "publisher") * 3
FACTOR = 4000.0
LIMIT_SECONDS = 400.0


def until_closed(wiring: Wiring, supervisor: psutil.Process, opened: list[Opened], ends: int) -> None:
    """Wait for the joint results; each part dies after its share of the ends that there will be, or as soon after as may be."""
    ledger, told = Ledger(wiring.store), 0
    position, due = 0, [(place + 1) * ends // (len(KILLED) + 1) for place in range(len(KILLED))]
    ends_at = time.monotonic() + LIMIT_SECONDS
    killed = 0
    while asyncio.run(all_closed(wiring, opened)) < len(opened) or killed < len(KILLED):
        assert time.monotonic() < ends_at, f"{told} of {ends} ends told"
        for row in ledger.since(position):
            position = row.position
            told += row.type == "ApplicationEnded"
        if killed < len(KILLED) and told >= due[killed]:
            kill(supervisor, KILLED[killed])
            killed += 1
        time.sleep(0.1)


@pytest.mark.skipif(os.environ.get("DEATHS") != "all", reason="of the long tier: make test-long")
@pytest.mark.timeout(700)
def test_openings_survive_the_death_of_every_part(tmp_path: Path) -> None:
    settings = Settings.load(
        state_dir=tmp_path / "state",
        temporal_ui=False,
        profile="demonstration",
        time_factor=FACTOR,
        **dict.fromkeys(PORTS, 0),
    )
    with ensure_stack(settings) as addresses:
        stack = json.loads((settings.state_dir / "stack.json").read_text(encoding="utf-8"))
        supervisor = psutil.Process(int(stack["supervisor"]["pid"]))
        wiring = Wiring(settings.resolved(addresses))
        try:
            with outsiders(wiring, (), tmp_path):
                opened = asyncio.run(open_all(wiring))
                applications = sum(len(wiring.catalog.dossiers[one.template][-1].applications) for one in opened)
                until_closed(wiring, supervisor, opened, applications)
                await_published(wiring, claimed("operator", "tests"), timeout_seconds=180)
            report = openings_report(wiring, opened)
            assert all(found["closed"] == found["applications"] for found in report.values())
            assert not any(found["released_early"] for found in report.values())
            found = verify(wiring.store, PublishedTopics(wiring.cluster, wiring.topics))
            assert found.ok, found.findings
            assert (found.cases, dead_letter_count(wiring, claimed("operator", "tests"))) == (applications, 0)
            assert all(is_dossier(one.stream_id) for one in opened)
        finally:
            wiring.close()
