"""What every definition of the catalogue is: frozen, strict about its fields, and known by its digest. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict


class Key(NamedTuple):
    """Which version of what."""

    kind: str
    id: str
    version: str

    def __str__(self) -> str:
        return " ".join(self)


class Definition(BaseModel):
    """A frozen value of the catalogue; unknown fields are errors, so that a misspelt rule is never silently no rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that does not inherit what was derived from the original, such as its digest."""
        copy = super().model_copy(update=update, deep=deep)
        for name in set(copy.__dict__) - set(type(self).model_fields):
            del copy.__dict__[name]
        return copy

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON: what the ledger records, and the store's key for the auditor's replay."""
        return digest_of(self)


def digest_of(definition: BaseModel) -> str:
    """SHA-256 (hex) of a definition's canonical JSON."""
    return hashlib.sha256(canonical_json(definition).encode()).hexdigest()


def canonical_json(definition: BaseModel) -> str:
    """What the definition says, in one way only.

    Keys are sorted and defaults left out, so that a new optional field of the model changes no digest.
    """
    content = definition.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, allow_nan=False, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
