"""A YAML file with the line of every value: the subset of YAML 1.2 that law as data needs, and no more.

Scalars are texts unless they are `true`, `false`, `null`, a whole number or a decimal: no `no` that is false, no `13:30`
that is 810, and dates stay texts until a model reads them. Duplicate keys and tags are refused, and so are aliases in what
is published: each value shall stand where it is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import yaml

from catalog.errors import Problem
from catalog.soundness import Path, field_name
from wording.libraries import yaml_said
from wording.numerals import TypedInteger, TypedReal

if TYPE_CHECKING:
    from yaml import SafeLoader as _FastLoader
else:
    # The C parser is ten times as fast; the Python one reads the same where libyaml is missing.
    _FastLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SIZE_MAX_BYTES: Final = 1_000_000
DEPTH_MAX: Final = 50
ALIASED_VALUES_MAX: Final = 100_000
"""How many values a file may hold with its aliases written out: a few lines of them can stand for more than any memory."""
WHOLE: Final = (1, 1)
"""The place of a fault of a whole file."""
_TAG: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"^[-+]?(0|[1-9][0-9]{0,17})$")
_DECIMAL: Final = re.compile(r"^[-+]?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}$")
_CONSTANT: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_KEY: Final = re.compile(r"^\s*(?:- +)?[\"']?([A-Za-z_][\w-]*)[\"']?\s*:")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it."""

    file: str
    value: Any
    marks: Mapping[Path, Mark]
    """Of a field the mark of its key, of a list's entry the entry's own."""
    text: str = field(default="", repr=False)
    """The file as it was written."""

    def mark_of(self, path: Path) -> tuple[Path, Mark]:
        """The longest beginning of the path that stands in the file, and where; at last the document itself."""
        while path and path not in self.marks:
            path = path[:-1]
        return path, self.marks.get(path, Mark(1, 1))

    def problem(self, path: Path, message: str, remedy: str, code: str = "invalid_value") -> Problem:
        """A problem with what stands at the path, or, where a field is missing, with what should hold it."""
        mark = self.mark_of(path)[1]
        return Problem(self.file, mark.line, mark.column, field_name(path) or None, message, remedy, code)


