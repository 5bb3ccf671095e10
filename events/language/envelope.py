"""The CloudEvents 1.0 envelope, in Kafka's binary mode when we send and in either mode when we receive.

Read as the specification says it (core 1.0.2, its JSON format and its Kafka binding); what is narrower stands in
asyncapi.json: the bounds below, UTF-8, and a JSON object as data.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, JsonValue

from events.language.identity import SOURCE_MAX, SOURCE_PATTERN
from events.language.text import is_storable
from wording.json_text import JsonRefusedError, read_json
from wording.libraries import json_refusal_said
from wording.names import tidy
from wording.text import LazyText, _

SPEC_VERSION = "1.0"
TYPE_PREFIX = "vn.greenlane."
CONTENT_TYPE = "application/json"
STRUCTURED_CONTENT_TYPE = "application/cloudevents"
BATCH_CONTENT_TYPE = "application/cloudevents-batch"
SCHEMA_ROOT = "urn:greenlane:schema:"
MESSAGE_MAX_BYTES: Final = 1_048_576
"""Bytes of a message's value where nothing else is set; headers and key do not count."""
ID_MAX: Final = 8_000
"""Characters of an event's id; only a digest of it is kept."""
TYPE_MAX: Final = 200
TIME_PATTERN: Final = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?$"
TRACE_PATTERN: Final = r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
"""W3C trace context."""

Headers = list[tuple[str, bytes]]

