"""The envelope: CloudEvents in binary and structured mode, and errors that never quote a message."""

from __future__ import annotations

import base64
import json
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.language.envelope import (
    ID_MAX,
    STRUCTURED_CONTENT_TYPE,
    TRACE_PATTERN,
    EnvelopeError,
    binary_headers,
    envelope_of,
)
from events.language.identity import SOURCE_PATTERN
from wording.text import in_language

HEADERS = {"ce_specversion": b"1.0", "ce_id": b"d-1", "ce_source": b"/finance", "ce_type": b"vn.greenlane.DecideStep"}
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
ids = st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S"]), min_size=1, max_size=40)
sources = st.from_regex(SOURCE_PATTERN.rstrip("$"), fullmatch=True)
traces = st.from_regex(TRACE_PATTERN.rstrip("$"), fullmatch=True)
instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))])).filter(lambda at: at.year > 1)


def headers_with(**changes: bytes | None) -> list[tuple[str, bytes | None]]:
    return [(name, value) for name, value in {**HEADERS, **changes}.items() if value is not None]


@given(ids, sources, ids, st.none() | ids, instants, st.none() | traces)
def test_what_is_sent_in_binary_mode_is_read_again(
    event_id: str, source: str, name: str, subject: str | None, time: datetime, traceparent: str | None
) -> None:
    """Every attribute survives; the id in its one normal form, the instant in UTC."""
    headers = binary_headers(id=event_id, source=source, name=name, subject=subject, time=time, traceparent=traceparent)
    envelope = envelope_of(headers, b'{"a": 1}')
    assert envelope.id == unicodedata.normalize("NFC", event_id)
    assert (envelope.source, envelope.subject, envelope.time) == (source, subject, time)
    assert (envelope.name, envelope.traceparent, envelope.data) == (name, traceparent, {"a": 1})


def test_structured_mode_is_read_too() -> None:
    """By its content type, or because there are no ce_ headers."""
    event = {
        "specversion": "1.0",
        "id": "d-1",
        "source": "/finance",
        "type": "vn.greenlane.DecideStep",
        "subject": "case-a",
        "time": "2025-06-02T08:00:00+07:00",
        "data": {"outcome": "approve"},
    }
    body = json.dumps(event).encode()
    for headers in ([("content-type", STRUCTURED_CONTENT_TYPE.encode() + b"+json; charset=utf-8")], []):
        envelope = envelope_of(headers, body)
        assert (envelope.id, envelope.name, envelope.subject) == ("d-1", "DecideStep", "case-a")
        assert envelope.time == datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
        assert envelope.data == {"outcome": "approve"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b'{"name": "Nguy\xff"}', "invalid_utf8"),
        (b'{"name": "Nguyen Van A"', "malformed_json"),
        (b'["Nguyen Van A"]', "malformed_json"),
        (b"[" * 100_000, "too_deep"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "number_too_long"),
    ],
)
def test_an_unreadable_value_names_the_place_not_the_content(value: bytes | None, code: str) -> None:
    """The reason tells where, and holds nothing of the message."""
    with pytest.raises(EnvelopeError) as error:
        envelope_of(headers_with(), value)
    assert (error.value.code, error.value.field) == (code, "data")
    assert "Nguy" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"ce_specversion": b"0.3"}, "specversion", "not_cloudevents"),
        ({"ce_id": b""}, "id", "not_cloudevents"),
        ({"ce_id": None}, "id", "not_cloudevents"),
        ({"ce_source": None}, "source", "not_cloudevents"),
        ({"ce_type": None}, "type", "not_cloudevents"),
        ({"ce_time": b"yesterday"}, "time", "not_cloudevents"),
        ({"ce_time": b"2025-06-02T08:00:00"}, "time", "naive_instant"),
        ({"ce_specversion": None}, "specversion", "not_cloudevents"),
        ({"ce_time": b"2026-W48-4T08:00:00Z"}, "time", "not_cloudevents"),
        ({"ce_time": b"20261126T080000Z"}, "time", "not_cloudevents"),
        ({"ce_time": b"0001-01-01T00:00:00+14:00"}, "time", "not_cloudevents"),
        ({"ce_id": b"x" * (ID_MAX + 1)}, "id", "attribute_too_long"),
        ({"ce_id": b"a\x1b]0;x\x07"}, "id", "not_cloudevents"),
        ({"ce_id": b"\xff"}, "id", "invalid_utf8"),
        ({"ce_type": b"\x1b[2J"}, "type", "not_cloudevents"),
        ({"ce_source": "/văn-hóa".encode()}, "source", "not_cloudevents"),
        ({"ce_source": b"/a b"}, "source", "not_cloudevents"),
        ({"ce_source": b"/a%zz"}, "source", "not_cloudevents"),
        ({"ce_source": b"/" * 201}, "source", "attribute_too_long"),
        ({"content-type": b"application/json; charset=utf-16"}, "content-type", "not_utf8"),
        ({"content-type": b"application/cloudevents-batch+json"}, "content-type", "not_cloudevents"),
        ({"content-type": b"application/cloudevents+avro"}, "content-type", "not_cloudevents"),
    ],
)
def test_a_wrong_attribute_is_named(changes: dict[str, bytes | None], field: str, code: str) -> None:
    """Whatever is missing or wrong: the field and a code for machines."""
    with pytest.raises(EnvelopeError) as error:
        envelope_of(headers_with(**changes), b"{}")
    assert (error.value.field, error.value.code) == (field, code)


