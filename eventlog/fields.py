"""The fields of an event as flat, typed values: what formats take that know texts, numbers and instants alone. Pure."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from events.language.commands import Message
from sla.units import Budget

Kind = Literal["string", "date", "int", "float", "boolean", "budget", "facts", "json"]
"""`budget` is told as `3 working_days`; `facts` are names with values of several kinds; `json` is all that nests."""

SCALARS: dict[Any, Kind] = {
    bool: "boolean",
    int: "int",
    float: "float",
    str: "string",
    datetime: "date",
    AwareDatetime: "date",
}
TYPE_FIELD = "type"
"""Every event's discriminator: told by the formats themselves."""


class Field(NamedTuple):
    """One field of an event, or of a message within it."""

    name: str
    """With those of its parents, joined by dots."""
    kind: Kind
    path: tuple[str, ...]


class Value(NamedTuple):
    """What one field holds, ready for a file: a text, a number or a truth; facts as they are."""

    name: str
    kind: Kind
    value: Any


@cache
def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a type of events, in declared order; those of a message within it each by itself."""
    return tuple(_fields(model, ()))


def _fields(model: type[BaseModel], parents: tuple[str, ...]) -> Iterator[Field]:
    for name, field in model.model_fields.items():
        path = (*parents, name)
        if path == (TYPE_FIELD,):
            continue
        annotation = _bare(field.annotation)
        if isinstance(annotation, type) and issubclass(annotation, Message):
            yield from _fields(annotation, path)
        else:
            yield Field(".".join(path), _kind(annotation), path)


def _bare(annotation: Any) -> Any:
    """The annotation without what it is annotated with, and without the None that it may be."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            others = [each for each in get_args(annotation) if each is not type(None)]
            if len(others) != 1:
                return annotation
            annotation = others[0]
        else:
            return annotation


def _kind(annotation: Any) -> Kind:
    if get_origin(annotation) is Literal:
        return "string"
    if get_origin(annotation) is dict:
        return "facts"
    if not isinstance(annotation, type) or get_origin(annotation) is not None:
        return "json"
    if issubclass(annotation, Budget):
        return "budget"
    if issubclass(annotation, BaseModel):
        return "json"
    # Every other scalar of the language, a day or a member of a closed set, is a text.
    return next((SCALARS[each] for each in annotation.__mro__ if each in SCALARS), "string")


def values_of(event: Message) -> Iterator[Value]:
    """What an event says, field by field; what it leaves open is left out."""
    said = event.model_dump(mode="json", exclude_none=True)
    for field in fields_of(type(event)):
        value: Any = said
        for name in field.path:
            value = value.get(name) if value is not None else None
        if value is not None:
            yield Value(field.name, field.kind, _written(field.kind, value))


def _written(kind: Kind, value: Any) -> Any:
    match kind:
        case "json":
            return as_json(value)
        case "budget":
            return f"{value['amount']} {value['unit']}"
        case "float":
            return float(value)
        case _:
            return value


def as_json(value: Any) -> str:
    """A value that nests, as one text."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
