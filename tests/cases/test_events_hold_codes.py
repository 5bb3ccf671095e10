"""Events can never be changed, so the core writes codes and names into them, never a sentence in one language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS_IN_A_SENTENCE = 3
NAMES = {"LUỒNG XANH / GREEN LANE", "Cho ý kiến: "}
"""What is stamped on a dossier, and how an opinion is called: each stands in both languages."""


def literals(file: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module that are neither docstrings nor a programmer's mistake."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    aside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            aside.add(id(node.value))
        elif isinstance(node, ast.Raise):
            aside |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            yield node.lineno, node.value


def test_the_core_has_no_sentence_to_write() -> None:
    """`cases/calculator.py` answers a screen and is on no record; it cites laws by their names."""
    files = [file for file in (ROOT / "cases").rglob("*.py") if file.name != "calculator.py"]
    sentences = [
        f"{file.relative_to(ROOT)}:{line}: {text}"
        for file in files
        for line, text in literals(file)
        if len(text.split()) >= WORDS_IN_A_SENTENCE and text not in NAMES
    ]
    assert len(files) > 50
    assert sentences == []
