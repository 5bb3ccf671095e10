"""Messages as Kafka carries them: one that is to be sent, and what a record says of itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from events.language.envelope import TYPE_PREFIX


class Parcel(NamedTuple):
    """One message. Its id is the same whenever it is sent again: the receiver takes it once."""

    topic: str
    key: str
    id: str
    name: str
    subject: str
    body: str


class Record(Protocol):
    """A record of a topic, whoever read it."""

    @property
    def key(self) -> bytes | None:
        """The Kafka key."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """The headers, in their order."""


def header(record: Record, name: str) -> str:
    """A header as text; empty when there is none."""
    return next(((value or b"").decode("utf-8", "replace") for key, value in record.headers if key == name), "")


def kind_of(record: Record) -> str:
    """The event's type without our prefix."""
    return header(record, "ce_type").removeprefix(TYPE_PREFIX)


def key_of(record: Record) -> str:
    """The key as text: the case."""
    return (record.key or b"").decode("utf-8", "replace")
