"""The whole way on the live stack while its parts are killed: nothing lost, nothing doubled, nobody in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from audit.verification import PublishedTopics, verify
from audit.violation import Violation
from bench.throughput.__main__ import access_file
from events.transport.errors import TransportError
from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.stack.checkpoint_key import KEY_FILE, PUBLIC_FILE
from greenlane.wiring import Wiring
from services.actors import claimed
from services.checkpoints import SigningKey, make_checkpoint
from services.quiescence import await_published, dead_letter_count
from services.recording_reads import Reader, record_read
from services.verification import OUTSIDE_TOPIC, read_evidence
from store.errors import StoreError
from store.views import Views
from tests.e2e.killing import PORTS, kill

CASES = 20
IN_FLIGHT = 6
PROCEDURE = "karaoke-licence"
KILLED = ("worker", "bridge", "publisher", "kafka", "worker")


@contextmanager
def a_stack(folder: Path) -> Iterator[tuple[Wiring, psutil.Process]]:
    settings = Settings.load(
        state_dir=folder / "state", temporal_ui=False, checkpoint_seconds=2, **dict.fromkeys(PORTS, 0)
    )
    with ensure_stack(settings) as addresses:
        stack = json.loads((settings.state_dir / "stack.json").read_text(encoding="utf-8"))
        wiring = Wiring(settings.resolved(addresses))
        try:
            yield wiring, psutil.Process(int(stack["supervisor"]["pid"]))
        finally:
            wiring.close()


def closed_cases(wiring: Wiring) -> int:
    return sum(found.cases for found in Views(wiring.store).closed_cases())


def sign(wiring: Wiring) -> None:
    """Whatever came since the last checkpoint, beside the publisher, which does so on its own: a look at least."""
    record_read(wiring, Reader(claimed("operator", "tests"), "kills"), filter={}, count=0)
    key = SigningKey.from_pem((wiring.settings.state_dir / KEY_FILE).read_text())
    make_checkpoint(wiring, claimed("operator", "tests"), key)


def findings(wiring: Wiring) -> list[Violation]:
    """What is wrong in the middle of it; nothing is known while a server is away."""
    try:
        return verify(wiring.store, PublishedTopics(wiring.cluster, wiring.topics)).findings
    except (StoreError, TransportError):
        return []


@pytest.mark.timeout(900)
def test_parts_killed_in_the_middle_lose_and_double_nothing(tmp_path: Path) -> None:
    """Worker, bridge, publisher and broker are killed while 20 cases run: all close, and every invariant holds all along."""
    with a_stack(tmp_path) as (wiring, supervisor):
        words = (access_file(wiring), wiring.settings.topic_prefix, PROCEDURE)
        desk = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "bench.throughput.departments",
                *words,
                str(CASES),
                str(IN_FLIGHT),
                f"kills-{os.getpid()}",
            ],
            stdout=subprocess.PIPE,
        )
        try:
            for number, name in enumerate(KILLED, start=1):
                while closed_cases(wiring) < number * 2 and desk.poll() is None:
                    assert findings(wiring) == []
                    time.sleep(0.1)
                sign(wiring)
                kill(supervisor, name)
                assert findings(wiring) == []
            desk.communicate(timeout=500)
            assert desk.returncode == 0
            sign(wiring)
            await_published(wiring, claimed("operator", "tests"), timeout_seconds=180)
            key = (wiring.settings.state_dir / PUBLIC_FILE).read_text()
            evidence = read_evidence(wiring, claimed("auditor", "tests"), key, OUTSIDE_TOPIC, own_key=None)
            found = verify(wiring.store, PublishedTopics(wiring.cluster, wiring.topics), evidence=evidence)
            assert found.ok, found.findings
            assert (found.witness, found.checkpoints > len(KILLED)) == ("checkpoints", True)
            assert (found.cases, closed_cases(wiring)) == (CASES, CASES)
            assert dead_letter_count(wiring, claimed("operator", "tests")) == 0
        finally:
            desk.kill()
            desk.wait()
