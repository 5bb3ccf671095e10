"""The AsyncAPI 3 document: which messages go over which topics, in which envelope, and every limit on what comes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from events.language.checkpoint import NAME as CHECKPOINT
from events.language.envelope import (
    CONTENT_TYPE,
    ID_MAX,
    MESSAGE_MAX_BYTES,
    SCHEMA_ROOT,
    SPEC_VERSION,
    STRUCTURED_CONTENT_TYPE,
    TIME_PATTERN,
    TRACE_PATTERN,
    TYPE_MAX,
    TYPE_PREFIX,
)
from events.language.given import FACT_MAX, FACT_TEXT_MAX
from events.language.identity import DEPARTMENT_LENGTH_MAX, SOURCE_MAX, SOURCE_PATTERN
from events.language.topics import Topics
from wording.json_text import DEPTH_MAX, DIGITS_MAX, NUMBER_MAX

DEPARTMENT: Final = "{department}"
SYSTEM: Final = "{system}"
ID_PATTERN: Final = rf"^[a-z0-9-]{{1,{DEPARTMENT_LENGTH_MAX}}}$"
INCOMING: Final = ("submissions", "submissions-of-system", "decisions", "replays")
PERSONAL: Final = (
    "May carry personal data, but for what identifies things and stands in events for ever: the source, application_id, the"
    " procedure, and the steps of a route. All else that is written here goes to the vault, and events only refer to it."
)
Document = dict[str, Any]


def asyncapi_document(messages: Mapping[str, Sequence[str]], schema_file: Callable[[str], str]) -> Document:
    """The document. `messages`: for each kind of channel its message types; `schema_file`: where a type's schema lies.

    Kinds: submissions, decisions (to us); answers, work, case-events, escalations, checkpoints (from us).
    """
    channels = _channels(Topics(), messages)
    names = sorted({name for found in messages.values() for name in found})
    incoming = {name for kind in ("submissions", "decisions") for name in messages[kind]}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Greenlane",
            "version": "1.1.0",
            "description": "CloudEvents 1.0 over Kafka: we send in binary mode and accept binary and structured mode."
            " An event is known by its source and its id together: it may come again, and has its effect once; with other"
            " content it is refused. Messages of one case come in order, by the key."
            " Names are compared in NFC, without blanks around them.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": {
            f"{'receive' if name in INCOMING else 'send'}-{name}": {
                "action": "receive" if name in INCOMING else "send",
                "channel": {"$ref": f"#/channels/{name}"},
            }
            for name in channels
        },
        "components": {
            "messages": {name: _message(name, schema_file(name), given=name in incoming) for name in names},
            "schemas": {"CloudEventsHeaders": _headers(), "GivenHeaders": _given_headers()},
        },
        "x-limits": limits(),
    }


def limits() -> Document:
    """What a message is held to before its schema is asked; a message beyond it is told to its sender, or a dead letter."""
    return {
        "message": {
            "maxBytes": MESSAGE_MAX_BYTES,
            "description": "Of the value, headers and key not counted, and where GREENLANE_MAX_MESSAGE_BYTES says no other."
            " An application is held to less: to the largest event that follows from it.",
        },
        "json": {
            "encoding": "UTF-8; a byte order mark is passed over",
            "maxDepth": DEPTH_MAX,
            "maxNumberLength": NUMBER_MAX,
            "maxIntegerDigits": DIGITS_MAX,
            "description": "RFC 8259: one value, no key twice in an object, no NaN or Infinity, no number beyond a double's"
            " range, no NUL and no half of a surrogate pair in a text. A decimal with more digits than a double keeps is"
            " kept as the text that was written.",
        },
        "facts": {"maximum": FACT_MAX, "minimum": -FACT_MAX, "maxLength": FACT_TEXT_MAX},
        "names": "Names and ids hold no control, invisible or direction-turning character.",
        "headers": {
            "content-type": f"{CONTENT_TYPE} (or none) in binary mode, {STRUCTURED_CONTENT_TYPE}+json in structured mode;"
            " no charset but UTF-8, no batches. No header ce_* twice.",
            "data": "A JSON object, in structured mode as `data` or `data_base64`.",
        },
    }


def _channels(topics: Topics, messages: Mapping[str, Sequence[str]]) -> Document:
    submissions, answers = messages["submissions"], messages["answers"]
    told = "Refusals of what this submitting system sent."
    return {
        "submissions": _channel(topics.submissions, f"Applications in, from the portal. {PERSONAL}", submissions),
        "submissions-of-system": _channel(
            topics.submissions_of(SYSTEM), f"Applications in, from a registered system. {PERSONAL}", submissions
        ),
        "answers": _channel(topics.answers("portal"), "Refusals of what the portal sent.", answers),
        "answers-to-system": _channel(topics.answers(SYSTEM), told, answers),
        "decisions": _channel(
            topics.decisions(DEPARTMENT),
            "A department's answers: they can act only for that department.",
            messages["decisions"],
        ),
        "work": _channel(
            topics.work(DEPARTMENT), "A department's work, and refusals of its answers.", messages["work"]
        ),
        "case-events": _channel(topics.case_events, "Every event of every case, for ever.", messages["case-events"]),
        "escalations": _channel(topics.escalations, "Alerts for supervisors.", messages["escalations"]),
        "checkpoints": _channel(
            topics.checkpoints,
            "Signed checkpoints of all logs, for ever: an auditor keeps them out of the reach of whoever runs the installation.",
            messages["checkpoints"],
        ),
        "replays": _channel(
            topics.replays,
            "Which dead letters are to be handled again. Only the operator of the installation writes it.",
            (),
        ),
    }


def _channel(address: str, description: str, messages: Sequence[str]) -> Document:
    channel: Document = {
        "address": address,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }
    named = {
        "department": "The department's id",
        "system": "The submitting system's id, as the catalogue's systems.yaml has it",
    }
    parameters = {
        name: {"description": f"{what}: {ID_PATTERN}."} for name, what in named.items() if f"{{{name}}}" in address
    }
    return channel | ({"parameters": parameters} if parameters else {})


_KEYS: Final = {CHECKPOINT: "Always `checkpoints`: they come in the order of their numbers."}
"""What the key of a message is, where it is no case."""


def _message(name: str, file: str, *, given: bool) -> Document:
    return {
        "name": TYPE_PREFIX + name,
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": f"#/components/schemas/{'GivenHeaders' if given else 'CloudEventsHeaders'}"},
        "payload": {"$ref": file},
        "bindings": {"kafka": {"key": {"type": "string", "description": _KEYS.get(name, "The case id.")}}},
    }


REQUIRED: Final = ["ce_specversion", "ce_id", "ce_source", "ce_type"]


def _headers() -> Document:
    """Of what we send."""
    return {
        "type": "object",
        "required": REQUIRED,
        "properties": {
            "ce_specversion": {"const": SPEC_VERSION},
            "ce_id": {
                "type": "string",
                "description": "Unique per source: an event with a known id is the same event.",
            },
            "ce_source": {"type": "string"},
            "ce_type": {"type": "string", "pattern": f"^{TYPE_PREFIX.replace('.', '[.]')}"},
            "ce_subject": {"type": "string", "description": "The case id."},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_dataschema": {"type": "string", "pattern": f"^{SCHEMA_ROOT}"},
            "ce_traceparent": {"type": "string", "description": "W3C trace context."},
            "content-type": {"const": CONTENT_TYPE},
        },
    }


def _given_headers() -> Document:
    """Of what we accept, in binary mode; in structured mode the attributes without `ce_` are held to the same."""
    return {
        "type": "object",
        "required": REQUIRED,
        "properties": {
            "ce_specversion": {"const": SPEC_VERSION},
            "ce_id": {
                "type": "string",
                "minLength": 1,
                "maxLength": ID_MAX,
                "pattern": r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]+$",
                "description": "Any text without control characters. With the source it names the event: sent again it is"
                " the same event, with other content it is refused (command_conflict).",
            },
            "ce_source": {
                "type": "string",
                "format": "uri-reference",
                "minLength": 1,
                "maxLength": SOURCE_MAX,
                "pattern": SOURCE_PATTERN,
                "description": "A URI reference that belongs to the submitting system; of a department any.",
            },
            "ce_type": {
                "type": "string",
                "maxLength": TYPE_MAX,
                "description": f"One of the channel's messages, with or without `{TYPE_PREFIX}` before it.",
            },
            "ce_subject": {"type": "string", "minLength": 1},
            "ce_time": {
                "type": "string",
                "format": "date-time",
                "pattern": TIME_PATTERN.removesuffix("?$") + "$",
                "description": "RFC 3339 with an offset. Told, never counted: what counts is when the broker took it.",
            },
            "ce_traceparent": {"type": "string", "pattern": TRACE_PATTERN, "description": "Else it is passed over."},
            "content-type": {"type": "string"},
        },
    }
