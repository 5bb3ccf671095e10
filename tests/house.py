"""Measures of the house: lines, functions, files, types, docstrings, ignores, Vietnamese in code: `python -m tests.house`."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
VIETNAMESE = re.compile("[àáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễìíịỉĩòóọỏõôồốộổỗơờớợởỡùúụủũưừứựửữỳýỵỷỹđ]", re.IGNORECASE)
IGNORES = re.compile(r"# (?:noqa|type: ignore)")
WHOLE_FILE_IGNORES = re.compile(r"^# (?:ruff: noqa|mypy: ignore)", re.MULTILINE)
NESTING_MAX = 2
"""A function within a function is nobody's to call, and needs no docstring."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def rooms() -> list[str]:
    """Our packages, as the import rules name them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(settings["tool"]["importlinter"]["root_packages"])


def product_files() -> Iterator[Path]:
    """The Python of the product: without tests, benchmarks, and the migrations, which never change."""
    for room in rooms():
        yield from (file for file in sorted((ROOT / room).rglob("*.py")) if "migrations" not in file.parts)


@dataclass(frozen=True, slots=True)
class Place:
    """A function or a class, with its length in lines."""

    file: str
    name: str
    lines: int = 0

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


@dataclass(slots=True)
class House:
    """What was counted, over all rooms."""

    files: dict[str, int] = field(default_factory=dict)
    """By file, its lines."""
    functions: list[Place] = field(default_factory=list)
    not_annotated: list[Place] = field(default_factory=list)
    public: Counter[str] = field(default_factory=Counter)
    """By room, public classes and functions."""
    without_docstring: list[Place] = field(default_factory=list)
    ignores: int = 0
    whole_file_ignores: list[str] = field(default_factory=list)
    vietnamese: Counter[str] = field(default_factory=Counter)
    """By file, its lines with Vietnamese."""

    @property
    def lines(self) -> int:
        """All lines."""
        return sum(self.files.values())

    def lines_below(self, *folders: str) -> int:
        """Lines of the files below these folders."""
        return sum(
            lines for file, lines in self.files.items() if file.startswith(tuple(f"{each}/" for each in folders))
        )

    def documented(self, room: str) -> float:
        """The share of a room's public classes and functions that have a docstring."""
        missing = sum(place.file.startswith(f"{room}/") for place in self.without_docstring)
        return 1 - missing / max(1, self.public[room])

    def take(self, file: Path) -> None:
        """Count one file."""
        name, text = file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
        self.files[name] = text.count("\n")
        self.ignores += len(IGNORES.findall(text))
        if WHOLE_FILE_IGNORES.search(text):
            self.whole_file_ignores.append(name)
        self.vietnamese[name] += sum(bool(VIETNAMESE.search(line)) for line in text.splitlines())
        self._walk(ast.parse(text), name, "", 0)

    def _walk(self, parent: ast.AST, file: str, prefix: str, depth: int) -> None:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, Function):
                place = Place(file, prefix + node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
                self.functions.append(place)
                if not is_annotated(node):
                    self.not_annotated.append(place)
                self._document(node, place, depth)
                self._walk(node, file, f"{place.name}.", NESTING_MAX)
            elif isinstance(node, ast.ClassDef):
                place = Place(file, prefix + node.name)
                self._document(node, place, depth)
                self._walk(node, file, f"{place.name}.", depth + 1)
            else:
                self._walk(node, file, prefix, depth)

    def _document(self, node: Function | ast.ClassDef, place: Place, depth: int) -> None:
        if depth < NESTING_MAX and not any(part.startswith("_") for part in place.name.split(".")):
            self.public[place.file.split("/")[0]] += 1
            if ast.get_docstring(node) is None:
                self.without_docstring.append(place)


def is_annotated(node: Function) -> bool:
    """Whether the result and every argument has a type."""
    given = node.args
    arguments = [
        *given.posonlyargs,
        *given.args,
        *given.kwonlyargs,
        *(each for each in (given.vararg, given.kwarg) if each),
    ]
    typed = all(each.annotation is not None or each.arg in {"self", "cls"} for each in arguments)
    return typed and node.returns is not None


def share(values: Sequence[int], part: float) -> int:
    """The value below which this part of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def measured() -> House:
    """The house as it stands."""
    house = House()
    for file in product_files():
        house.take(file)
    return house


def main() -> None:
    """Print the measures."""
    house = measured()
    sizes, lengths = list(house.files.values()), [place.lines for place in house.functions]
    print(f"lines {house.lines}:", ", ".join(f"{room} {house.lines_below(room)}" for room in rooms()))
    print(
        f"greenlane {house.lines_below('greenlane') / house.lines:.4f} of all; cli {house.lines_below('greenlane/cli')}"
    )
    for title, values in (("functions", lengths), ("files", sizes)):
        print(f"{title} {len(values)}: p50 {share(values, 0.5)}, p90 {share(values, 0.9)}, max {max(values)}")
    print("long functions:", *(f"{place} {place.lines}" for place in house.functions if place.lines > 50))
    print("long files:", *(f"{file} {lines}" for file, lines in house.files.items() if lines > 400))
    print("not annotated:", *house.not_annotated)
    print("docstrings:", ", ".join(f"{room} {house.documented(room):.1%}" for room in rooms()))
    print(
        f"ignores {house.ignores}, {1000 * house.ignores / house.lines:.2f} per kLOC; whole files:",
        *house.whole_file_ignores,
    )
    print(f"Vietnamese lines {house.vietnamese.total()}:", house.vietnamese.most_common(8))


if __name__ == "__main__":
    main()
