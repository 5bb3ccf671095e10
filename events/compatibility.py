"""Whether a changed JSON Schema still fits what is sent and read today. Simple on purpose: what it cannot judge, it names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

LOWER_BREAKS = ("maxLength", "maxItems", "maximum", "maxProperties", "exclusiveMaximum")
HIGHER_BREAKS = ("minLength", "minItems", "minimum", "minProperties", "exclusiveMinimum")
CHANGE_BREAKS = ("type", "const", "$ref", "format", "pattern")
NOT_STRUCTURE = ("$defs", "description", "title", "default", "$schema", "$id", "examples")


def breaking_changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """One line for each change that is not backward compatible: fields removed or newly required, values no longer allowed."""
    found = list(_compared("", before, after))
    known, now = before.get("$defs", {}), after.get("$defs", {})
    for name in known:
        if name in now:
            found += _compared(f"{name}", known[name], now[name])
    return found


def _compared(path: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    here = path or "message"
    yield from _fields(path, before, after)
    for key in CHANGE_BREAKS:
        if before.get(key) != after.get(key) and key in after:
            yield f"{here}: {key} was {before.get(key)!r}, is {after[key]!r}"
    for key in LOWER_BREAKS:
        if key in after and after[key] < before.get(key, float("inf")):
            yield f"{here}: {key} was {before.get(key, 'unlimited')}, is {after[key]}"
    for key in HIGHER_BREAKS:
        if key in after and after[key] > before.get(key, float("-inf")):
            yield f"{here}: {key} was {before.get(key, 'unlimited')}, is {after[key]}"
    yield from _choices(here, before, after)
    for key in ("items", "additionalProperties"):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _compared(f"{here}[]", old, new)
    if after.get("additionalProperties") is False and before.get("additionalProperties") is not False:
        yield f"{here}: fields that are not known are no longer allowed"


def _fields(path: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    old, new = before.get("properties", {}), after.get("properties", {})
    for name in old:
        place = f"{path}.{name}" if path else name
        if name not in new:
            yield f"{place}: removed"
        else:
            yield from _compared(place, old[name], new[name])
    for name in after.get("required", ()):
        if name not in before.get("required", ()):
            yield f"{path}.{name}: newly required" if path else f"{name}: newly required"


def _choices(here: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for value in before.get("enum", ()):
        # A value that may stay is no loss; one that is gone breaks who sends it, or waits for it.
        if "enum" in after and value not in after["enum"]:
            yield f"{here}: the value {value!r} is no longer allowed"
    for key in ("anyOf", "oneOf"):
        kept = {_structure(option) for option in after.get(key, ())}
        for option in before.get(key, ()):
            if key in after and _structure(option) not in kept:
                yield f"{here}: no longer {_structure(option)}"


def _structure(schema: Any) -> str:
    return json.dumps(
        {key: part for key, part in schema.items() if key not in NOT_STRUCTURE},
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
    )
