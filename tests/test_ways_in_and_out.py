"""Nobody goes around the one reader of JSON, the one writer of JSON, or the one way onto a terminal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "wording",
    "sla",
    "catalog",
    "cases",
    "events",
    "store",
    "activities",
    "workflows",
    "intake",
    "audit",
    "greenlane",
)
FILES = {
    str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8"))
    for room in ROOMS
    for file in sorted((ROOT / room).rglob("*.py"))
}

READS_JSON = {
    "wording/json_text.py",  # the reader
    "greenlane/stack/launch.py",  # runs alone, without any module of ours; reads what we gave it to start with
    "intake/person.py",  # what an older vault holds may be no JSON: it was let in when nobody asked
}
READS_YAML = {"catalog/document.py"}
READS_ITS_OWN = {
    # Texts that only we have written: rows of the store, payloads of workflows under their seal.
    "store/",
    "audit/rebuild.py",
    "audit/form.py",
    "audit/kept_definitions.py",
    "workflows/converter.py",
    "workflows/packing.py",
    "intake/records.py",
    "intake/dossiers.py",
    "intake/handing_over.py",
    "intake/waiting_room.py",
    "events/language/case_events.py",
    "greenlane/remembered.py",
    "greenlane/doctor/database.py",
    "greenlane/demo/outsider.py",
}
WRITES = {
    "greenlane/speaking/output.py",
    "greenlane/telemetry.py",
    "greenlane/stack/launch.py",
    "greenlane/importing/player.py",  # the class of an error
    # Run by whoever changes the program or its catalogue.
    "events/schemas.py",
    "catalog/schemas.py",
    "wording/check.py",
    "wording/extract.py",
}


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def allowed(name: str, places: set[str]) -> bool:
    return any(name == place or (place.endswith("/") and name.startswith(place)) for place in places)


def elsewhere(wanted: set[str], places: set[str]) -> list[str]:
    """Where any of these is called outside the places: by its whole name, or by its last part where it begins with a dot."""
    return [
        f"{name}:{call.lineno} {called}"
        for name, tree in FILES.items()
        if not allowed(name, places)
        for called, call in calls(tree)
        if called in wanted or f".{called.rpartition('.')[2]}" in wanted
    ]


def test_foreign_json_has_one_reader() -> None:
    """`wording.json_text` says one thing once, within bounds; `json.loads` takes the last of two keys, and NaN."""
    assert elsewhere({"json.loads", "json.load", "json.JSONDecoder", ".JSONDecoder"}, READS_JSON) == []
    assert elsewhere({".model_validate_json", ".validate_json", "from_json"}, READS_ITS_OWN) == []
    imported = [
        f"{name}:{node.lineno}"
        for name, tree in FILES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("json", "orjson", "ujson", "pickle", "marshal")
    ]
    assert imported == []


def test_foreign_yaml_has_one_reader() -> None:
    """`catalog.document`: no tags, no second key, no bombs."""
    assert elsewhere({"yaml.load", "yaml.safe_load", "yaml.full_load", "yaml.compose", "yaml.parse"}, READS_YAML) == []


def test_nothing_goes_out_that_is_no_json() -> None:
    """Python writes NaN unless it is told not to."""
    found = [
        f"{name}:{call.lineno}"
        for name, tree in FILES.items()
        for called, call in calls(tree)
        if called in ("json.dumps", "json.dump", "json.JSONEncoder")
        and not any(word.arg == "allow_nan" and ast.unparse(word.value) == "False" for word in call.keywords)
    ]
    # One call escapes a single character.
    assert [place for place in found if not place.startswith("wording/json_text.py")] == []


@pytest.mark.parametrize("module", ["rich.console", "rich"])
def test_a_terminal_has_one_writer(module: str) -> None:
    """`greenlane.console` makes visible what others wrote; rich's own console does not."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in FILES.items()
        if name != "greenlane/console.py"
        for node in ast.walk(tree)
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == module
            and {"Console", "print"} & {a.name for a in node.names}
        )
        or (isinstance(node, ast.Import) and module in {a.name for a in node.names})
    ]
    assert found == []


def test_nobody_writes_past_it() -> None:
    """Neither by print, nor straight onto the streams, but what is made visible first."""
    found = [
        f"{name}:{call.lineno}"
        for name, tree in FILES.items()
        if not allowed(name, WRITES)
        for called, call in calls(tree)
        if called in ("print", "sys.stdout.write", "sys.stderr.write", "typer.echo", "typer.secho")
        and "visible" not in ast.unparse(call)
    ]
    assert found == []
