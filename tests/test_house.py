"""The house as it is meant: who may use whom is import-linter's; how large and how well told everything is, is held here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.house import ROOT, House, measured, rooms


@pytest.fixture(scope="module")
def house() -> House:
    return measured()


@pytest.mark.parametrize("room", rooms())
def test_each_of_our_packages_is_the_one_of_this_repository(room: str) -> None:
    """Their names are general: one that was installed beside us must not be taken for ours."""
    spec = find_spec(room)
    assert spec is not None
    assert [Path(place).resolve() for place in spec.submodule_search_locations or ()] == [(ROOT / room).resolve()]


def test_every_package_is_a_room(house: House) -> None:
    """A folder with Python at the top that no import rule knows would escape all of this."""
    there = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests", "bench", "deploy"}
    assert there == set(rooms())


def test_everything_is_annotated(house: House) -> None:
    assert house.not_annotated == []


def test_few_findings_are_waved_through(house: House) -> None:
    assert house.whole_file_ignores == []
    assert 1000 * house.ignores / house.lines <= 0.4
