"""The envelope: CloudEvents in binary and structured mode, and errors that never quote a message."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.language.envelope import STRUCTURED_CONTENT_TYPE, EnvelopeError, binary_headers, envelope_of

HEADERS = {"ce_specversion": b"1.0", "ce_id": b"d-1", "ce_source": b"/finance", "ce_type": b"vn.greenlane.DecideStep"}
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]))


def headers_with(**changes: bytes | None) -> list[tuple[str, bytes | None]]:
    return [(name, value) for name, value in {**HEADERS, **changes}.items() if value is not None]


@given(texts, texts, texts, st.none() | texts, instants, st.none() | texts)
def test_what_is_sent_in_binary_mode_is_read_again(
    event_id: str, source: str, name: str, subject: str | None, time: datetime, traceparent: str | None
) -> None:
    """Every attribute survives, whatever it holds; the instant in UTC."""
    headers = binary_headers(id=event_id, source=source, name=name, subject=subject, time=time, traceparent=traceparent)
    envelope = envelope_of(headers, b'{"a": 1}')
    assert (envelope.id, envelope.source, envelope.subject, envelope.time) == (event_id, source, subject, time)
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
        (b"[" * 100_000, "malformed_json"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "malformed_json"),
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
