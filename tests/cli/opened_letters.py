"""The dead letters of a stack, opened with its keys, as the operator sees them."""

from __future__ import annotations

from contextlib import closing

from events.transport.dead_letters import LetterBox
from events.transport.filed_letters import Letter
from greenlane.wiring import Wiring
from tests.cli.program import LiveStack


def opened_letters(stack: LiveStack, topic: str) -> list[Letter]:
    """Every letter of a topic, whole."""
    with closing(Wiring(stack.settings)) as wiring:
        box = LetterBox(wiring.cluster, topic, wiring.letter_keys)
        return [box.letter(each.id) for each in box.letters(with_replayed=True)]


def bytes_of(letter: Letter) -> bytes:
    """All that a letter holds of its message."""
    headers = b" ".join(name.encode() + b"=" + (value or b"") for name, value in letter.headers)
    return b" ".join(((letter.key or "").encode(), letter.value or b"", headers))
