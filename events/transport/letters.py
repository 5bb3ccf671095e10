"""The form of a dead letter: the message as it came, and headers that say why it could not be processed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime

from events.transport.ports import DeadLetter, Headers, Incoming
from wording.foreign import visible
from wording.text import in_language

TOPIC = "dlq-topic"
PARTITION = "dlq-partition"
OFFSET = "dlq-offset"
CODE = "dlq-code"
FIELD = "dlq-field"
REASON = "dlq-reason"
REASON_VI = "dlq-reason-vi"
ATTEMPTS = "dlq-attempts"
FIRST_SEEN_AT = "dlq-first-seen-at"
OMITTED_BYTES = "dlq-omitted-bytes"
REPLAY = "dlq-replay"
"""Of a letter whose message came from the dead letters before: the place of the order to replay it."""
SEAL = "dlq-seal"
SEALED = "dlq-sealed"
"""The reference under which the key of the letter lies; absent: the message lies in clear."""
SIZE_BYTES = "dlq-size-bytes"
"""Of the message's value, where it lies sealed."""
REPLAYED = "dlq-replayed"
REPLAYED_AT = "dlq-replayed-at"

OURS = "dlq-"
"""How the names of our own headers begin; a sender's that begin so are left out of the letter."""
REASON_LENGTH_MAX = 500


def letter_headers(
    message: Incoming, letter: DeadLetter, attempts: int, *, omitted_bytes: int | None = None
) -> list[tuple[str, bytes]]:
    """Our headers of a dead letter: why, where and since when; nothing of what its sender wrote."""
    replay = message.replay
    ours = {
        TOPIC: message.topic,
        PARTITION: str(message.partition),
        OFFSET: str(message.offset),
        CODE: letter.code,
        FIELD: visible(letter.field or ""),
        **{name: _told(letter, language) for name, language in ((REASON, "en"), (REASON_VI, "vi"))},
        ATTEMPTS: str(attempts + (0 if replay is None else replay.attempts)),
        FIRST_SEEN_AT: instant(message.timestamp_at),
    }
    if replay is not None:
        ours[REPLAY] = replay.place
    if omitted_bytes is not None:
        ours[OMITTED_BYTES] = str(omitted_bytes)
    return [(name, text.encode()) for name, text in ours.items()]


def _told(letter: DeadLetter, language: str) -> str:
    said = f"{in_language(letter.reason, language)} {in_language(letter.remedy, language)}"
    return visible(said.strip())[:REASON_LENGTH_MAX]


def own_headers(headers: Headers) -> list[tuple[str, bytes]]:
    """The headers of the message itself, without ours."""
    return [(name, value or b"") for name, value in headers if not name.startswith(OURS)]


def seal_of(key: bytes, message_key: bytes | None, value: bytes, headers: Iterable[tuple[str, bytes | None]]) -> bytes:
    """Our seal on a letter: HMAC-SHA256 (hex) over all of it; each part with its length, so that none runs into the next."""
    parts = [b"" if message_key is None else b"k" + message_key, value]
    for name, content in headers:
        if name != SEAL:
            parts += [name.encode(), content or b""]
    packed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(key, packed, hashlib.sha256).hexdigest().encode()


def bears_seal(key: bytes, letter: Incoming) -> bool:
    """Whether a letter is as we wrote it."""
    seals = [content or b"" for name, content in letter.headers if name == SEAL]
    expected = seal_of(key, letter.key, letter.value or b"", letter.headers)
    return len(seals) == 1 and hmac.compare_digest(seals[0], expected)


def marker_headers(letter_id: str, at: datetime) -> list[tuple[str, bytes]]:
    """The headers of the record that says, on the dead-letter topic itself, that a letter was replayed."""
    return [(REPLAYED, letter_id.encode()), (REPLAYED_AT, instant(at).encode())]


def texts_of(headers: Headers) -> dict[str, str]:
    """Headers as text, by name; what is no UTF-8 is shown with replacement characters."""
    return {name: (value or b"").decode("utf-8", "replace") for name, value in headers}


def instant(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
