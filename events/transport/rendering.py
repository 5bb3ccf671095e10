"""What a row of the outbox is on Kafka: the publisher sends it, and the verification compares what the topics hold with it."""

from __future__ import annotations

from typing import NamedTuple

from events.language.envelope import binary_headers
from events.transport.ports import OutboxRow

EVENT_SOURCE = "/greenlane/cases"
"""`ce_source` of everything we publish."""


class Message(NamedTuple):
    """Key, value and headers (the CloudEvents attributes), each to the byte."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def message_of(row: OutboxRow) -> Message:
    """The message of a row."""
    headers = binary_headers(id=row.event_id, source=EVENT_SOURCE, name=row.name, subject=row.case_id, time=row.at)
    return Message(row.key.encode(), row.body.encode(), headers)
