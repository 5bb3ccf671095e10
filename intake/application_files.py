"""Files of applications: YAML, JSON and JSON lines, each entry with its line, each fault with field and remedy.

What is wrong with one entry never hides the others. No message quotes a value: it may be personal data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from catalog.document import DEPTH_MAX, Document, DocumentRefused, Mark, parse
from catalog.errors import Problem
from catalog.reader import SourceRefused, understood
from catalog.soundness import Path as FieldPath
from events.language.messages import SubmissionMessage
from events.language.text import is_storable
from wording.json_text import JsonRefusedError, next_json, read_json
from wording.libraries import json_said
from wording.text import _, joined

OR_ELSE: Final = _("; or: ")
JSON_LINES: Final = (".jsonl", ".ndjson")
YAML: Final = (".yaml", ".yml")
_SEPARATOR = re.compile(rb"^---(?=\s|$)")
_SILENT = re.compile(r"^\s*(#.*|%.*|\.\.\.\s*)?$")
_BLANK = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One application of a file: what it says, or why it cannot be taken."""

    file: str
    line: int
    application_id: str | None
    message: SubmissionMessage | None
    problems: tuple[Problem, ...] = ()


def entries_of(name: str, content: bytes, size_max_bytes: int) -> Iterator[Entry]:
    """The applications of one file in order. `size_max_bytes`: the largest that the system takes, as on Kafka."""
    is_empty = True
    for part in parts_of(name, content):
        is_empty = False
        yield _entry(name, part, size_max_bytes)
    if is_empty:
        yield Entry(name, 1, None, None, (_problem("no_application", "empty", name, 1),))


def parts_of(name: str, content: bytes) -> Iterator[Document | Problem]:
    """Every value of a file, or what is wrong with its form: YAML, JSON or JSON lines by the name, else by a look at it."""
    form = _FORMS.get(Path(name).suffix.lower()) or _guessed(content)
    yield from form(name, content)


def _entry(file: str, part: Document | Problem, size_max_bytes: int) -> Entry:
    if isinstance(part, Problem):
        return Entry(file, part.line, None, None, (part,))
    line = part.mark_of(())[1].line
    value = part.value
    if not isinstance(value, dict):
        fault = _problem("not_an_application", "not_an_application", file, line)
        return Entry(file, line, None, None, (fault,))
    named = value.get("application_id")
    application_id = named if isinstance(named, str) else None
    try:
        message = understood(SubmissionMessage, part).definition
    except SourceRefused as refused:
        return Entry(file, line, application_id, None, _gathered(refused.problems))
    if not is_storable(value):
        fault = _problem("unstorable_text", "unstorable_text", file, line)
        return Entry(file, line, application_id, None, (fault,))
    size = len(message.model_dump_json().encode())
    if size > size_max_bytes:
        fault = _problem("message_too_large", "message_too_large", file, line, size=size, most=size_max_bytes)
        return Entry(file, line, application_id, None, (fault,))
    return Entry(file, line, application_id, message)


def _gathered(problems: list[Problem]) -> tuple[Problem, ...]:
    """One fault for each field: what may be a truth, a number or a text is refused once, not three times."""
    by_field: dict[str | None, Problem] = {}
    for problem in problems:
        known = by_field.get(problem.field)
        joint = problem if known is None else replace(known, message=joined(OR_ELSE, [known.message, problem.message]))
        by_field[problem.field] = joint
    return tuple(by_field.values())


def _problem(key: str, code: str, file: str, line: int, **details: object) -> Problem:
    return Problem.of(key, code, file, (line, 1), None, **details)


def _guessed(content: bytes) -> Any:
    """The form of what has no telling name: JSON begins with a bracket; JSON lines are whole in their first line."""
    begin = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin[:1] not in (b"{", b"["):
        return _yaml_parts
    try:
        read_json(begin.splitlines()[0])
    except JsonRefusedError:
        return _json_parts
    return _json_line_parts if begin[:1] == b"{" else _json_parts


