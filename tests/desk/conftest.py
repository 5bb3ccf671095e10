"""Running the program's commands that ask no server, within the test's own process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith("GREENLANE_")]:
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
