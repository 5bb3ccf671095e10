"""What one state of a catalogue has that another has not: version by version, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from catalog.catalogue import version_order
from catalog.definition import Key, digest_of
from catalog.kinds import KINDS, key_of
from catalog.validity import begins_on

_NAMES: Final = ("id", "kind", "lane", "role", "name", "department", "day", "flag", "document")
"""By which of its fields an entry of a list is known; the first that tells all entries apart."""
_ABSENT: Final = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; None: it is not stated."""

    path: str
    """`steps[signing].budget`: an entry of a list by its id where it has one."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One version that only one of the two has, or that says different things in them."""

    kind: str
    id: str
    before: str | None
    """The version that it follows, or that is gone; None: the first of its id."""
    after: str | None
    """None: the version is gone."""
    fields: tuple[FieldChange, ...] = ()


def changes(before: Iterable[BaseModel], after: Iterable[BaseModel]) -> list[Change]:
    """What `after` adds, changes and lacks, by kind and id; a new version is compared with the one that it follows."""
    old, new = _by_key(before), _by_key(after)
    differences = [change for key in old.keys() | new.keys() for change in _of(key, old, new)]
    order = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(differences, key=lambda change: (order[change.kind], change.id, version_order(change.after or "")))


def field_changes(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """The fields of two values, as JSON has them, that differ; the deepest that both have."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from field_changes(before.get(name), after.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list) and (name := _name_of(before, after)):
        old, new = ({entry[name]: entry for entry in entries} for entries in (before, after))
        for known in [*old, *(known for known in new if known not in old)]:
            yield from field_changes(old.get(known), new.get(known), f"{path}[{known}]")
        if [known for known in old if known in new] != [known for known in new if known in old]:
            yield FieldChange(path, list(old), list(new))
    elif before != after:
        yield FieldChange(path, before, after)


def _by_key(definitions: Iterable[BaseModel]) -> dict[Key, BaseModel]:
    return {key_of(definition): definition for definition in definitions}


def _of(key: Key, old: dict[Key, BaseModel], new: dict[Key, BaseModel]) -> Iterator[Change]:
    if key not in new:
        yield Change(key.kind, key.id, key.version, None)
    elif key not in old:
        former = _followed(new[key], [*old.values(), *new.values()])
        fields = () if former is None else tuple(field_changes(_content(former), _content(new[key])))
        version = None if former is None else key_of(former).version
        yield Change(key.kind, key.id, version, key.version, fields)
    elif digest_of(old[key]) != digest_of(new[key]):
        fields = tuple(field_changes(_content(old[key]), _content(new[key])))
        yield Change(key.kind, key.id, key.version, key.version, fields)


def _followed(definition: BaseModel, others: Sequence[BaseModel]) -> BaseModel | None:
    """The version that stands before it: by its beginning, or where the kind has none by its number."""
    key, place = key_of(definition), _place(definition)
    kind = KINDS[key.kind]
    same = [other for other in others if key_of(other).kind == key.kind and (kind.one or key_of(other).id == key.id)]
    return max((other for other in same if _place(other) < place), key=_place, default=None)


def _place(definition: BaseModel) -> tuple[Any, Any]:
    key = key_of(definition)
    dated: Any = definition if KINDS[key.kind].dated else None
    return ("" if dated is None else begins_on(dated).isoformat(), version_order(key.version))


def _content(definition: BaseModel) -> dict[str, Any]:
    """All that it says; the version's number is told beside."""
    return definition.model_dump(mode="json", exclude={"version"})


def _name_of(before: list[Any], after: list[Any]) -> str | None:
    entries = [*before, *after]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        return None
    return next((name for name in _NAMES if _tells_apart(name, before) and _tells_apart(name, after)), None)


def _tells_apart(name: str, entries: list[Any]) -> bool:
    named = [entry.get(name) for entry in entries]
    return all(isinstance(value, str) for value in named) and len(set(named)) == len(named)
