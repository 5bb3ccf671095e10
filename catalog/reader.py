"""One file of the catalogue read into its model; every fault with file, line and field, all faults at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from catalog.document import Document, parse
from catalog.errors import Problem, close_matches
from catalog.soundness import Path, Unsound, field_name
from catalog.texts import TEXTS
from catalog.value_texts import CORRECT, NEAR, ONE_OF_THESE, value_message, value_remedy
from sla.errors import SlaError
from wording.text import LazyText, message_and_remedy

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Source(Generic[M]):
    """A definition and the document it was read from, so that a later check can still name the line."""

    definition: M
    document: Document


class SourceRefused(Exception):
    """The document does not describe its model; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read(model: type[M], file: str, content: bytes) -> Source[M]:
    """Read one definition. Raises DocumentRefused for bad YAML, SourceRefused for what the model refuses."""
    return understood(model, parse(file, content))


def understood(model: type[M], document: Document) -> Source[M]:
    """What a document says as its model. Raises SourceRefused with all that the model refuses; no value is quoted."""
    try:
        return Source(model.model_validate(document.value), document)
    except ValidationError as error:
        names = field_names(model)
        problems = [problem for report in error.errors() for problem in _problems(document, report, names)]
        raise SourceRefused(_without_echoes(problems)) from None


def field_names(model: type[BaseModel]) -> frozenset[str]:
    """Every field name of the model and of what it is made of."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for part in parts for name in part.get("properties", {}))


def _without_echoes(problems: list[Problem]) -> list[Problem]:
    """A required field that is misspelt is one fault, not an unknown field and a missing one."""
    meant = {
        _beside(problem.field, problem.remedy.split("'")[1])
        for problem in problems
        if problem.code == "unknown_field" and "'" in problem.remedy
    }
    return [problem for problem in problems if problem.code != "missing" or problem.field not in meant]


def _beside(field: str | None, name: str) -> str:
    parent, dot, _ = (field or "").rpartition(".")
    return f"{parent}{dot}{name}"


def _problems(document: Document, error: Mapping[str, Any], names: frozenset[str]) -> Iterator[Problem]:
    kind, path = str(error["type"]), _known_path(document, error)
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Unsound):
        for inner, message in cause.problems:
            yield document.problem((*path, *inner), message, CORRECT, "unsound")
    elif isinstance(cause, SlaError):
        inner_path = (*path, *cause.field.split("."))
        place = inner_path if inner_path in document.marks else path
        yield document.problem(place, cause.reason, cause.remedy, cause.code)
    elif kind == "extra_forbidden":
        meant = close_matches(str(path[-1]), names - {str(path[-1])}, 1)
        key = "unknown_field_near" if meant else "unknown_field"
        details = {"name": f"'{path[-1]}'", "near": f"'{meant[0]}'" if meant else ""}
        yield document.problem(path, *message_and_remedy(TEXTS, key, details), "unknown_field")
    else:
        yield document.problem(path, value_message(kind, error), _remedy(kind, error), kind)


def _known_path(document: Document, error: Mapping[str, Any]) -> Path:
    """The error's place without the names that pydantic adds for the members of a union."""
    path: Path = ()
    for part in error["loc"]:
        if (*path, part) in document.marks:
            path = (*path, part)
    if error["type"] == "missing":
        path = (*path, error["loc"][-1])
    return path


def _remedy(kind: str, error: Mapping[str, Any]) -> LazyText:
    context = error.get("ctx", {})
    if kind in ("enum", "literal_error"):
        allowed = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
        meant = close_matches(str(error.get("input", "")), allowed, 1)
        return NEAR.filled(near=f"'{meant[0]}'") if meant else ONE_OF_THESE
    return value_remedy(kind)


__all__ = ["Source", "SourceRefused", "field_name", "field_names", "read", "understood"]