def _yaml_parts(file: str, content: bytes) -> Iterator[Document | Problem]:
    """Document by document: a line that begins with `---` ends one, whatever stands in it (YAML 1.2, 9.1.2)."""
    for offset, chunk in _yaml_chunks(content):
        try:
            document = parse(file, chunk, mapping=False, aliases=True, typed=True)
        except DocumentRefused as refused:
            yield from (replace(problem, line=problem.line + offset) for problem in refused.problems[:1])
            continue
        marks = {path: Mark(mark.line + offset, mark.column) for path, mark in document.marks.items()}
        yield from _each(Document(file, document.value, marks))


def _yaml_chunks(content: bytes) -> Iterator[tuple[int, bytes]]:
    offset, lines = 0, list[bytes]()
    for number, line in enumerate([*content.splitlines(keepends=True), b"---"]):
        if not _SEPARATOR.match(line):
            lines.append(line)
            continue
        chunk = b"".join(lines)
        if any(not _SILENT.match(text) for text in chunk.decode(errors="replace").splitlines()):
            yield offset, chunk
        offset, lines = number, [line.replace(b"---", b"   ", 1)]


def _each(document: Document) -> Iterator[Document]:
    """The document itself, or each entry of a list of applications."""
    if not isinstance(document.value, list):
        yield document
        return
    for index, value in enumerate(document.value):
        marks = {path[1:]: mark for path, mark in document.marks.items() if path[:1] == (index,)}
        yield Document(document.file, value, marks)


def _json_line_parts(file: str, content: bytes) -> Iterator[Document | Problem]:
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            yield from _json_values(file, line, number, whole=True)


def _json_parts(file: str, content: bytes) -> Iterator[Document | Problem]:
    yield from _json_values(file, content, 1, whole=False)


def _json_values(file: str, content: bytes, first_line: int, *, whole: bool) -> Iterator[Document | Problem]:
    """JSON values one after the other, or the entries of an array; what stands before a fault is taken."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = first_line + content.count(b"\n", 0, error.start)
        yield _problem("not_utf8", "encoding", file, line)
        return
    place = _skip(text, 0)
    is_array = text[place : place + 1] == "[" and not whole
    place = _skip(text, place + 1) if is_array else place
    while place < len(text) and not (is_array and text[place] == "]"):
        line = first_line + text.count("\n", 0, place)
        try:
            value, place = next_json(text, place)
            marks = _marks(value, Mark(line, 1))
        except (JsonRefusedError, RecursionError) as error:
            yield _json_problem(file, first_line, line, error)
            return
        yield Document(file, value, marks)
        place = _skip(text, place)


def _skip(text: str, place: int) -> int:
    blank = _BLANK.match(text, place)
    return blank.end() if blank else place


def _json_problem(file: str, first_line: int, line: int, error: JsonRefusedError | RecursionError) -> Problem:
    if isinstance(error, RecursionError):
        return _problem("nesting", "nesting", file, line, most=DEPTH_MAX)
    if error.line is not None:
        place = (first_line + error.line - 1, error.column or 1)
        return Problem.of("json_syntax", "json_syntax", file, place, why=json_said(error.reason))
    if error.code == "duplicate_key":
        return _problem("key_twice", "duplicate_key", file, line, name=f"'{error.name}'")
    return _problem("json_number", "json_syntax", file, line)


def _marks(value: Any, mark: Mark) -> dict[FieldPath, Mark]:
    """Every path of a value at one line. Raises RecursionError for a value nested deeper than people write."""
    marks: dict[FieldPath, Mark] = {}
    waiting: list[tuple[FieldPath, Any]] = [((), value)]
    while waiting:
        path, part = waiting.pop()
        if len(path) > DEPTH_MAX:
            raise RecursionError
        marks[path] = mark
        inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        waiting.extend(((*path, key), each) for key, each in inner)
    return marks


_FORMS: Final = {
    **dict.fromkeys(YAML, _yaml_parts),
    **dict.fromkeys(JSON_LINES, _json_line_parts),
    ".json": _json_parts,
}
