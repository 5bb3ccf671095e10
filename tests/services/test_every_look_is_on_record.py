"""Whoever is shown a case, a list or a person is on record: no service shows one to an actor of whom no read was made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = {
    *("CaseSheet", "DossierSheet", "CaseList", "Desk", "EscalationList", "Present", "Report", "Bundle", "LogExport"),
    *("Cascade", "PreparedChange", "ReadList", "FiledLetter", "Replay", "Worklist", "Simulation"),
    *("FoundSubject", "ShownSubject", "ExportedSubject"),
}
"""What is shown of cases, dossiers and persons; an act's own answer stands on record with the act."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def services() -> Iterator[tuple[str, Function]]:
    """Every public function of every service, with its module."""
    for file in sorted((ROOT / "services").rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                yield f"{file.stem}.{node.name}", node


def parameters(function: Function) -> dict[str, str]:
    """The names of the parameters, and their types as written."""
    listed = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return {one.arg: ast.unparse(one.annotation) for one in listed if one.annotation is not None}


RECORDS = "recording_reads.record_read_in"
FUNCTIONS = dict(services())
READERS = [
    name for name, function in FUNCTIONS.items() if parameters(function).get("reader") == "Reader" and name != RECORDS
]


def test_what_is_shown_is_shown_to_a_reader() -> None:
    """To no mere actor, of whom nothing would be put on record."""
    for name, function in FUNCTIONS.items():
        names = (
            {node.id for node in ast.walk(function.returns) if isinstance(node, ast.Name)}
            if function.returns
            else set()
        )
        assert not (names & SHOWN and "actor" in parameters(function)), f"{name} shows to an actor: take a Reader"
    assert len(READERS) >= 15


@pytest.mark.parametrize("name", READERS)
def test_who_takes_a_reader_records_a_read(name: str) -> None:
    """By itself, or by the service that it asks."""
    calls = (node for node in ast.walk(FUNCTIONS[name]) if isinstance(node, ast.Call))
    handed = [call for call in calls if any(isinstance(one, ast.Name) and one.id == "reader" for one in call.args)]
    assert handed, f"{name} takes a Reader and records no read"


def test_the_program_asks_nothing_that_leaves_the_record_to_others() -> None:
    """What `look_up_...` finds is for services alone, which put their own read on record."""
    for file in (ROOT / "greenlane").rglob("*.py"):
        assert "look_up_" not in file.read_text(encoding="utf-8"), file
