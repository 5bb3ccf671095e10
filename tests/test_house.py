"""The house as it is meant: who may use whom is import-linter's; how large and how well told everything is, is held here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import grimp
import networkx
import pytest

from tests.house import ROOT, House, measured, rooms, share


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


def test_no_module_needs_itself() -> None:
    """No circle of imports, not even for types alone: each module can be read after those below it."""
    graph = grimp.build_graph(*rooms())
    imports = networkx.DiGraph(
        (each, used) for each in graph.modules for used in graph.find_modules_directly_imported_by(each)
    )
    assert [circle for circle in networkx.strongly_connected_components(imports) if len(circle) > 1] == []


def test_functions_are_short(house: House) -> None:
    lengths = [place.lines for place in house.functions]
    assert [str(place) for place in house.functions if place.lines > 50] == []
    assert share(lengths, 0.5) <= 6
    assert share(lengths, 0.9) <= 18


def test_files_are_short(house: House) -> None:
    sizes = list(house.files.values())
    assert [file for file, lines in house.files.items() if lines > 400] == []
    assert share(sizes, 0.5) <= 110


def test_everything_is_annotated(house: House) -> None:
    assert house.not_annotated == []


@pytest.mark.parametrize("room", rooms())
def test_what_is_public_is_told(house: House, room: str) -> None:
    missing = [str(place) for place in house.without_docstring if place.file.startswith(f"{room}/")]
    assert house.documented(room) >= 0.98, missing


def test_few_findings_are_waved_through(house: House) -> None:
    assert house.whole_file_ignores == []
    assert 1000 * house.ignores / house.lines <= 0.4


def test_vietnamese_is_in_the_catalogue(house: House) -> None:
    # The auditor's verifier stands alone, without the catalogue: it says both in place, and is bound apart.
    alone = sum(lines for file, lines in house.vietnamese.items() if file.startswith("verifier/"))
    assert house.vietnamese.total() - alone <= 60, house.vietnamese.most_common(10)
    assert alone <= 40


def test_the_program_is_thin(house: House) -> None:
    """What anybody may ask or do is in services, what is drawn in presentation: the program wires and runs."""
    assert house.lines_below("greenlane") <= house.lines / 4
    assert house.lines_below("greenlane/cli") <= 4_000
