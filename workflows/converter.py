"""The one data converter: worker, intake and tools must agree on how a value becomes a payload.

Values are JSON by pydantic. The definitions of a case, some 10 kB, are a payload of their own and are interned: cases of
one procedure version have the same bytes, so a process parses them once and all its cases share one object, with the
digests and the calendar that are derived from it. Parsing them anew cost 6 ms a case of a worker's 25.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
)

from catalog.model import Definitions

DEFINITIONS_KEPT = 256
"""Versions of procedures with open cases that one process keeps parsed; a province has some hundreds of procedures."""

_DEFINITIONS_HINTS = (Definitions, Definitions | None)


class _Same:
    """A value as a key by its identity: hashing definitions would cost as much as writing them."""

    __slots__ = ("value",)

    def __init__(self, value: Definitions) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


@lru_cache(DEFINITIONS_KEPT)
def _written(same: _Same) -> bytes:
    return to_json(same.value)


@lru_cache(DEFINITIONS_KEPT)
def _interned(data: bytes) -> Definitions:
    return Definitions.model_validate_json(data)


@lru_cache(None)
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint)


class CaseJson(EncodingPayloadConverter):
    """JSON by pydantic. Its caches are the process's: the SDK makes a converter for every workflow run."""

    @property
    def encoding(self) -> str:
        """The usual encoding of JSON, so that Temporal's web pages show it."""
        return "json/plain"

    def to_payload(self, value: Any) -> Payload | None:
        """The value as JSON."""
        data = _written(_Same(value)) if isinstance(value, Definitions) else to_json(value)
        return Payload(metadata={"encoding": b"json/plain"}, data=data)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """The value. Raises pydantic's ValidationError when it does not fit the type."""
        if type_hint in _DEFINITIONS_HINTS:
            return _interned(payload.data)
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data)


class CasePayloads(CompositePayloadConverter):
    """The SDK's converters, with JSON by pydantic."""

    def __init__(self) -> None:
        super().__init__(
            *(
                CaseJson() if isinstance(converter, JSONPlainPayloadConverter) else converter
                for converter in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


DATA_CONVERTER = DataConverter(payload_converter_class=CasePayloads)
