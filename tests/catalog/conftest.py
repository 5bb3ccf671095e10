"""Fixtures of the catalogue's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.catalog.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A lawful catalogue of one procedure."""
    return Folder(tmp_path / "catalogue")


@pytest.fixture
def line_of() -> Callable[[Path, str], int]:
    """The number of the first line of a file that contains a text."""

    def find(file: Path, text: str) -> int:
        lines = file.read_text().splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)

    return find
