"""Dead letters as they are listed: what their headers tell, and what was opened of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from events.language.topics import DEAD_LETTER_SUFFIX
from events.transport import letters
from events.transport.errors import LetterErasedError, LetterSealedError
from events.transport.letter_content import LetterContent, content_of_message, reference_in
from events.transport.ports import Headers, Incoming
from wording.text import _

Seal = Literal["none", "opened", "closed", "destroyed"]
"""Whether a letter lies in clear (of an older program), was opened, cannot be opened here, or never again by anybody."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter. `value` may hold personal data: show it only to who may see the topic it came from."""

    id: str
    """`<partition>-<offset>` on the dead-letter topic."""
    topic: str
    """The topic it came on."""
    partition: int
    offset: int
    code: str
    field: str | None
    reason: str
    reason_vi: str | None
    """The same in Vietnamese; None: an older letter."""
    attempts: int
    first_seen_at: str
    """When the message first entered the system (RFC 3339, UTC)."""
    dead_at: datetime
    """When it was put away (UTC)."""
    seal: Seal
    key: str | None
    """None also where the letter is not opened; so it is with `event_id` and `event_type`."""
    event_id: str | None
    event_type: str | None
    size_bytes: int
    omitted: bool
    """The message was too large to be kept; it lies where `topic`, `partition` and `offset` say."""
    replayed_at: str | None
    headers: Headers
    value: bytes | None
    """None in lists."""

    @property
    def header_texts(self) -> dict[str, str]:
        """The headers as text, by name."""
        return letters.texts_of(self.headers)

    @property
    def reference(self) -> str | None:
        """Under which its key lies; None: it lies in clear."""
        return reference_in(self.headers)

    def raise_if_closed(self) -> None:
        """Raises LetterSealedError, LetterErasedError for a letter that was not opened."""
        reference = self.reference or ""
        if self.seal == "closed":
            raise LetterSealedError(reference=reference, reason=_("the master key that opens it is not here"))
        if self.seal == "destroyed":
            raise LetterErasedError(reference=reference)


def letters_in(records: Iterable[Incoming], *, with_replayed: bool) -> list[Letter]:
    """The letters that these records of one topic are, without their values."""
    by_id: dict[str, Letter] = {}
    origins: set[tuple[str, int, int, str]] = set()
    replay_times: dict[str, str] = {}
    for record in records:
        texts = letters.texts_of(record.headers)
        if letters.REPLAYED in texts:
            replay_times[texts[letters.REPLAYED]] = texts.get(letters.REPLAYED_AT, "")
            continue
        letter = _letter(record, texts)
        # Died after a replay is another death: its own letter.
        origin = (letter.topic, letter.partition, letter.offset, texts.get(letters.REPLAY, ""))
        if origin not in origins:
            origins.add(origin)
            by_id[letter.id] = replace(letter, value=None)
    marked = [replace(each, replayed_at=replay_times.get(each.id)) for each in by_id.values()]
    shown = [each for each in marked if with_replayed or each.replayed_at is None]
    return sorted(shown, key=lambda each: (each.dead_at, each.id))


def id_of(record: Incoming) -> str:
    """What a letter is called on its topic."""
    return f"{record.partition}-{record.offset}"


def _letter(record: Incoming, texts: dict[str, str]) -> Letter:
    omitted, size = texts.get(letters.OMITTED_BYTES), texts.get(letters.SIZE_BYTES)
    letter = Letter(
        id=id_of(record),
        topic=texts.get(letters.TOPIC) or record.topic.removesuffix(DEAD_LETTER_SUFFIX),
        partition=_number(texts.get(letters.PARTITION)),
        offset=_number(texts.get(letters.OFFSET)),
        code=texts.get(letters.CODE, ""),
        field=texts.get(letters.FIELD) or None,
        reason=texts.get(letters.REASON, ""),
        reason_vi=texts.get(letters.REASON_VI),
        attempts=_number(texts.get(letters.ATTEMPTS)),
        first_seen_at=texts.get(letters.FIRST_SEEN_AT, ""),
        dead_at=record.timestamp_at,
        seal="closed",
        key=None,
        event_id=None,
        event_type=None,
        size_bytes=_number(omitted or size) if omitted or size else len(record.value or b""),
        omitted=omitted is not None,
        replayed_at=None,
        headers=record.headers,
        value=None,
    )
    if reference_in(record.headers) is not None:
        return letter
    return replace(opened(letter, record, content_of_message(record)), seal="none", headers=record.headers)


def opened(letter: Letter, record: Incoming, content: LetterContent) -> Letter:
    """The letter with what it holds."""
    texts = letters.texts_of(content.headers)
    ours = tuple((name, text) for name, text in record.headers if name.startswith(letters.OURS))
    return replace(
        letter,
        seal="opened" if letter.seal == "closed" else letter.seal,
        key=None if content.key is None else content.key.decode("utf-8", "replace"),
        event_id=texts.get("ce_id"),
        event_type=texts.get("ce_type"),
        headers=(*content.headers, *ours),
        value=content.value,
    )


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1
