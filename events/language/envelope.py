"""The CloudEvents 1.0 envelope, in Kafka's binary mode when we send and in either mode when we receive."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from events.language.text import is_storable

SPEC_VERSION = "1.0"
TYPE_PREFIX = "vn.greenlane."
CONTENT_TYPE = "application/json"
STRUCTURED_CONTENT_TYPE = "application/cloudevents"
SCHEMA_ROOT = "urn:greenlane:schema:"

Headers = list[tuple[str, bytes]]


class EnvelopeError(ValueError):
    """A message that is no CloudEvent. `field` names the attribute; the text never holds the message's values."""

    def __init__(self, code: str, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.code = code
        self.field = field


class Envelope(BaseModel):
    """The attributes of one message and its data as JSON."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    type: str
    subject: str | None = None
    time: datetime | None = None
    traceparent: str | None = None
    data: dict[str, JsonValue]

    @property
    def name(self) -> str:
        """The type without our prefix, e.g. `DecideStep`."""
        return self.type.removeprefix(TYPE_PREFIX)


def binary_headers(
    *,
    id: str,  # noqa: A002 - the attribute's name in the standard
    source: str,
    name: str,
    subject: str | None,
    time: datetime,
    traceparent: str | None = None,
) -> Headers:
    """The Kafka headers of a message in binary mode."""
    headers = [
        ("ce_specversion", SPEC_VERSION),
        ("ce_id", id),
        ("ce_source", source),
        ("ce_type", TYPE_PREFIX + name),
        ("ce_time", time.astimezone(UTC).isoformat().replace("+00:00", "Z")),
        ("ce_dataschema", f"{SCHEMA_ROOT}{name}:v1"),
        ("content-type", CONTENT_TYPE),
    ]
    if subject is not None:
        headers.append(("ce_subject", subject))
    if traceparent is not None:
        headers.append(("ce_traceparent", traceparent))
    return [(key, value.encode()) for key, value in headers]


def envelope_of(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """Read a message in binary or structured mode. Raises EnvelopeError that names the field, never its value."""
    found = {key.lower(): (raw or b"").decode("utf-8", "replace") for key, raw in headers}
    body = _json_of(value)
    if found.get("content-type", "").startswith(STRUCTURED_CONTENT_TYPE) or "ce_specversion" not in found:
        return _structured(body)
    return _checked({key[3:]: text for key, text in found.items() if key.startswith("ce_")}, body)


def _json_of(value: bytes | None) -> dict[str, Any]:
    if not value:
        raise EnvelopeError("empty", "data", "the message is empty")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EnvelopeError("invalid_utf8", "data", f"not UTF-8 at byte {error.start}") from None
    try:
        body = json.loads(text)
    except json.JSONDecodeError as error:
        raise EnvelopeError("malformed_json", "data", f"not JSON at line {error.lineno} column {error.colno}") from None
    except (RecursionError, ValueError):
        raise EnvelopeError("malformed_json", "data", "nested too deeply or a number too long") from None
    if not isinstance(body, dict):
        raise EnvelopeError("malformed_json", "data", "a JSON object is needed")
    # UTF-8 has neither a NUL we could store nor half a surrogate pair; only an escape brings them in.
    if "\\u" in text and not is_storable(body):
        raise EnvelopeError("unstorable_text", "data", "a text with a NUL or half a surrogate pair")
    return body


def _structured(body: dict[str, Any]) -> Envelope:
    if "specversion" not in body:
        raise EnvelopeError("not_cloudevents", "specversion", "neither headers ce_* nor a structured CloudEvent")
    data = body.get("data")
    if not isinstance(data, dict):
        raise EnvelopeError("not_cloudevents", "data", "a JSON object is needed")
    return _checked({k: v for k, v in body.items() if k != "data" and isinstance(v, str)}, data)


def _checked(attributes: dict[str, str], data: dict[str, Any]) -> Envelope:
    if attributes.get("specversion") != SPEC_VERSION:
        raise EnvelopeError("not_cloudevents", "specversion", f"{SPEC_VERSION} is needed")
    for name in ("id", "source", "type"):
        if not attributes.get(name):
            raise EnvelopeError("not_cloudevents", name, "is missing")
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        subject=attributes.get("subject"),
        time=_time_of(attributes.get("time")),
        traceparent=attributes.get("traceparent"),
        data=data,
    )


def _time_of(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise EnvelopeError("not_cloudevents", "time", "not an RFC 3339 instant") from None
    if at.tzinfo is None:
        raise EnvelopeError("naive_instant", "time", "an offset is needed, e.g. +07:00")
    return at
