"""What a dead letter holds: the message as it came. It lies sealed in the letter; those of an older program lie in clear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from events.language.identity import letter_ref_of
from events.transport.errors import LetterSealedError
from events.transport.letters import OURS, SEALED
from events.transport.ports import Headers, Incoming, LetterVault
from wording.text import _

LENGTH_BYTES: Final = 4
ABSENT: Final = b""
PRESENT: Final = b"+"
"""Before what is there: no key is another key than an empty one."""


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The message of a letter, byte for byte as its sender wrote it."""

    key: bytes | None
    headers: Headers
    value: bytes | None


def packed(content: LetterContent) -> bytes:
    """All of it as one text of bytes: each part with its length before it."""
    parts = [content.key, content.value]
    for name, text in content.headers:
        parts += [name.encode(), text]
    marked = [ABSENT if part is None else PRESENT + part for part in parts]
    return b"".join(len(part).to_bytes(LENGTH_BYTES, "big") + part for part in marked)


def unpacked(data: bytes) -> LetterContent:
    """What was packed."""
    key, value, *others = _parts(data)
    names, texts = others[::2], others[1::2]
    headers = tuple((name.decode(), text) for name, text in zip(names, texts, strict=True) if name is not None)
    return LetterContent(key, headers, value)


def _parts(data: bytes) -> Iterator[bytes | None]:
    place = 0
    while place < len(data):
        length = int.from_bytes(data[place : place + LENGTH_BYTES], "big")
        part = data[place + LENGTH_BYTES : place + LENGTH_BYTES + length]
        place += LENGTH_BYTES + length
        yield part.removeprefix(PRESENT) if part else None


def content_of_message(message: Incoming) -> LetterContent:
    """What a letter of this message is to hold: without headers that look like a letter's own."""
    headers = tuple((name, text) for name, text in message.headers if not name.startswith(OURS))
    return LetterContent(message.key, headers, message.value)


def content_of(letter: Incoming, vault: LetterVault | None) -> LetterContent:
    """What a letter holds. `vault` None: here is nothing that could open it.

    Raises LetterSealedError where it cannot be opened, LetterErasedError where nobody can any more, and what the vault raises.
    """
    reference = reference_in(letter.headers)
    if reference is None:
        return content_of_message(letter)
    if vault is None:
        raise LetterSealedError(reference=reference, reason=_("there is no master key here"))
    return unpacked(vault.open(reference, letter.value or b""))


def reference_in(headers: Headers) -> str | None:
    """Under which reference the key of a letter lies; None: the letter lies in clear."""
    return next(((text or b"").decode("utf-8", "replace") for name, text in headers if name == SEALED), None)


def reference_of(message: Incoming) -> str:
    """The same for a letter that is to be written: buried twice after a crash, the message has one key."""
    replay = "" if message.replay is None else message.replay.place
    return letter_ref_of(message.topic, message.partition, message.offset, message.timestamp_at, replay)