_PREFIX: Final = "ce_"
_OURS: Final = frozenset(("specversion", "id", "source", "type", "subject", "time", "traceparent", "datacontenttype"))
_FORBIDDEN: Final = re.compile(
    # What CloudEvents' own String type leaves out: controls, halves of surrogate pairs, what is no character.
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_CHARSET: Final = re.compile(r';\s*charset\s*=\s*"?([^";\s]+)', re.IGNORECASE)
_JSON_TYPE: Final = re.compile(r"^[^/]+/([^/]+\+)?json$")
_INSTANT: Final = re.compile(TIME_PATTERN)
_LEAP: Final = re.compile(r":60(?=[.Zz+-])")


class EnvelopeError(ValueError):
    """A message that is no CloudEvent. `field` names the attribute; the text never holds the message's values."""

    def __init__(self, code: str, field: str, reason: LazyText) -> None:
        super().__init__(f"{field}: {reason}")
        self.code = code
        self.field = field
        self.reason = reason


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
    pairs = list(headers)
    content_type = _content_type(pairs)
    media = content_type.split(";")[0].strip().lower()
    if media == BATCH_CONTENT_TYPE or media.startswith(f"{BATCH_CONTENT_TYPE}+"):
        raise EnvelopeError(
            "not_cloudevents",
            "content-type",
            _("a batch; one event a message is needed"),
        )
    is_structured = media == STRUCTURED_CONTENT_TYPE or media.startswith(f"{STRUCTURED_CONTENT_TYPE}+")
    if is_structured and media not in (STRUCTURED_CONTENT_TYPE, f"{STRUCTURED_CONTENT_TYPE}+json"):
        raise EnvelopeError(
            "not_cloudevents",
            "content-type",
            _("events are read in their JSON format only"),
        )
    _refuse_charset(content_type, "content-type")
    if is_structured:
        # The mode is what the content type says; attributes that stand in headers as well are copies.
        return _structured(_json_of(value))
    attributes = _attributes_in(pairs)
    if "specversion" in attributes:
        return _checked(attributes, _object(_json_of(value)))
    body = _json_of(value)
    if isinstance(body, dict) and "specversion" in body:
        return _structured(body)
    if attributes:
        raise EnvelopeError(
            "not_cloudevents",
            "specversion",
            _("the header ce_specversion is missing"),
        )
    raise EnvelopeError(
        "not_cloudevents",
        "specversion",
        _("neither headers ce_* nor a structured CloudEvent"),
    )


def named_in(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> tuple[str, str] | None:
    """Source and id of a message, also of one that cannot be read otherwise; None: not even these are told."""
    pairs = list(headers)
    try:
        envelope = envelope_of(pairs, value)
        return envelope.source, envelope.id
    except EnvelopeError:
        try:
            attributes = _attributes_in(pairs)
        except EnvelopeError:
            return None
    source, event_id = attributes.get("source", ""), tidy(attributes.get("id", ""))
    within = 0 < len(source) <= SOURCE_MAX and 0 < len(event_id) <= ID_MAX
    return (source, event_id) if within else None


def _content_type(headers: Headers | list[tuple[str, bytes | None]]) -> str:
    values = [raw or b"" for key, raw in headers if key.lower() == "content-type"]
    if len(values) > 1:
        raise EnvelopeError("duplicate_key", "content-type", _("the header stands twice"))
    return _decoded(values[0], "content-type") if values else ""


def _refuse_charset(content_type: str, field: str) -> None:
    charset = _CHARSET.search(content_type)
    if charset is not None and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise EnvelopeError("not_utf8", field, _("texts are read in UTF-8 only"))


def _attributes_in(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, Any]:
    """The attributes that stand in headers. Those of extensions are none of ours, whatever they hold."""
    attributes: dict[str, Any] = {}
    for key, raw in headers:
        name = key.lower().removeprefix(_PREFIX)
        if not key.lower().startswith(_PREFIX) or name not in _OURS or raw is None:
            continue
        if name in attributes:
            raise EnvelopeError(
                "duplicate_key",
                name,
                _("the header {prefix}{name} stands twice", prefix=_PREFIX, name=name),
            )
        attributes[name] = _decoded(raw, name)
    return attributes


def _decoded(raw: bytes, field: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EnvelopeError("invalid_utf8", field, _("not UTF-8 at byte {start}", start=error.start)) from None


def _json_of(value: bytes | None, field: str = "data") -> Any:
    if not value:
        raise EnvelopeError("empty", field, _("the message is empty"))
    try:
        body = read_json(value)
    except JsonRefusedError as error:
        raise EnvelopeError(error.code, field, json_refusal_said(error)) from None
    # UTF-8 has neither a NUL we could store nor half a surrogate pair; only an escape brings them in.
    if b"\\u" in value and not is_storable(body):
        raise EnvelopeError(
            "unstorable_text",
            field,
            _("a text with a NUL or half a surrogate pair"),
        )
    return body


def _object(body: Any, field: str = "data") -> dict[str, Any]:
    if not isinstance(body, dict):
        raise EnvelopeError("malformed_json", field, _("a JSON object is needed"))
    return body


def _structured(body: Any) -> Envelope:
    event = _object(body)
    if "specversion" not in event:
        raise EnvelopeError("not_cloudevents", "specversion", _("is missing"))
    # A value of null is the same as none.
    attributes = {name: event[name] for name in _OURS if event.get(name) is not None}
    return _checked(attributes, _data_of(event))


def _data_of(event: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an event in JSON format: a value, or bytes in base64."""
    packed, data = event.get("data_base64"), event.get("data")
    if packed is not None and data is not None:
        raise EnvelopeError(
            "not_cloudevents",
            "data_base64",
            _("data and data_base64 exclude each other"),
        )
    content_type = event.get("datacontenttype") or CONTENT_TYPE
    if not isinstance(content_type, str):
        raise EnvelopeError("not_cloudevents", "datacontenttype", _("a string is needed"))
    _refuse_charset(content_type, "datacontenttype")
    if packed is None and isinstance(data, dict):
        return data
    if not _JSON_TYPE.match(content_type.split(";")[0].strip().lower()):
        raise EnvelopeError(
            "not_cloudevents", "datacontenttype", _("{content_type} is needed", content_type=CONTENT_TYPE)
        )
    if packed is None:
        raise EnvelopeError("not_cloudevents", "data", _("a JSON object is needed"))
    if not isinstance(packed, str):
        raise EnvelopeError("not_cloudevents", "data_base64", _("a string is needed"))
    try:
        return _object(_json_of(base64.b64decode(packed, validate=True), "data_base64"), "data_base64")
    except (binascii.Error, ValueError) as error:
        if isinstance(error, EnvelopeError):
            raise
        raise EnvelopeError("not_cloudevents", "data_base64", _("not base64 (RFC 4648)")) from None


def _checked(attributes: Mapping[str, Any], data: dict[str, Any]) -> Envelope:
    # A trace that is broken breaks nothing else.
    texts = {name: _text(name, value) for name, value in attributes.items() if name != "traceparent"}
    if texts.get("specversion") != SPEC_VERSION:
        raise EnvelopeError("not_cloudevents", "specversion", _("{spec_version} is needed", spec_version=SPEC_VERSION))
    for name in ("id", "source", "type"):
        if name not in texts:
            raise EnvelopeError("not_cloudevents", name, _("is missing"))
    event_id = tidy(texts["id"])
    _bounded("id", event_id, ID_MAX)
    _bounded("type", texts["type"], TYPE_MAX)
    _bounded("source", texts["source"], SOURCE_MAX)
    if re.fullmatch(SOURCE_PATTERN, texts["source"]) is None:
        raise EnvelopeError("not_cloudevents", "source", _("not a URI reference (RFC 3986)"))
    # The reader made sure that the data are JSON; to look at each value again takes longer than all the rest.
    return Envelope.model_construct(
        id=event_id,
        source=texts["source"],
        type=texts["type"],
        subject=texts.get("subject"),
        time=_time_of(texts.get("time")),
        traceparent=_trace_of(attributes.get("traceparent")),
        data=data,
    )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise EnvelopeError("not_cloudevents", name, _("a string is needed"))
    if not value:
        raise EnvelopeError("not_cloudevents", name, _("is empty"))
    if _FORBIDDEN.search(value):
        raise EnvelopeError("not_cloudevents", name, _("holds a control character"))
    return value


def _trace_of(value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(TRACE_PATTERN, value) else None


def _bounded(name: str, text: str, most: int) -> None:
    if not text:
        raise EnvelopeError("not_cloudevents", name, _("is blank"))
    if len(text) > most:
        raise EnvelopeError(
            "attribute_too_long",
            name,
            _("{count} characters; the limit is {most}", count=len(text), most=most),
        )


def _time_of(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        if _INSTANT.fullmatch(text) is None:
            raise ValueError
        # Python knows neither a leap second nor digits below the microsecond.
        at = datetime.fromisoformat(_LEAP.sub(":59", text.upper()))
        if at.tzinfo is not None:
            at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise EnvelopeError("not_cloudevents", "time", _("not an RFC 3339 instant")) from None
    if at.tzinfo is None:
        raise EnvelopeError("naive_instant", "time", _("an offset is needed, e.g. +07:00"))
    return at