class DocumentRefused(Exception):
    """The file is no document of the catalogue; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class _Loader(_FastLoader):
    """Resolves no scalar by itself: every plain scalar is a text, and `_scalar` decides."""

    yaml_implicit_resolvers: dict[str, Any] = {}


@dataclass
class _Reading:
    """One pass over the nodes of a file."""

    file: str
    typed: bool = False
    """Whether numbers know how they were written."""
    marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def refuse(self, path: Path, mark: Mark, key: str, code: str, **details: object) -> None:
        place = (mark.line, mark.column)
        self.problems.append(Problem.of(key, code, self.file, place, field_name(path) or None, **details))

    def value(self, node: yaml.Node, path: Path) -> Any:
        mark = _mark(node.start_mark)
        self.refuse_endless(path, mark)
        self.marks.setdefault(path, mark)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}str":
            return _scalar(node, typed=self.typed)
        self.refuse(path, mark, "tag", "tag", tag=node.tag)
        return None

    def refuse_endless(self, path: Path, mark: Mark) -> None:
        """What only aliases can bring about: a value within itself, or more values than the file has bytes."""
        self.values += 1
        if len(path) > DEPTH_MAX or self.values > ALIASED_VALUES_MAX:
            # Where it was written out, not where the marked value stands, is the place to mend.
            mark = self.marks.get(path[:1], mark)
            place, near = (mark.line, mark.column), field_name(path[:1]) or None
            problem = Problem.of("aliases_endless", "alias", self.file, place, near, most=ALIASED_VALUES_MAX)
            raise DocumentRefused([problem])

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = _mark(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                self.refuse(path, mark, "key_no_text", "key")
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in result:
                first = self.marks[here].line
                self.refuse(here, mark, "key_twice_at", "duplicate_key", line=first)
                continue
            self.marks[here] = mark
            result[key] = self.value(value_node, here)
        return result


def parse(file: str, content: bytes, *, mapping: bool = True, aliases: bool = False, typed: bool = False) -> Document:
    """Read one YAML document, a mapping unless that is not asked for.

    `aliases`: whether `*name` may stand for what `&name` marks, as programs write what they hold twice.
    `typed`: whether numbers know how they were written (`wording.numerals`); decimals are floats then.

    Raises DocumentRefused with all that is wrong with its form.
    """
    text = _decoded(file, content)
    try:
        _refuse_bombs(file, text, aliases=aliases)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise DocumentRefused([_syntax_problem(file, text, error)]) from None
    if node is None:
        raise DocumentRefused([Problem.of("file_empty", "yaml", file, WHOLE)])
    reading = _Reading(file, typed)
    value = reading.value(node, ())
    if mapping and not isinstance(value, dict) and not reading.problems:
        reading.problems.append(Problem.of("no_mapping", "yaml", file, WHOLE))
    if reading.problems:
        raise DocumentRefused(reading.problems)
    return Document(file, value, reading.marks, text)


def _decoded(file: str, content: bytes) -> str:
    if len(content) > SIZE_MAX_BYTES:
        raise DocumentRefused([Problem.of("file_too_large", "yaml", file, WHOLE, most=SIZE_MAX_BYTES)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise DocumentRefused([Problem.of("not_utf8", "encoding", file, (line, column))]) from None


def _refuse_bombs(file: str, text: str, *, aliases: bool) -> None:
    """Refuse deep nesting, and aliases where none are allowed.

    Before the nodes are built: libyaml builds them by recursion in C, without a limit.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_MAX:
            key, details = "nesting", {"most": str(DEPTH_MAX)}
        elif isinstance(event, yaml.AliasEvent) and not aliases:
            key, details = "alias", {"anchor": str(event.anchor)}
        else:
            continue
        mark = _mark(event.start_mark)
        near = _field_near(text.splitlines(), mark.line)
        raise DocumentRefused([Problem.of(key, key, file, (mark.line, mark.column), near, **details)])


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _scalar(node: yaml.ScalarNode, *, typed: bool) -> Any:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _CONSTANT:
        return _CONSTANT[text]
    if _INTEGER.fullmatch(text):
        return TypedInteger(text) if typed else int(text)
    if _DECIMAL.fullmatch(text):
        return TypedReal(text) if typed else Decimal(text)
    return text


def _syntax_problem(file: str, text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    lines = text.splitlines() or [""]
    if mark is None:
        # A control character: the reader says only how far it came.
        before = text.encode()[: getattr(error, "position", 0) or 0].decode(errors="ignore")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        reason = str(getattr(error, "reason", None) or type(error).__name__)
        why = yaml_said(reason)
        near = _field_near(lines, line)
        return Problem.of("control_character", "yaml_syntax", file, (line, column), near, why=why)
    line, column = min(mark.line + 1, len(lines)), mark.column + 1
    faulty = lines[line - 1]
    indentation = faulty[: len(faulty) - len(faulty.lstrip())]
    if "\t" in indentation or faulty[column - 1 : column] == "\t":
        key, column = "tab", faulty.index("\t") + 1
    else:
        key = "yaml_syntax"
    problem = str(getattr(error, "problem", None) or "")
    english = ", ".join(filter(None, (getattr(error, "context", None), problem)))
    why = yaml_said(english, problem)
    return Problem.of(key, "yaml_syntax", file, (line, column), _field_near(lines, line), why=why)


def _field_near(lines: list[str], line: int) -> str | None:
    """The nearest key at or above a line: a broken document has no paths yet."""
    matches = (_KEY.match(text) for text in reversed(lines[:line]))
    return next((match.group(1) for match in matches if match), None)
