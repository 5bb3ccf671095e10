"""A small catalogue in a folder of its own, which each test bends as it likes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from catalog.definition import Key
from catalog.errors import CatalogInvalid, Problem
from catalog.loader import DATA_FOLDER, load_catalog, read_folder
from catalog.writing import publish_in

PROCEDURE = """\
id: shop-licence
version: "1"
name: {vi: "Giấy phép", en: "Shop licence"}
sector: trade
agency: trade
limit: {amount: 5, unit: working_days}
steps:
  - id: intake
    name: {vi: "Tiếp nhận", en: "Intake"}
    department: one-stop
  - id: signing
    name: {vi: "Ký", en: "Signing"}
    department: trade
    needs: [intake]
valid_from: 2025-01-01
"""

LANES = """\
id: bac-ninh
version: "1"
facts: [project]
lists:
  - id: projects
    entries: [airport]
    source: test
rules:
  - id: airport
    lane: green_60
    source: test
    when:
      - {id: listed, fact: project, in_list: projects, missing: {vi: "không", en: "no"}}
promises:
  - lane: green_60
    reduction: 0.60
    source: test
source: test
"""


class Folder:
    """A catalogue folder that holds one procedure and one table of lanes beside the shipped rest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for part in ("ladders", "calendars"):
            shutil.copytree(DATA_FOLDER / part, path / part)
        shutil.copy(DATA_FOLDER / "departments.yaml", path)
        self.write("procedures/shop-licence.yaml", PROCEDURE)
        self.write("lanes/bac-ninh.yaml", LANES)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def procedure(self, *changes: tuple[str, str], name: str = "procedures/shop-licence.yaml") -> Path:
        """Write the procedure with parts of its text replaced."""
        return self.write(name, _changed(PROCEDURE, changes))

    def lanes(self, *changes: tuple[str, str], name: str = "lanes/bac-ninh.yaml") -> Path:
        """Write the table of lanes with parts of its text replaced."""
        return self.write(name, _changed(LANES, changes))

    def publish(self) -> list[Key]:
        """Enter the drafts among the digests; which they are."""
        return publish_in(read_folder(self.path), lambda: None)[0]

    def problems(self) -> tuple[Problem, ...]:
        """What loading the folder finds; fails when it finds nothing."""
        with pytest.raises(CatalogInvalid) as caught:
            load_catalog(self.path)
        return caught.value.problems

    def only_problem(self) -> Problem:
        """The one problem of the folder."""
        (problem,) = self.problems()
        return problem


def _changed(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        assert text.count(old) >= 1, f"{old!r} is not in the template"
        text = text.replace(old, new, 1)
    return text
