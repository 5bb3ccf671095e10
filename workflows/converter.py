"""The one data converter: worker, intake and tools must agree on how a value becomes a payload.

Values are JSON by pydantic. The definitions of a case, some 10 kB, are a payload of their own and are interned: cases of
one procedure version have the same bytes, so a process parses them once and all its cases share one object, with the
digests and the calendar that are derived from it. Parsing them anew cost 6 ms a case of a worker's 25.

Where the installation has a seal, each payload carries a keyed digest of itself, and none without is believed: a Temporal that
asks nobody for an account, as the development server, must not let a stranger speak for a department. A signal that is not
believed is dropped by the SDK with a line in the worker's log, an update is refused.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    BinaryNullPayloadConverter,
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
)

from catalog.model import Definitions

DEFINITIONS_KEPT = 256
"""Versions of procedures with open cases that one process keeps parsed; a province has some hundreds of procedures."""

SEAL = "seal"
"""The payload's metadata with its keyed digest."""

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


class NotSealedError(ValueError):
    """A payload that nobody of this installation wrote."""

    def __init__(self) -> None:
        super().__init__("a payload without this installation's seal")


@dataclass(frozen=True, slots=True)
class Seal:
    """How an installation knows its own payloads."""

    key: bytes
    open_to_older: bool = False
    """Payloads without any seal are believed: cases are open from before there were seals. A wrong seal never is."""

    def of(self, data: bytes) -> bytes:
        """HMAC-SHA256 of a payload's bytes."""
        return hmac.digest(self.key, data, hashlib.sha256)

    def check(self, payload: Payload) -> None:
        """Raises NotSealedError."""
        seal = payload.metadata.get(SEAL)
        if seal is None and self.open_to_older:
            return
        if seal is None or not hmac.compare_digest(seal, self.of(payload.data)):
            raise NotSealedError


class CaseJson(EncodingPayloadConverter):
    """JSON by pydantic. Its caches are the process's: the SDK makes a converter for every workflow run."""

    def __init__(self, seal: Seal | None = None) -> None:
        self._seal = seal

    @property
    def encoding(self) -> str:
        """The usual encoding of JSON, so that Temporal's web pages show it."""
        return "json/plain"

    def to_payload(self, value: Any) -> Payload | None:
        """The value as JSON."""
        data = _written(_Same(value)) if isinstance(value, Definitions) else to_json(value)
        payload = Payload(metadata={"encoding": b"json/plain"}, data=data)
        if self._seal is not None:
            payload.metadata[SEAL] = self._seal.of(data)
        return payload

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """The value. Raises pydantic's ValidationError when it does not fit the type, NotSealedError."""
        if self._seal is not None:
            self._seal.check(payload)
        if type_hint in _DEFINITIONS_HINTS:
            return _interned(payload.data)
        return _adapter(Any if type_hint is None else type_hint).validate_json(payload.data)


class CasePayloads(CompositePayloadConverter):
    """The SDK's converters, with JSON by pydantic."""

    seal: Seal | None = None

    def __init__(self) -> None:
        super().__init__(
            *(
                CaseJson(self.seal) if isinstance(converter, JSONPlainPayloadConverter) else converter
                for converter in DefaultPayloadConverter.default_encoding_payload_converters
                # What is neither absent nor JSON bears no seal.
                if self.seal is None or isinstance(converter, JSONPlainPayloadConverter | BinaryNullPayloadConverter)
            )
        )


DATA_CONVERTER = DataConverter(payload_converter_class=CasePayloads)
"""Without a seal: for tools and tests that look at histories."""


def sealed(seal: Seal) -> DataConverter:
    """The converter of an installation's processes."""

    class SealedPayloads(CasePayloads):
        """The SDK makes its own of each converter, and gives it nothing: the seal is the class's."""

    SealedPayloads.seal = seal
    return DataConverter(payload_converter_class=SealedPayloads)
