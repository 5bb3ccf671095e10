"""`greenlane status` on a live stack, and how its answer and exit code go with a part that hangs."""

from __future__ import annotations

import urllib.request

import psutil

from greenlane.stack.folder import StateFolder
from tests.cli.program import LiveStack, Program

PARTS = {"temporal", "postgresql", "kafka", "worker", "bridge", "publisher"}
PROCESSES = {"worker", "bridge", "publisher"}


def test_all_runs(live: Program) -> None:
    """One object with every part; exit code 0; metrics of our own processes alone."""
    answer = live("status")
    body = answer.json
    assert (answer.code, body["ok"], body["running"], set(body)) == (0, True, True, {"ok", "running", "parts"})
    assert set(body["parts"]) == PARTS
    for name, part in body["parts"].items():
        assert part["state"] == "running"
        host, _, port = part["address"].rpartition(":")
        assert (host, port.isdigit()) == ("127.0.0.1", True)
        assert ("metrics" in part) == (name in PROCESSES)
    with urllib.request.urlopen(body["parts"]["publisher"]["metrics"], timeout=60) as page:
        assert page.status == 200


def test_a_part_that_hangs_is_no_part_that_runs(live_stack: LiveStack, live: Program, greenlane: Program) -> None:
    """Its process is there, its port takes connections, and it does nothing; the answer is no `error`, the exit code 2."""
    folder = StateFolder(live_stack.state_dir)
    process = psutil.Process(folder.read(folder.process_file)["publisher"]["pid"])
    process.suspend()
    try:
        answer = live("status")
        assert (answer.code, answer.json["ok"], answer.json["running"]) == (2, False, True)
        states = {name: part["state"] for name, part in answer.json["parts"].items()}
        assert states == dict.fromkeys(PARTS, "running") | {"publisher": "not_answering"}
        screen = greenlane("status", "--state-dir", str(live_stack.state_dir), "--lang", "vi")
        assert screen.code == 2
        assert "không trả lời" in screen.out
    finally:
        process.resume()
    assert live("status").code == 0
