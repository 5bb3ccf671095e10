"""The AsyncAPI 3 document: which messages go over which topics, in which envelope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from events.language.envelope import CONTENT_TYPE, SCHEMA_ROOT, SPEC_VERSION, TYPE_PREFIX
from events.language.topics import Topics

PLACEHOLDER = "{department}"
Document = dict[str, Any]


def asyncapi_document(
    *,
    submissions: Sequence[str],
    decisions: Sequence[str],
    work: Sequence[str],
    events: Sequence[str],
    alerts: Sequence[str],
    schema_file: Callable[[str], str],
) -> Document:
    """The document: for each channel its message types. `schema_file` gives the place of a type's JSON Schema."""
    topics = Topics()
    channels = {
        "submissions": _channel(topics.submissions, "Applications in. May carry personal data.", submissions),
        "decisions": _channel(
            topics.decisions(PLACEHOLDER), "A department's answers: they can act only for that department.", decisions
        ),
        "work": _channel(topics.work(PLACEHOLDER), "A department's work, and refusals of its answers.", work),
        "case-events": _channel(topics.case_events, "Every event of every case, for ever.", events),
        "escalations": _channel(topics.escalations, "Alerts for supervisors.", alerts),
    }
    names = sorted({*submissions, *decisions, *work, *events, *alerts})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Greenlane",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 over Kafka: we send in binary mode and accept binary and structured mode."
            " A message may come again: deduplicate by ce_id. Messages of one case come in order, by the key.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": {
            **{f"receive-{name}": _operation("receive", name) for name in ("submissions", "decisions")},
            **{f"send-{name}": _operation("send", name) for name in ("work", "case-events", "escalations")},
        },
        "components": {
            "messages": {name: _message(name, schema_file(name)) for name in names},
            "schemas": {"CloudEventsHeaders": _headers()},
        },
    }


def _channel(address: str, description: str, messages: Sequence[str]) -> Document:
    channel: Document = {
        "address": address,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }
    if PLACEHOLDER in address:
        channel["parameters"] = {
            "department": {"description": "The department's id: [a-z0-9-], at most 100 characters."}
        }
    return channel


def _operation(action: str, channel: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}


def _message(name: str, file: str) -> Document:
    return {
        "name": TYPE_PREFIX + name,
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/CloudEventsHeaders"},
        "payload": {"$ref": file},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The case id."}}},
    }


def _headers() -> Document:
    required = ["ce_specversion", "ce_id", "ce_source", "ce_type"]
    return {
        "type": "object",
        "required": required,
        "properties": {
            "ce_specversion": {"const": SPEC_VERSION},
            "ce_id": {"type": "string", "description": "Unique per source: a message with a known id has no effect."},
            "ce_source": {"type": "string"},
            "ce_type": {"type": "string", "pattern": f"^{TYPE_PREFIX.replace('.', '[.]')}"},
            "ce_subject": {"type": "string", "description": "The case id."},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_dataschema": {"type": "string", "pattern": f"^{SCHEMA_ROOT}"},
            "ce_traceparent": {"type": "string", "description": "W3C trace context."},
            "content-type": {"const": CONTENT_TYPE},
        },
    }
