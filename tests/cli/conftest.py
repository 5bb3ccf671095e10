"""The program called as people call it, in this process; and one live stack with all its processes for all these tests."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from greenlane.connection_rules import PREFIX
from tests.cli.program import Answer, LiveStack, Program, a_stack

TIME_FACTOR = 2
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with --json: its exit code, and the one JSON object that it printed."""
    from greenlane.cli.app import run  # noqa: PLC0415 - only the tests that need it pay for it

    def call(*words: str) -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr(sys, "argv", ["greenlane", *words, "--json"])
        capsys.readouterr()
        code = run()
        printed = capsys.readouterr().out
        assert printed.count("\n") == 1, printed
        return code, json.loads(printed)

    return call


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs a command as a person does: its exit code, and all that it said."""
    from greenlane.cli.app import run  # noqa: PLC0415

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["greenlane", *words])
        capsys.readouterr()
        code = run()
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


@pytest.fixture
def greenlane(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    """Calls the program with arguments, in English; `stdin` is what it reads there."""
    from greenlane.cli.app import run  # noqa: PLC0415

    monkeypatch.setenv("GREENLANE_LANGUAGE", "en")

    def call(*arguments: str, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "argv", ["greenlane", *arguments])
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
        capfd.readouterr()
        code = run()
        out, err = capfd.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture(scope="session")
def live_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """One stack for all tests of the command line, on ports of its own; its time begins on a Monday morning of 2026."""
    folder = tmp_path_factory.mktemp("cli")
    # Checkpoints while everything else goes on: none of these tests may notice.
    evidence = {"checkpoint_seconds": 5, "checkpoint_file": folder / "checkpoints.jsonl"}
    with a_stack(folder, time_factor=TIME_FACTOR, **evidence) as stack:
        yield stack


@pytest.fixture
def live(live_stack: LiveStack, greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program on the live stack, answering in JSON."""
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", str(TIME_FACTOR))

    def call(*arguments: str, stdin: bytes = b"") -> Answer:
        return greenlane(*arguments, "--state-dir", str(live_stack.state_dir), "--json", stdin=stdin)

    return call
