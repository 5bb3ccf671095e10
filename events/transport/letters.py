"""The form of a dead letter: the message as it came, and headers that say why it could not be processed."""

from __future__ import annotations

from datetime import UTC, datetime

from events.transport.ports import DeadLetter, Headers, Incoming
from wording.foreign import visible

TOPIC = "dlq-topic"
PARTITION = "dlq-partition"
OFFSET = "dlq-offset"
CODE = "dlq-code"
FIELD = "dlq-field"
REASON = "dlq-reason"
ATTEMPTS = "dlq-attempts"
FIRST_SEEN_AT = "dlq-first-seen-at"
OMITTED_BYTES = "dlq-omitted-bytes"
REPLAY_OF = "dlq-replay-of"
REPLAYED = "dlq-replayed"
REPLAYED_AT = "dlq-replayed-at"

KEPT_IN_REPLAY = {ATTEMPTS}
"""A message that dies again after a replay still tells how often it was tried."""
REASON_LENGTH_MAX = 500
COUNT_DIGITS_MAX = 6


def letter_headers(
    message: Incoming, letter: DeadLetter, attempts: int, *, omitted_bytes: int | None = None
) -> list[tuple[str, bytes]]:
    """The headers of a dead letter: those of the message, and why, where and since when."""
    before = texts_of(message.headers)
    tried = before.get(ATTEMPTS, "0")
    ours = {
        TOPIC: message.topic,
        PARTITION: str(message.partition),
        OFFSET: str(message.offset),
        CODE: letter.code,
        FIELD: visible(letter.field or ""),
        REASON: visible(letter.reason)[:REASON_LENGTH_MAX],
        ATTEMPTS: str(attempts + (int(tried) if tried.isdecimal() and len(tried) <= COUNT_DIGITS_MAX else 0)),
        FIRST_SEEN_AT: instant(message.timestamp_at),
    }
    if omitted_bytes is not None:
        ours[OMITTED_BYTES] = str(omitted_bytes)
    kept = [(name, value or b"") for name, value in message.headers if not name.startswith("dlq-")]
    return kept + [(name, text.encode()) for name, text in ours.items()]


def replay_headers(headers: Headers, replay_of: str) -> list[tuple[str, bytes]]:
    """The headers of a replayed message: its own again."""
    kept = [(name, value or b"") for name, value in headers if not name.startswith("dlq-") or name in KEPT_IN_REPLAY]
    return [*kept, (REPLAY_OF, replay_of.encode())]


def marker_headers(letter_id: str, at: datetime) -> list[tuple[str, bytes]]:
    """The headers of the record that says, on the dead-letter topic itself, that a letter was replayed."""
    return [(REPLAYED, letter_id.encode()), (REPLAYED_AT, instant(at).encode())]


def texts_of(headers: Headers) -> dict[str, str]:
    """Headers as text, by name; what is no UTF-8 is shown with replacement characters."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in headers}


def instant(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
