"""The dead letters of a stack, opened with its keys, as the operator sees them."""

from __future__ import annotations

from contextlib import closing

from events.language.topics import Topics
from events.transport.errors import LetterErasedError
from events.transport.filed_letters import Letter, id_of, letters_in, opened
from events.transport.letter_content import content_of
from events.transport.reading import read_all
from greenlane.wiring import Wiring
from tests.cli.program import LiveStack


def opened_letters(stack: LiveStack, topic: str) -> list[Letter]:
    """Every letter of a topic, whole, out of one reading of it; one whose key was destroyed as it lies there."""
    with closing(Wiring(stack.settings)) as wiring:
        records = {id_of(record): record for record in read_all(wiring.cluster, [Topics.dead_letters(topic)])}
        letters = letters_in(records.values(), with_replayed=True)
        whole = []
        for letter in letters:
            record = records[letter.id]
            try:
                whole.append(opened(letter, record, content_of(record, wiring.letter_keys)))
            except LetterErasedError:
                whole.append(letter)
        return whole


def bytes_of(letter: Letter) -> bytes:
    """All that a letter holds of its message."""
    headers = b" ".join(name.encode() + b"=" + (value or b"") for name, value in letter.headers)
    return b" ".join(((letter.key or "").encode(), letter.value or b"", headers))
