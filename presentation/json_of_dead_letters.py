"""Dead letters for programs."""

from __future__ import annotations

from typing import Any

from presentation.instants import instant_json
from services.dead_letters import FiledLetter


def dead_letter_json(filed: FiledLetter, *, content: bool = False) -> dict[str, Any]:
    """One entry of `dlq list --json`; the message itself only where that is wanted: it may hold personal data."""
    letter = filed.letter
    facts = {
        "dead_letter_topic": filed.topic,
        "id": letter.id,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "code": letter.code,
        "field": letter.field,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "first_seen_at": letter.first_seen_at,
        "dead_at": instant_json(letter.dead_at),
        "seal": letter.seal,
        "key": letter.key,
        "event_id": letter.event_id,
        "event_type": letter.event_type,
        "size_bytes": letter.size_bytes,
        "omitted": letter.omitted,
        "replayed_at": letter.replayed_at,
    }
    return facts | {"content": (letter.value or b"").decode("utf-8", "replace")} if content else facts
