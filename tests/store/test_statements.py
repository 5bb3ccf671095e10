"""The statements that stand as text: named, described, used, accepted by PostgreSQL, and of all columns of the read models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import cases.turn as views
from store.database import Store
from store.statements import FOLDER, statements_in

ROOT = FOLDER.parents[1]
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))
ALL = {f"{file}.{name}": text for file in FILES for name, text in statements_in(file).items()}
OF_THE_UPGRADE = {name for name in ALL if name.startswith("former.")}
"""Of tables that an upgraded database has until they are sealed (tests/upgrade/test_vault_is_sealed.py)."""
PLANNED = {name for name, text in ALL.items() if text.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"))}
GAP = re.compile(r"%\((\w+)\)s")
READ_MODELS: dict[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "cases": (views.CaseView, ("hash", "view")),
    "worklist": (views.WorkItem, ("item",)),
    "dossiers": (views.DossierView, ("view",)),
    "escalations": (views.EscalationItem, ()),
}


def _numbered(statement: str) -> str:
    """The statement with gaps as PREPARE has them."""
    gaps = list(dict.fromkeys(GAP.findall(statement)))
    return GAP.sub(lambda gap: f"${gaps.index(gap.group(1)) + 1}", statement)


@pytest.mark.parametrize("file", FILES)
def test_every_statement_has_a_name_of_its_own_and_a_description(file: str) -> None:
    """A block begins with its name and a sentence; none is there twice, none is without an end."""
    lines = (FOLDER / f"{file}.sql").read_text(encoding="utf-8").splitlines()
    names = [number for number, line in enumerate(lines) if re.fullmatch(r"-- [a-z_]+ --", line)]
    assert len(names) == len(statements_in(file))
    for number in names:
        assert lines[number + 1].startswith("-- ")
    for end in [*(number - 2 for number in names[1:]), len(lines) - 1]:
        assert lines[end].endswith(";")
    assert max(map(len, lines)) <= 130


def test_statements_are_read_as_they_are_written() -> None:
    """On one line, without comments; casts and text in quotes stay, gaps become the driver's."""
    statement = statements_in("dossiers")["find_untold_ends"]
    assert "'end:' || m.case_id" in statement
    assert statement.endswith("ORDER BY m.recorded_at LIMIT %(most)s")
    assert "= ANY(%(case_ids)s::text[]) ORDER BY" in statements_in("turns")["lock_heads"]


@pytest.mark.parametrize("name", sorted(PLANNED - OF_THE_UPGRADE))
def test_postgresql_plans_every_statement(store: Store, name: str) -> None:
    """Tables, columns and types are those of the migrated schema."""
    with store.session() as session:
        session.execute(f"EXPLAIN (GENERIC_PLAN) {_numbered(ALL[name])}")


@pytest.mark.parametrize("name", sorted(set(ALL) - PLANNED - OF_THE_UPGRADE - {"changes.copy_items"}))
def test_postgresql_takes_what_has_no_plan(store: Store, name: str) -> None:
    """Settings, locks and the like."""
    with store.session() as session:
        session.execute(ALL[name])


def _readers() -> Iterator[tuple[Path, set[str], set[str], set[str]]]:
    """Modules that read statements: of which files, which they certainly take, and every text that may name one."""
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] in {"tests", "bench", ".venv"} or "statements_in(" not in path.read_text():
            continue
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        files = {
            str(node.args[0].value)
            for node in nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "statements_in"
            and isinstance(node.args[0], ast.Constant)
        }
        subscripts = [
            node.slice
            for node in nodes
            if isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"SQL", "VIEWS"}
        ]
        taken = {text for each in subscripts for text in _texts(each)}
        yield path, files, taken, set(_texts(*nodes))


def _texts(*nodes: ast.AST) -> Iterator[str]:
    for node in nodes:
        parts = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
        yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def test_every_statement_is_used_and_every_used_one_exists() -> None:
    """No statement is left over, and none is missing."""
    mentioned: set[str] = set()
    for path, files, taken, texts in _readers():
        known = {name for file in files for name in statements_in(file)}
        assert taken <= known, path
        mentioned |= {f"{file}.{name}" for file in files for name in texts & set(statements_in(file))}
    assert set(ALL) == mentioned


@pytest.mark.parametrize("table", READ_MODELS)
def test_statements_name_every_column_of_a_read_model(table: str) -> None:
    """A field that a model gets is written, replaced and compared wherever its fellows are."""
    model, kept_beside = READ_MODELS[table]
    fields = tuple(model.model_fields)
    seen = 0
    for statement in ALL.values():
        for listed, chosen in re.findall(rf"INSERT INTO {table} \((.*?)\) SELECT (.*?) FROM", statement):
            assert tuple(listed.strip().split(", ")) == kept_beside + fields
            assert tuple(name[2:] for name in chosen.split(", ")) == kept_beside + fields
            seen += 1
        for replaced in re.findall(rf"INSERT INTO {table} .*?DO UPDATE SET (.*?)(?: WHERE| \)|$)", statement):
            names = re.findall(r"(\w+) = excluded\.\1\b", replaced)
            assert set(kept_beside + fields) - set(names) <= {*fields[:2], "fired_at"}
            assert fields[1] in names or table in {"worklist", "escalations"}
        for listed in re.findall(rf"ROW\( \w\.(?:item, \w\.)?({', .'.join(fields[:2])}.*?) \)", statement):
            assert tuple(name.rpartition(".")[2] for name in listed.split(", ")) == fields
            seen += 1
    assert seen


@pytest.mark.parametrize(
    ("statement", "part"),
    [("turns.write_answers", "messages"), ("views.put_cases", "heads"), ("views.drop_work", "work_done")],
)
def test_what_is_said_twice_is_the_same(statement: str, part: str) -> None:
    """Parts of the one statement of a turn stand by themselves too; an edit to one is an edit to the other."""
    alone, turns = ALL[statement], ALL["turns.write_turns"]
    if statement == "turns.write_answers":
        alone = alone.removeprefix("WITH ").split(" ) SELECT pg_notify")[0]
        assert alone in turns
    else:
        assert f"{part} AS ( {alone} )" in turns


def test_the_work_of_a_turn_and_of_a_rebuild_differ_in_what_they_leave_alone() -> None:
    """A turn leaves a row that says the same already; a rebuild does not look."""
    assert f"work AS ( {ALL['views.put_work']} WHERE worklist.item IS DISTINCT" in ALL["turns.write_turns"]
    fired_at = " fired_at = excluded.fired_at,"
    assert ALL["turns.put_escalations"] == ALL["views.replace_escalations"].replace(fired_at, "")