@given(st.lists(st.tuples(st.sampled_from(sorted(HEADERS)) | texts, st.binary(max_size=30) | st.none())), st.binary())
def test_no_message_makes_it_fail_otherwise(headers: list[tuple[str, bytes | None]], value: bytes) -> None:
    """Any bytes are an envelope or an EnvelopeError, nothing else."""
    with suppress(EnvelopeError):
        assert envelope_of(headers, value).id


@pytest.mark.parametrize(
    "changes",
    [
        {"ce_time": b"2026-11-26t08:00:00z"},
        {"ce_time": b"2026-11-26T08:00:60.1234567891+07:00"},
        {"ce_id": b"x" * 195},
        {"ce_id": "hồ sơ số 7".encode()},
        {"ce_id": "đ".encode() * ID_MAX},
        {"ce_source": b"https://so.example.vn:8443/a?b=c&d=%20#e~(f)"},
        {"ce_source": b"urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"},
        {"content-type": b"application/json; charset=UTF-8"},
        {"content-type": b"Application/JSON"},
        {"ce_traceparent": b"broken"},
        {"ce_comexampleextension": b"\xff"},
        {"ce_subject": None},
    ],
)
def test_what_the_specification_allows_is_read(changes: dict[str, bytes | None]) -> None:
    """RFC 3339 in small letters, long ids with blanks, URI references, extensions that are none of ours."""
    assert envelope_of(headers_with(**changes), b"{}").name == "DecideStep"


STRUCTURED: dict[str, Any] = {
    "specversion": "1.0",
    "id": "d-1",
    "source": "/finance",
    "type": "vn.greenlane.DecideStep",
}


def structured(content_type: bytes = STRUCTURED_CONTENT_TYPE.encode(), **changes: Any) -> tuple[Any, bytes]:
    beside = headers_with(ce_id=b"of-the-header")
    return [*beside, ("Content-Type", content_type)], json.dumps(STRUCTURED | changes).encode()


def test_the_content_type_says_the_mode_however_it_is_written() -> None:
    """Media types have no case; what stands in headers beside is a copy, and does not count."""
    for content_type in (b"Application/CloudEvents+JSON", b"application/cloudevents; charset=utf-8"):
        assert envelope_of(*structured(content_type, data={"a": 1})).id == "d-1"


def test_data_in_base64_are_data() -> None:
    """As the JSON format says; an attribute of null is none."""
    packed = base64.b64encode(b'\xef\xbb\xbf{"a": 1}').decode()
    for more in ({}, {"datacontenttype": "application/vnd.example+json"}, {"data": None, "subject": None}):
        assert envelope_of(*structured(data_base64=packed, **more)).data == {"a": 1}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"data_base64": "e30=", "data": {}}, "data_base64", "not_cloudevents"),
        ({"data_base64": "*"}, "data_base64", "not_cloudevents"),
        ({"data_base64": "eyJhIjoxLCJhIjoxfQ=="}, "data_base64", "duplicate_key"),
        ({"data_base64": "W10="}, "data_base64", "malformed_json"),
        ({"data_base64": 7}, "data_base64", "not_cloudevents"),
        ({"data": "<a/>", "datacontenttype": "application/xml"}, "datacontenttype", "not_cloudevents"),
        ({"data": "text"}, "data", "not_cloudevents"),
        ({}, "data", "not_cloudevents"),
        ({"data": {}, "id": 7}, "id", "not_cloudevents"),
        ({"data": {}, "source": None}, "source", "not_cloudevents"),
        ({"data": {}, "specversion": 1.0}, "specversion", "not_cloudevents"),
        ({"data": {}, "time": 1764144000}, "time", "not_cloudevents"),
    ],
)
def test_what_a_structured_event_gets_wrong_is_named(changes: dict[str, Any], field: str, code: str) -> None:
    """Each with the field that is wrong, not with one that is missing."""
    with pytest.raises(EnvelopeError) as error:
        envelope_of(*structured(**changes))
    assert (error.value.field, error.value.code) == (field, code)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b'{"case": "c", "outcome": "refuse", "outcome": "approve"}', "duplicate_key"),
        (b'{"area": NaN}', "not_a_number"),
        (b'{"area": 1e999}', "not_a_number"),
        (b'{"n": "\\ud800"}', "unstorable_text"),
        (b'{"n": "\\u0000"}', "unstorable_text"),
    ],
)
def test_a_value_that_says_two_things_or_no_json_is_refused(value: bytes, code: str) -> None:
    """In either mode, as in a file."""
    for headers, body in (
        (headers_with(), value),
        ([], json.dumps(STRUCTURED | {"data": None}).encode().replace(b"null", value)),
    ):
        with pytest.raises(EnvelopeError) as error:
            envelope_of(headers, body)
        assert error.value.code == code


def test_an_attribute_that_stands_twice_is_refused() -> None:
    """Kafka allows it, and two readers would take two different ones."""
    for name in ("ce_id", "CE_ID", "ce_type"):
        with pytest.raises(EnvelopeError) as error:
            envelope_of([*headers_with(), (name, b"vn.greenlane.StopCase")], b"{}")
        assert error.value.code == "duplicate_key"
    assert envelope_of([*headers_with(), ("trace", b"1"), ("trace", b"2")], b'\xef\xbb\xbf{"a": 1}').data == {"a": 1}


def test_every_reason_is_told_in_two_languages() -> None:
    """An answer to the sender holds both."""
    with pytest.raises(EnvelopeError) as error:
        envelope_of(headers_with(), b'{"a": NaN}')
    assert in_language(error.value.reason, "vi") != str(error.value.reason)
