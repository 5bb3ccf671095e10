"""The processes of the demonstration that are not ours: departments and applicants, ended with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from greenlane.admission import let_in
from greenlane.demo.script import CAST, SYSTEM, Role
from greenlane.wiring import Wiring

OFFICES = (
    ("one-stop", "commune-desk", "commune", "justice"),
    ("finance", "trade", "home-affairs", "chairman-office", "ip-board", "ministry-trade"),
    ("police", "commune-police", "construction", "environment", "culture", "health"),
)
"""Which departments share a process: nothing but this machine's two cores asks for it."""


@contextmanager
def playing_outsiders(wiring: Wiring, parts: Sequence[Role], folder: Path) -> Iterator[None]:
    """Departments and applicants play their parts until the block ends."""
    (folder / "time.json").write_text(wiring.business_time.model_dump_json(), encoding="utf-8")
    (folder / "cast.json").write_bytes(CAST.dump_json(tuple(parts)))
    departments = [department for office in OFFICES for department in office]
    wiring.systems.register(SYSTEM)
    systems, layout = (SYSTEM.id,), wiring.topic_layout
    access = let_in(wiring.settings, SYSTEM.id, departments=departments, systems=systems, layout=layout)
    access.write(folder / "access.json")
    running = [_start(wiring, folder, "department", office) for office in OFFICES]
    running.append(_start(wiring, folder, "applicants", ()))
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()


def _start(wiring: Wiring, folder: Path, role: str, departments: Sequence[str]) -> subprocess.Popen[bytes]:
    arguments = (role, str(folder / "access.json"), wiring.settings.topic_prefix)
    files = (str(folder / "time.json"), str(folder / "cast.json"))
    words = [sys.executable, "-m", "greenlane.demo.outsider", *arguments, *files, *departments]
    with (folder / f"{role}-{'-'.join(departments) or 'all'}.log").open("wb") as log:
        return subprocess.Popen(words, stdout=log, stderr=log)
